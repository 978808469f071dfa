#include "scripts/article/command_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>

namespace emsctl::scripts {
namespace {

// Sorted words between blanks, so that a table is a paragraph.
class word_set {
  public:
    explicit word_set(std::string_view text) {
        while (!text.empty()) {
            const auto end = std::min(text.find(' '), text.size());
            if (end > 0) words_.push_back(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        std::sort(words_.begin(), words_.end());
    }
    bool has(std::string_view word) const { return std::binary_search(words_.begin(), words_.end(), word); }

  private:
    std::vector<std::string_view> words_;
};

const word_set cmd_words(
    "assoc attrib bcdboot bcdedit bitsadmin bootrec bootsect break call cacls cd certutil certreq chcp chdir chkdsk "
    "chkntfs choice cipher cleanmgr clip cls cmd cmdkey color comp compact convert copy cscript date defrag del "
    "dfsrdiag dfsutil dcdiag dir diskpart diskraid diskshadow dism djoin dnscmd doskey dpinst driverquery dsquery "
    "dsmod dsget dsadd dsrm echo endlocal erase esentutl eventcreate exit expand extract fc find findstr fltmc for "
    "forfiles format fsutil ftp getmac goto gpresult gpupdate hostname icacls if ipconfig klist ksetup label lodctr "
    "logman logoff makecab manage-bde md mkdir mklink mode more mountvol move msg msiexec msinfo32 nbtstat net net1 "
    "netdom netsh netstat nltest nslookup ntdsutil openfiles path pathping pause ping pnputil popd portqry "
    "portqryui powercfg powershell pwsh print procdump prompt psexec pushd qprocess query quser qwinsta rd reagentc "
    "recover "
    "reg regini regsvr32 relog rem ren rename repadmin replace reset rmdir robocopy route rpcping rundll32 runas "
    "rwinsta sc schtasks secedit set setlocal setspn setx sfc shift shutdown slmgr slmgr.vbs sort start subst "
    "syskey sysprep systeminfo takeown taskkill tasklist telnet time timeout title tracerpt tracert tree "
    "tskill tsdiscon type typeperf tzutil unlodctr ver verify vol vssadmin w32tm waitfor wbadmin wdsutil wecutil "
    "wevtutil where whoami winmgmt winrm winrs winsat wmic wpeutil wpeinit wscript wusa xcopy appcmd auditpol "
    "adprep azcopy bdehdcfg change cluster csvde ldifde dcpromo dsacls dsamain eventvwr netcfg nfsadmin ocsetup "
    "oscdimg pnpunattend pubprn quota rdpsign redircmp redirusr scwcmd serverweroptin showmount tlntadmn tpmvscmgr "
    "tsecimp ucsutil wdsmcast windiff regedit mmc notepad mstsc msconfig explorer taskmgr control perfmon "
    "eventvwr.msc services.msc regedt32 setup winver dxdiag sigverif verifier dcomcnfg msdt wuauclt usoclient "
    "pktmon curl tar ssh scp sftp netsh.exe tpmtool dsregcmd mdmdiagnosticstool");
const word_set english_words(
    "break call change choice color comp compact control convert copy date echo erase expand extract exit find for "
    "format goto if label logoff mode more move msg net path pause ping print prompt query quota recover rename "
    "replace reset route set setup shift sort start tar time timeout title tree type verify where explorer cluster "
    "defrag query where expand mode ver vol verifier");
const word_set keywords(
    "if else elseif foreach for while do until switch try catch finally function filter param return break continue "
    "throw begin process end trap class enum using workflow in data exit");
const word_set aliases(
    "gci gi gp gps gsv sasv spsv gwmi gcim iex iwr irm select where foreach sleep write cat ls cp mv rm pwd kill ps "
    "sls ft fl fw gc sc sp ni ri rp rni ci mi measure tee group compare diff man cls clear gal gcm ipmo "
    "rmo icm nsn etsn gm oh clc % ? gu sv gv rv");
const word_set other_systems(
    "az azure sudo apt apt-get yum dnf zypper systemctl service journalctl chmod chown cat ls grep sed awk vi vim "
    "nano mount umount lsblk fdisk mkfs fsck xfs_repair blkid dmesg ip ifconfig iptables ufw wget tail head touch "
    "export source kubectl helm terraform docker gcloud aws git npm pip python python3 bash sh uname cp mv rm ln "
    "dracut grub2-mkconfig grub-install update-grub chroot lvs vgs pvs rpm dpkg passwd useradd usermod waagent "
    "oc ansible openssl azcmagent virsh qemu-img qm");
const word_set desktop_programs(
    "regedit regedt32 mmc notepad mstsc msconfig explorer taskmgr control perfmon eventvwr msinfo32 dcomcnfg "
    "cleanmgr dxdiag sigverif winver msdt portqryui iexplore msedge wf devmgmt compmgmt services gpedit secpol "
    "ncpa appwiz inetcpl sysdm firewall diskmgmt certlm certmgr lusrmgr taskschd rsop gpmc dsa adsiedit");
const word_set asking_programs("diskpart ntdsutil diskshadow debug edit edlin wmic nslookup ftp telnet netsh");
const word_set verbs(
    "add approve assert backup block build checkpoint clear close compare complete compress confirm connect convert "
    "convertfrom convertto copy debug deny deploy disable disconnect dismount edit enable enter exit expand export "
    "find foreach format get grant group hide import initialize install invoke join limit lock measure merge mount "
    "move new "
    "open optimize out ping pop protect publish push read receive redo register remove rename repair request reset "
    "resize resolve restart restore resume revoke save search select send set show skip sort split start step stop "
    "submit suspend switch sync tee test trace unblock undo uninstall unlock unprotect unpublish unregister update "
    "use wait watch where write");

struct verbs_of_program {
    std::string_view program;
    word_set verbs;
};
const std::array<verbs_of_program, 9>& programs_with_verbs() {
    static const std::array<verbs_of_program, 9> table{
        {{"sc", word_set("boot config continue control create delete description enumdepend failure failureflag "
                         "getdisplayname getkeyname interrogate lock managedaccount pause preferrednode privs qc "
                         "qdescription qfailure qfailureflag qmanagedaccount qpreferrednode qprivs qprotection "
                         "qrunlevel qsidtype qtriggerinfo query queryex querylock quserservice sdset sdshow showsid "
                         "sidtype start stop triggerinfo")},
         {"reg", word_set("add compare copy delete export flags import load query restore save unload")},
         {"net", word_set("accounts computer config continue file group help helpmsg localgroup name pause print send "
                          "session share start statistics stop time use user view")},
         {"netsh", word_set("add advfirewall branchcache bridge delete dhcpclient dnsclient dump exec firewall help "
                            "http int interface ipsec lan mbn namespace netio p2p ras rpc set show trace wcn wfp "
                            "winhttp winsock wlan dhcp nps -c -f -r")},
         {"wevtutil", word_set("al archive-log cl clear-log el enum-logs enum-publishers ep epl export-log get-log "
                               "get-log-info get-publisher gl gli gp im install-manifest qe query-events set-log sl "
                               "uninstall-manifest um")},
         {"vssadmin", word_set("add create delete list query resize revert")},
         {"fsutil", word_set("8dot3name behavior bypassio dax dirty file fsinfo hardlink objectid quota repair "
                             "reparsepoint resource sparse storagereserve tiering trace transaction usn volume wim")},
         {"query", word_set("process session termserver user")},
         {"manage-bde", word_set("-autounlock -changekey -changepassword -changepin -forcerecovery -lock -off -on "
                                 "-pause -protectors -resume -setidentifier -status -tpm -unlock -upgrade "
                                 "-wipefreespace")}}};
    return table;
}

const verbs_of_program* verb_table(std::string_view program) {
    for (const auto& one : programs_with_verbs())
        if (one.program == program) return &one;
    return nullptr;
}

bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

// Length of a typographic quote (U+2018..201F) at `at`, or 0.
std::size_t typographic(std::string_view text, std::size_t at) {
    return text.substr(at).starts_with("\xe2\x80") && at + 2 < text.size() && text[at + 2] >= '\x98' &&
                   text[at + 2] <= '\x9f'
               ? 3
               : 0;
}

}  // namespace

std::vector<command_word> words_of(std::string_view line, shell in) {
    std::vector<command_word> words;
    command_word word;
    bool is_in_word = false;
    char quote = 0;
    const auto end_word = [&](std::size_t at) {
        if (is_in_word) {
            word.end = at;
            words.push_back(word);
        }
        word = {};
        is_in_word = false;
    };
    const auto begin_word = [&](std::size_t at) {
        if (!is_in_word) word.at = at;
        is_in_word = true;
    };
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote) {
            if (c == quote)
                quote = 0;
            else
                word.text += c;
            if (in == shell::powershell && c == '`' && quote == '"' && i + 1 < line.size()) word.text += line[++i];
            continue;
        }
        if (c == '"' || (c == '\'' && in == shell::powershell)) {
            begin_word(i);
            word.is_quoted = true;
            quote = c;
            continue;
        }
        if (const auto size = in == shell::powershell ? typographic(line, i) : 0) {
            begin_word(i);
            word.is_quoted = true;
            i += size - 1;
            continue;
        }
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            end_word(i);
            continue;
        }
        const bool is_bracket = c == '(' || c == ')' || (in == shell::powershell && (c == '{' || c == '}'));
        if (c == '|' || c == '&' || c == '<' || c == '>' || (c == ';' && in == shell::powershell) || is_bracket) {
            end_word(i);
            begin_word(i);
            word.is_operator = true;
            word.text = c;
            if (i + 1 < line.size() && line[i + 1] == c && !is_bracket) word.text += line[++i];
            end_word(i + 1);
            continue;
        }
        begin_word(i);
        word.text += c;
    }
    word.is_open = quote != 0;
    end_word(line.size());
    return words;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string program_name(std::string_view word) {
    while (word.starts_with('@')) word.remove_prefix(1);
    if (const auto at = word.find_last_of("\\/"); at != std::string_view::npos && at + 1 < word.size())
        word.remove_prefix(at + 1);
    auto name = lower_case(word);
    for (const std::string_view end : {".exe", ".cmd", ".com", ".bat", ".msc", ".cpl"})
        if (name.size() > end.size() && name.ends_with(end)) {
            name.resize(name.size() - end.size());
            break;
        }
    return name;
}

bool is_windows_program(std::string_view name) {
    return cmd_words.has(name) || desktop_programs.has(name);
}
bool is_english_word(std::string_view name) {
    return english_words.has(name) || desktop_programs.has(name);
}
bool is_powershell_keyword(std::string_view name) {
    return keywords.has(name);
}
bool is_powershell_alias(std::string_view name) {
    return aliases.has(name) && !cmd_words.has(name);
}
bool is_other_system(std::string_view name) {
    return other_systems.has(name);
}
bool needs_desktop(std::string_view name) {
    return desktop_programs.has(name);
}
bool has_dialogue(std::string_view name) {
    return asking_programs.has(name);
}

bool is_cmdlet_shaped(std::string_view word) {
    const auto dash = word.find('-');
    if (dash == std::string_view::npos || dash < 2 || dash + 2 >= word.size()) return false;
    if (word.find_first_of("\\/=:.\"'$%<>{}[]()|&;,") != std::string_view::npos) return false;
    // A noun is one word of letters and digits; letters beyond ASCII come from a translation.
    return std::all_of(word.begin(), word.end(), [](char c) {
        return is_letter(c) || c == '-' || c == '_' || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    });
}

bool is_cmdlet(std::string_view word) {
    if (const auto slash = word.rfind('\\'); slash != std::string_view::npos) word.remove_prefix(slash + 1);
    if (!is_cmdlet_shaped(word)) return false;
    const auto dash = word.find('-');
    return verbs.has(lower_case(word.substr(0, dash))) && is_letter(word[dash + 1]);
}

bool is_cloud_cmdlet(std::string_view word) {
    if (!is_cmdlet(word)) return false;
    const auto noun = lower_case(word.substr(word.find('-') + 1));
    for (const std::string_view start : {"azure", "msol", "mg", "exo", "csonline", "spo"})
        if (noun.starts_with(start)) return true;
    return noun.starts_with("az") && word.size() > word.find('-') + 3 &&
           std::isupper(static_cast<unsigned char>(word[word.find('-') + 3])) != 0;
}

bool takes_verb(std::string_view program) {
    return verb_table(program) != nullptr;
}

bool knows_verb(std::string_view program, std::string_view verb) {
    const auto* table = verb_table(program);
    return table && table->verbs.has(lower_case(verb));
}

}  // namespace emsctl::scripts
