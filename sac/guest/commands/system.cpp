// Small programs that tell about the machine: hostname, chcp, ipconfig, where.
#include <algorithm>
#include <cstdlib>

#include "sac/guest/commands/programs.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

task<int> hostname_main(process& self) {
    self.out.line(self.os.name);
    co_return 0;
}

task<int> chcp_main(process& self) {
    if (!self.args.empty()) {
        const auto wanted = static_cast<unsigned>(std::strtoul(self.args[0].c_str(), nullptr, 10));
        constexpr unsigned known[] = {437, 850, 1252, 65001};
        if (std::find(std::begin(known), std::end(known), wanted) == std::end(known)) {
            self.os.log_refused("chcp", "chcp " + self.args[0]);
            self.err.line("Invalid code page");
            co_return 1;
        }
        self.os.code_page = wanted;
    }
    self.out.line("Active code page: " + std::to_string(self.os.code_page));
    co_return 0;
}

task<int> ipconfig_main(process& self) {
    if (!self.args.empty()) {
        self.os.log_refused("ipconfig", "ipconfig " + self.args[0]);
        self.out.write("\r\nError: unrecognized or incomplete command line.\r\n");
        co_return 1;
    }
    self.out.write("\r\nWindows IP Configuration\r\n\r\n");
    for (const auto& one : self.os.adapters) {
        if (!one.is_enabled) continue;
        const auto now = in_effect(self.os, one);
        const bool is_from_nobody = now.address.starts_with("169.254.");
        self.out.write("\r\nEthernet adapter " + one.name + ":\r\n\r\n");
        self.out.line("   Connection-specific DNS Suffix  . : " + one.suffix);
        self.out.line("   Link-local IPv6 Address . . . . . : " + one.link_local);
        self.out.line(
            (is_from_nobody ? "   Autoconfiguration IPv4 Address. . : " : "   IPv4 Address. . . . . . . . . . . : ") +
            now.address);
        self.out.line("   Subnet Mask . . . . . . . . . . . : " + now.mask);
        self.out.line("   Default Gateway . . . . . . . . . : " + now.gateway);
    }
    co_return 0;
}

task<int> where_main(process& self) {
    std::vector<std::string> folders{self.cwd};
    const auto path = self.variable("PATH");
    for (std::size_t from = 0; from < path.size();) {
        const auto end = std::min(path.find(';', from), path.size());
        const auto folder = path.substr(from, end - from);
        const bool is_new =
            std::none_of(folders.begin(), folders.end(), [&](const auto& f) { return text::equal_no_case(f, folder); });
        if (!folder.empty() && is_new) folders.push_back(folder);
        from = end + 1;
    }
    bool any = false;
    for (const auto& pattern : self.args) {
        if (pattern.starts_with('/') || pattern.find(':') != std::string::npos) {
            self.os.log_refused("where", "where " + pattern);
            co_return 2;
        }
        for (const auto& folder : folders) {
            const auto listed = self.os.files.list(file_system::normalize(folder, self.cwd), self.who);
            for (const auto* node : listed.value) {
                const bool has_dot = pattern.find('.') != std::string::npos;
                const bool fits = text::matches_wildcards(node->name, pattern) ||
                                  (!has_dot && (text::equal_no_case(node->name, pattern + ".exe") ||
                                                text::equal_no_case(node->name, pattern + ".com") ||
                                                text::equal_no_case(node->name, pattern + ".cmd") ||
                                                text::equal_no_case(node->name, pattern + ".bat")));
                if (node->is_folder() || !fits) continue;
                self.out.line(self.os.files.display_path(file_system::normalize(folder + "\\" + node->name, self.cwd)));
                any = true;
            }
        }
    }
    if (!any) self.err.line("INFO: Could not find files for the given pattern(s).");
    co_return any ? 0 : 1;
}

}  // namespace

void add_system_programs(program_table& table) {
    add_program(table, "hostname", hostname_main);
    add_program(table, "chcp", chcp_main);
    add_program(table, "ipconfig", ipconfig_main);
    add_program(table, "where", where_main);
}

}  // namespace emsctl::guest
