// diskpart with a script (/s FILE), mountvol. What a script says is carried out line by line; the first failure ends
// it, as on Windows without NOERR.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "sac/guest/commands/repair_programs.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

constexpr std::uint64_t kib = 1024, mib = kib * 1024, gib = mib * 1024;

// Four digits and the unit that keeps them below ten thousand.
std::string size_text(std::uint64_t bytes) {
    const char* unit = bytes >= 10 * gib ? "GB" : bytes >= 10 * mib ? "MB" : bytes >= 10 * kib ? "KB" : "B ";
    const auto number = bytes >= 10 * gib   ? bytes / gib
                        : bytes >= 10 * mib ? bytes / mib
                        : bytes >= 10 * kib ? bytes / kib
                                            : bytes;
    char out[32];
    std::snprintf(out, sizeof out, "%5llu %s", static_cast<unsigned long long>(number), unit);
    return out;
}

std::string padded(std::string text, std::size_t width) {
    text.resize(width, ' ');
    return text;
}

struct session {
    process& self;
    std::optional<unsigned> disk{};
    std::optional<std::string> partition{};  // by id, or "disk N partition M" when it has none
    bool is_over = false, has_failed = false;

    disks& storage() { return self.os.storage; }
    void say(const std::string& text) { self.out.write("\r\n" + text + "\r\n"); }
    void fail(const std::string& text) {
        say(text);
        is_over = has_failed = true;
    }

    void list_disks() {
        self.out.write(
            "\r\n  Disk ###  Status         Size     Free     Dyn  Gpt\r\n"
            "  --------  -------------  -------  -------  ---  ---\r\n");
        for (const auto& d : storage().all())
            self.out.line((disk == d.number ? "* " : "  ") + padded("Disk " + std::to_string(d.number), 10) +
                          padded(d.is_online ? "Online" : "Offline", 14) + size_text(d.size) + "  " + size_text(0) +
                          "       " + (d.is_gpt ? " *" : "  "));
    }

    void list_volumes() {
        self.out.write(
            "\r\n  Volume ###  Ltr  Label        Fs     Type        Size     Status     Info\r\n"
            "  ----------  ---  -----------  -----  ----------  -------  ---------  --------\r\n");
        for (const auto& d : storage().all()) {
            for (const auto& p : d.partitions) {
                if (!d.is_online || p.volume == 0) continue;
                self.out.line((partition == p.id ? "* " : "  ") + padded("Volume " + std::to_string(p.volume - 1), 13) +
                              std::string(1, p.letter ? p.letter : ' ') + "   " + padded(p.label, 11) + "  " +
                              padded(p.fs, 5) + "  " + padded("Partition", 10) + " " + size_text(p.size) + "  " +
                              padded("Healthy", 11) + padded(p.info, 8));
            }
        }
    }

    void list_partitions() {
        const auto* d = disk ? storage().find(*disk) : nullptr;
        if (!d) return fail("There is no disk selected to list partitions.\r\nSelect a disk and try again.");
        self.out.write(
            "\r\n  Partition ###  Type              Size     Offset\r\n"
            "  -------------  ----------------  -------  -------\r\n");
        std::uint64_t offset = mib;
        for (const auto& p : d->partitions) {
            self.out.line((partition == p.id ? "* " : "  ") + padded("Partition " + std::to_string(p.number), 15) +
                          padded(p.type, 17) + size_text(p.size) + " " + size_text(offset));
            offset += p.size;
        }
    }

