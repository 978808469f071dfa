#include <algorithm>

#include "sac/guest/cmd_files.hpp"
#include "sac/guest/local_time.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

std::string pad(std::string text, std::size_t width) {
    return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

// "/a-d", "/ad", "/a:h": what a node must and must not be. Without /a hidden and system files stay out.
struct attribute_filter {
    std::uint32_t wanted = 0, unwanted = attribute::hidden | attribute::system;

    static std::optional<attribute_filter> parse(std::string_view letters) {
        attribute_filter out{0, 0};
        if (letters.starts_with(':')) letters.remove_prefix(1);
        bool is_not = false;
        for (const char c : letters) {
            std::uint32_t bit = 0;
            switch (c) {
                case '-':
                    is_not = true;
                    continue;
                case 'd':
                    bit = attribute::directory;
                    break;
                case 'h':
                    bit = attribute::hidden;
                    break;
                case 's':
                    bit = attribute::system;
                    break;
                case 'r':
                    bit = attribute::read_only;
                    break;
                case 'a':
                    bit = attribute::archive;
                    break;
                default:
                    return std::nullopt;
            }
            (is_not ? out.unwanted : out.wanted) |= bit;
            is_not = false;
        }
        return out;
    }
    bool passes(const file_node& node) const {
        return (node.attributes & wanted) == wanted && (node.attributes & unwanted) == 0;
    }
};

struct listing {
    cmd_interpreter& shell;
    const cmd_handles& h;
    attribute_filter filter;
    bool is_bare = false, is_deep = false;
    unsigned files = 0, folders = 0;
    std::uint64_t bytes = 0;
    bool found_any = false;

    void entry(const file_node& node, const std::string& name) const {
        const auto time = shell.os.clock.to_local(node.modified);
        const auto size = node.is_folder() ? "    <DIR>          " : pad(with_commas(node.bytes.size()), 18) + " ";
        h.out->line(date_text(time, false) + "  " + minute_text(time) + size + name);
    }

    void folder(const std::string& path, std::string_view pattern) {
        const auto* self = shell.os.files.find(path);
        const auto listed = shell.os.files.list(path, shell.who);
        std::vector<const file_node*> shown;
        for (const auto* node : listed.value)
            if (filter.passes(*node) && text::matches_wildcards(node->name, pattern)) shown.push_back(node);
        const bool with_dots =
            !is_bare && path.size() > 3 && text::matches_wildcards(".", pattern) && filter.passes(*self);
        if (!shown.empty() || with_dots) found_any = true;
        if (is_bare) {
            const auto prefix = is_deep ? path + (path.ends_with('\\') ? "" : "\\") : "";
            for (const auto* node : shown) h.out->line(prefix + node->name);
        } else if (!shown.empty() || with_dots) {
            h.out->write(" Directory of " + shell.os.files.display_path(path) + "\r\n\r\n");
            unsigned here = 0;
            std::uint64_t sum = 0;
            if (with_dots) {
                entry(*self, ".");
                entry(*shell.os.files.find(file_system::parent_of(path)), "..");
                folders += 2;
            }
            for (const auto* node : shown) {
                entry(*node, node->name);
                if (node->is_folder()) {
                    ++folders;
                } else {
                    ++here;
                    sum += node->bytes.size();
                }
            }
            files += here;
            bytes += sum;
            h.out->line(pad(std::to_string(here), 16) + " File(s) " + pad(with_commas(sum), 14) + " bytes");
            if (is_deep) h.out->write("\r\n");
        }
        if (!is_deep) return;
        for (const auto* node : listed.value)
            if (node->is_folder()) folder(path + (path.ends_with('\\') ? "" : "\\") + node->name, pattern);
    }
};

}  // namespace

std::string volume_header(const cmd_interpreter& shell) {
    const auto guid = text::upper(shell.os.machine_guid() + "00000000");
    return std::string(" Volume in drive ") + shell.cwd[0] + " has no label.\r\n Volume Serial Number is " +
           guid.substr(0, 4) + "-" + guid.substr(4, 4) + "\r\n";
}

task<int> list_folder(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    auto arguments = split_file_arguments(tail);
    listing list{shell, h, {}};
    for (const auto& s : arguments.switches) {
        if (s == "/b") {
            list.is_bare = true;
        } else if (s == "/s") {
            list.is_deep = true;
        } else if (s.starts_with("/a")) {
            const auto filter = attribute_filter::parse(s.substr(2));
            if (!filter) co_return refuse_built_in(shell, "dir " + s, h);
            list.filter = *filter;
        } else if (s != "/on" && s != "/o:n" && s != "/n" && s != "/-p" && s != "/tw" && s != "/t:w") {
            co_return refuse_built_in(shell, "dir " + s, h);
        }
    }
    if (arguments.names.empty()) arguments.names.push_back(".");
    if (!list.is_bare) h.out->write(volume_header(shell) + "\r\n");
    for (const auto& name : arguments.names) {
        auto path = shell.full_path(name);
        std::string pattern = "*";
        const auto* node = shell.os.files.find(path);
        if (!node || !node->is_folder()) {
            pattern = file_system::name_of(path);
            path = file_system::parent_of(path);
        }
        if (!shell.os.files.exists(path)) {
            shell.error(h, win32::path_not_found);
            co_return 1;
        }
        if (const auto listed = shell.os.files.list(path, shell.who); listed.error == win32::access_denied) {
            h.err->line(list.is_bare ? "File Not Found" : message_of(win32::access_denied));
            co_return 1;
        }
        list.folder(path, pattern);
    }
    if (!list.found_any) {
        h.err->line("File Not Found");
        co_return 1;
    }
    if (!list.is_bare) {
        if (list.is_deep) {
            h.out->line("     Total Files Listed:");
            h.out->line(pad(std::to_string(list.files), 16) + " File(s) " + pad(with_commas(list.bytes), 14) +
                        " bytes");
        }
        h.out->line(pad(std::to_string(list.folders), 16) + " Dir(s) " +
                    pad(with_commas(shell.os.files.free_space(shell.cwd[0])), 15) + " bytes free");
    }
    co_return 0;
}

}  // namespace emsctl::guest
