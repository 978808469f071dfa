#include "sac/guest/sac_messages.hpp"

#include <cstdarg>
#include <cstdio>
#include <stdexcept>

namespace emsctl::guest {
namespace {

// Confirmed on Windows 11 22H2 or in transcripts of live servers: 1-3, 5, 12-32, 48, 86, 107-111, 114, 115, 121, 128,
// 131, 132, 136, 137, 144-146. The others are known from Windows Server 2003 only.
const std::map<int, std::string_view>& english() {
    static const std::map<int, std::string_view> texts = {
        {1,
         "\r\nComputer is booting, SAC started and initialized.\r\n\r\n"
         "Use the \"ch -?\" command for information about using channels.\r\n"
         "Use the \"?\" command for general help.\r\n\r\n"},
        {2, "\r\n"},
        {3, "SAC>"},
        {4, "The SAC is unavailable, it was directly unloaded.\r\n"},
        {5, "The SAC will become unavailable soon.  The computer is shutting down.\r\n\r\n"},
        {6, "A parameter was incorrect or missing.  Try the 'help' command for more details.\r\n"},
        {7, "Thread information is now ON.\r\n"},
        {8, "Thread information is now OFF.\r\n"},
        {9, "Paging is now ON.\r\n"},
        {10, "Paging is now OFF.\r\n"},
        {12, "ch                   Channel management commands.  Use ch -? for more help.\r\n"},
        {13, "cmd                  Create a Command Prompt channel.\r\n"},
        {14, "d                    Dump the current kernel log.\r\n"},
        {15, "f                    Toggle detailed or abbreviated tlist info.\r\n"},
        {16, "? or help            Display this list.\r\n"},
        {17, "i                    List all IP network numbers and their IP addresses.\r\n"},
        {18, "i <#> <ip> <subnet> <gateway> Set IPv4 addr., subnet and gateway.\r\n"},
        {19, "id                   Display the computer identification information.\r\n"},
        {20, "k <pid>              Kill the given process.\r\n"},
        {21, "l <pid>              Lower the priority of a process to the lowest possible.\r\n"},
        {22, "lock                 Lock access to Command Prompt channels.\r\n"},
        {23, "m <pid> <MB-allow>   Limit the memory usage of a process to <MB-allow>.\r\n"},
        {24, "p                    Toggle paging the display.\r\n"},
        {25, "r <pid>              Raise the priority of a process by one.\r\n"},
        {26, "s                    Display the current time and date (24 hour clock used).\r\n"},
        {27, "s mm/dd/yyyy hh:mm   Set the current time and date (24 hour clock used).\r\n"},
        {28, "t                    Tlist.\r\n"},
        {29, "restart              Restart the system immediately.\r\n"},
        {30, "shutdown             Shutdown the system immediately.\r\n"},
        {31, "crashdump            Crash the system. You must have crash dump enabled.\r\n"},
        {48, "Failed with status 0x%X.\r\n"},
        {49, "Date: %02d/%02d/%02d  Time (GMT): %02d:%02d:%02d:%04d\r\n"},
        {50, "SAC could not retrieve the IP Address.\r\n"},
        {51, "SAC could not clear the existing IP Address.\r\n"},
        {52, "SAC could not set the IP Address.\r\n"},
        {54, "SAC successfully set the IP Address, subnet mask, and gateway.\r\n"},
        {55, "SAC failed to terminate the process.\r\n"},
        {56, "SAC successfully terminated the process.\r\n"},
        {57, "SAC failed to lower the process priority.\r\n"},
        {58, "SAC successfully lowered the process priority.\r\n"},
        {59, "SAC failed to raise the process priority.\r\n"},
        {60, "SAC successfully raised the process priority.\r\n"},
        {61, "SAC failed to limit the available process memory.\r\n"},
        {62, "SAC successfully limited the available process memory.\r\n"},
        {63, "SAC cannot raise the priority of a process that was not previously lowered.\r\n"},
        {64, "SAC cannot raise the process priority any higher.\r\n"},
        {65, "SAC failed to shutdown the system.\r\n"},
        {66, "SAC failed to restart the system.\r\n"},
        {67, "SAC failed to crashdump the system.\r\n"},
        {68, "SAC failed to retrieve the task list.\r\n"},
        {69, "memory: %4ld kb  uptime:%3ld %2ld:%02ld:%02ld.%03ld\r\n\r\n\r\n"},
        {70, "No pagefile in use.\r\n"},
        {73, "\r\n Memory:%7ldK Avail:%7ldK  TotalWs:%7ldK InRam Kernel:%5ldK P:%5ldK\r\n"},
        {74, " Commit:%7ldK/%7ldK Limit:%7ldK Peak:%7ldK  Pool N:%5ldK P:%5ldK\r\n"},
        {75, "    User Time   Kernel Time    Ws   Faults  Commit Pri Hnd Thd  Pid Name\r\n"},
        {76, "                           %6ld %8ld                          File Cache\r\n"},
        {77, "%3ld:%02ld:%02ld.%03ld %3ld:%02ld:%02ld.%03ld%6ld %8ld %7ld %2ld %4ld %3ld %4ld %s\r\n"},
        {82, "----Press <Enter> for more----\r\n"},
        {83, "SAC is retrieving IP Addresses...\r\n"},
        {84, "Could not retrieve IP Address(es).\r\n"},
        {85, "There are no IP Addresses available.\r\n"},
        {86, "Net: %d, Ip=%s  Subnet=%s  Gateway=%s\r\n"},
        {87, "Date: %02d/%02d/%02d  Time (GMT): %02d:%02d\r\n"},
        {88, "The year is restricted from 1980 to 2099.\r\n"},
        {89, "That process has been killed and is being cleaned up by the system.\r\n"},
        {90,
         "A duplicate process id is being cleaned up by the system.  Try the\r\ncommand again in a few seconds.\r\n"},
        {92, "           Computer Name: "},
        {93, "           Computer GUID: "},
        {94, "  Processor Architecture: "},
        {95, "          Version Number: "},
        {96, "            Build Number: "},
        {97, "                 Product: "},
        {98, "None"},
        {99, "    Applied Service Pack: "},
        {104, "Computer identification information is unavailable.\r\n"},
        {105, "Unrecognized command.  Try the 'help' command for more details.\r\n"},
        {106, "Error: The SAC channel cannot be closed.\r\n"},
        {107, "Error: Could not find a channel with that name.\r\n"},
        {108,
         "Channel List\r\n\r\n(Use \"ch -?\" for information on using channels)\r\n\r\n# Status  Channel Name\r\n"},
        {109, "EVENT:   A new channel has been created.  Use \"ch -?\" for channel help.\r\nChannel: %s\r\n"},
        {110, "EVENT:   A channel has been closed.\r\nChannel: %s\r\n"},
        {111,
         "Name:                  %s\r\nDescription:           %s\r\nType:                  %s\r\n"
         "Channel GUID:          %s\r\nApplication Type GUID: %s\r\n\r\n"
         "Press <esc><tab> for next channel.\r\nPress <esc><tab>0 to return to the SAC channel.\r\n"
         "Use any other key to view this channel.\r\n\r\n"},
        {113, "  Time since last reboot: %d:%02d:%02d\r\n"},
        {114, "SAC preparing to restart the system.\r\n"},
        {115, "SAC preparing to shutdown the system.\r\n"},
        {116, "Error! Failed to remove channel!\r\n\r\nPlease contact your system administrator.\r\n\r\n"},
        {120,
         "Timeout: Unable to launch a Command Prompt.  The service responsible for\r\n"
         "         launching Command Prompt channels has timed out.  This may be\r\n"
         "         because the service is malfunctioning or is unresponsive.\r\n"},
        {121, "The Command Prompt session was successfully launched.\r\n"},
        {128, "Error: The SAC Command Console session failed to be created.\r\n"},
        {131,
         "Error: Unable to launch a Command Prompt.  The service responsible for launching\r\n"
         "       Command Prompt channels has not yet registered.  This may be because the\r\n"
         "       service is not yet started, is disabled by the administrator, is\r\n"
         "       malfunctioning or is unresponsive.\r\n"},
        {132, "EVENT: The CMD command is now available.\r\n"},
        {133, "EVENT: The CMD command is unavailable.\r\n"},
        {134, "EVENT:   An attempt was made to close a channel but failed.\r\nChannel: %s\r\n"},
        {135, "EVENT:   An attempt to close a channel failed because it is already closed.\r\nChannel: %s\r\n"},
        {136,
         "Channel management commands:\r\n\r\nch                   List all channels.\r\n\r\nStatus Legend: (AB)\r\n"
         "A: Channel operational status\r\n    'A' = Channel is active.\r\n    'I' = Channel is inactive.\r\n"
         "B: Channel Type\r\n    'V' = VT-UTF8 emulation.\r\n    'R' = Raw - no emulation.\r\n\r\n"
         "ch -si <#>           Switch to a channel by its number.\r\n"
         "ch -sn <name>        Switch to a channel by its name.\r\n"
         "ch -ci <#>           Close a channel by its number.\r\n"
         "ch -cn <name>        Close a channel by its name.\r\n\r\n"
         "Press <esc><tab> to select a channel.\r\nPress <esc><tab>0 to return to the SAC channel.\r\n"},
        {137, "Error: There is no channel present at the specified index.\r\n"},
        {144, "SAC"},
        {145, "Special Administration Console"},
        {146, "Command Prompt"},
        {147, "Locked access to all Command Prompt channels.\r\n"},
        {148, "Launching of Command Prompt channels is disabled.\r\n"},
        {149, "The specified subnet mask is invalid.\r\n"},
        {150, "Error, missing network interface number.\r\n"},
        {151, "The specified IP address is invalid.\r\n"},
        {152, "The specified gateway IP address is invalid.\r\n"},
        {153, "not yet initialized"},
        {154, "The maximum number of channels has been reached.\r\n"},
    };
    return texts;
}

}  // namespace

std::string_view sac_messages::operator[](int number) const {
    if (const auto found = replaced_.find(number); found != replaced_.end()) return found->second;
    return english().at(number);
}

std::string sac_messages::filled(int number, ...) const {
    const std::string format((*this)[number]);
    std::va_list values, again;
    va_start(values, number);
    va_copy(again, values);
    std::string text(static_cast<std::size_t>(std::vsnprintf(nullptr, 0, format.c_str(), values)), '\0');
    std::vsnprintf(text.data(), text.size() + 1, format.c_str(), again);
    va_end(again);
    va_end(values);
    return text;
}

}  // namespace emsctl::guest