    void select(const std::vector<std::string>& words) {
        const auto what = words.size() == 3 ? text::lower(words[1]) : std::string{};
        const auto number = what.empty() ? 0U : static_cast<unsigned>(std::strtoul(words[2].c_str(), nullptr, 10));
        const bool is_number = !what.empty() && words[2].find_first_not_of("0123456789") == std::string::npos;
        if (what.starts_with("dis") && is_number) {
            if (!storage().find(number))
                return fail("The disk you specified is not valid.\r\n\r\nThere is no disk selected.");
            disk = number;
            partition.reset();
            return say("Disk " + words[2] + " is now the selected disk.");
        }
        if (what.starts_with("par") && is_number) {
            const auto* d = disk ? storage().find(*disk) : nullptr;
            if (!d) return fail("There is no disk selected.\r\nSelect a disk and try again.");
            if (number == 0 || number > d->partitions.size())
                return fail(
                    "The specified partition is not valid.\r\nPlease select a valid partition.\r\n\r\nThere is "
                    "no partition selected.");
            partition = d->partitions[number - 1].id;
            return say("Partition " + words[2] + " is now the selected partition.");
        }
        if (what.starts_with("vol")) {
            const auto* p =
                is_number ? storage().volume(number + 1) : storage().with_letter(words[2].empty() ? '\0' : words[2][0]);
            if (!p)
                return fail(
                    "The volume you selected is not valid or does not exist.\r\n\r\nThere is no volume selected.");
            partition = p->id;
            for (const auto& d : storage().all())
                for (const auto& each : d.partitions)
                    if (each.id == p->id) disk = d.number;
            return say("Volume " + std::to_string(p->volume - 1) + " is the selected volume.");
        }
        refuse(words);
    }

    void online(const std::vector<std::string>& words) {
        if (words.size() < 2 || !text::starts_with_no_case(words[1], "dis")) return refuse(words);
        const auto* d = disk ? storage().find(*disk) : nullptr;
        if (!d) return fail("There is no disk selected.\r\nSelect a disk and try again.");
        const bool wanted = text::equal_no_case(words[0], "online");
        if (d->is_online == wanted)
            return fail(std::string("Virtual Disk Service error:\r\nThis disk is already ") +
                        (wanted ? "online." : "offline."));
        storage().set_online(d->number, wanted);
        say(std::string("DiskPart successfully ") + (wanted ? "onlined" : "offlined") + " the selected disk.");
    }

    void letter(const std::vector<std::string>& words) {
        const bool assigns = text::equal_no_case(words[0], "assign");
        const auto* p = partition ? storage().with_id(*partition) : nullptr;
        if (!p || p->volume == 0) return fail("There is no volume specified.\r\nPlease select a volume and try again.");
        char wanted = '\0';
        if (words.size() == 2 && text::starts_with_no_case(words[1], "letter=") && words[1].size() >= 8)
            wanted = words[1][7];
        else if (words.size() != 1)
            return refuse(words);
        for (char c = 'D'; assigns && !wanted && c <= 'Z'; ++c)
            if (storage().is_letter_free(c)) wanted = c;
        if (assigns) {
            if (!storage().assign(p->id, wanted))
                return fail("Virtual Disk Service error:\r\nThe specified drive letter is not free to be assigned.");
            return say("DiskPart successfully assigned the drive letter or mount point.");
        }
        if (!p->letter || (wanted && storage().with_letter(wanted) != p))
            return fail("The specified drive letter or mount point is not assigned to the selected volume.");
        storage().remove_letter(p->id);
        say("DiskPart successfully removed the drive letter or mount point.");
    }

    void refuse(const std::vector<std::string>& words) {
        std::string line;
        for (const auto& word : words) line += (line.empty() ? "" : " ") + word;
        self.os.log_refused("diskpart", "diskpart " + line);
        fail("The arguments specified for this command are not valid.");
    }

    void carry_out(const std::vector<std::string>& words) {
        const auto verb = text::lower(words[0]);
        const auto what = words.size() > 1 ? text::lower(words[1]) : std::string{};
        if (verb == "exit") {
            is_over = true;
        } else if (verb.starts_with("lis") && what.starts_with("dis")) {
            list_disks();
        } else if (verb.starts_with("lis") && what.starts_with("vol")) {
            list_volumes();
        } else if (verb.starts_with("lis") && what.starts_with("par")) {
            list_partitions();
        } else if (verb.starts_with("sel")) {
            select(words);
        } else if (verb == "online" || verb == "offline") {
            online(words);
        } else if (verb == "assign" || verb == "remove") {
            letter(words);
        } else if (verb.starts_with("att") && what == "disk" && words.size() == 4 &&
                   text::equal_no_case(words[2], "clear") && text::equal_no_case(words[3], "readonly") && disk) {
            storage().clear_read_only(*disk);
            say("Disk attributes cleared successfully.");
        } else if (verb != "rem" && verb != "rescan") {
            refuse(words);
        }
    }
};

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from < line.size();) {
        const auto start = line.find_first_not_of(" \t", from);
        if (start == std::string::npos) break;
        const auto end = std::min(line.find_first_of(" \t", start), line.size());
        out.push_back(line.substr(start, end - start));
        from = end;
    }
    return out;
}

task<int> diskpart_main(process& self) {
    if (!self.who.is_elevated) {
        self.err.line(message_of(win32::access_denied));
        co_return 5;
    }
    if (self.args.size() != 2 || !text::equal_no_case(self.args[0], "/s")) {
        self.os.log_refused("diskpart", "diskpart without /s FILE");
        co_return 1;
    }
    self.out.write("\r\nMicrosoft DiskPart version " + self.os.version.text() +
                   "\r\n\r\nCopyright (C) Microsoft Corporation.\r\nOn computer: " + self.os.name + "\r\n");
    const auto read = self.os.files.read(self.full_path(self.args[1]), self.who);
    if (!read) {
        self.out.write("\r\nDiskPart has encountered an error opening the script file: " + self.args[1] + "\r\n");
        co_return 1;
    }
    session s{self};
    for (const auto& line : text::split_lines(text::decode_file(read.value, self.os.code_page))) {
        const auto words = words_of(line);
        if (words.empty()) continue;
        s.carry_out(words);
        if (s.is_over) break;
    }
    if (!s.has_failed) self.out.write("\r\nLeaving DiskPart...\r\n");
    co_return s.has_failed ? 1 : 0;
}

std::string volume_name(const partition& p) {
    return "\\\\?\\Volume" + p.id + "\\";
}

task<int> mountvol_main(process& self) {
    if (self.args.size() == 2 && self.args[0].size() >= 2 && self.args[0][1] == ':') {
        const auto* p = self.os.storage.with_letter(self.args[0][0]);
        const bool lists = text::equal_no_case(self.args[1], "/l"), removes = text::equal_no_case(self.args[1], "/d");
        if (p && lists) {
            self.out.line("    " + volume_name(*p));
            co_return 0;
        }
        if (p && removes) {
            const auto id = p->id;
            self.os.storage.remove_letter(id);
            co_return 0;
        }
        if (!p && text::equal_no_case(self.args[1], "/s")) {
            for (const auto& d : self.os.storage.all())
                for (const auto& each : d.partitions)
                    if (d.number == 0 && each.type == "System" &&
                        self.os.storage.assign(std::string(each.id), self.args[0][0]))
                        co_return 0;
        }
        for (const auto& d : self.os.storage.all())
            for (const auto& each : d.partitions)
                if (!p && d.is_online && text::equal_no_case(volume_name(each), self.args[1]) &&
                    self.os.storage.assign(std::string(each.id), self.args[0][0]))
                    co_return 0;
        self.err.line(message_of(p ? win32_error{win32::invalid_parameter} : win32_error{win32::file_not_found}));
        co_return 1;
    }
    if (!self.args.empty()) {
        self.os.log_refused("mountvol", "mountvol " + self.args[0]);
        self.err.line(message_of(win32::invalid_parameter));
        co_return 1;
    }
    self.out.write("Possible values for VolumeName along with current mount points are:\r\n\r\n");
    for (const auto& d : self.os.storage.all()) {
        for (const auto& p : d.partitions) {
            if (!d.is_online || p.volume == 0) continue;
            self.out.line("    " + volume_name(p));
            self.out.line(p.letter ? std::string("        ") + p.letter + ":\\" : "        *** NO MOUNT POINTS ***");
            self.out.line("");
        }
    }
    co_return 0;
}

}  // namespace

void add_diskpart_programs(program_table& table) {
    add_program(table, "diskpart", diskpart_main);
    add_program(table, "mountvol", mountvol_main);
}

}  // namespace emsctl::guest
