// bcdedit on the running system's store (HKLM\BCD00000000) and on store files. 0 when done, else 1; errors go to
// standard error.
#include <algorithm>
#include <cstdlib>

#include "sac/guest/boot_store.hpp"
#include "sac/guest/commands/repair_programs.hpp"
#include "sac/guest/hive.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

constexpr const char* online_store = "HKLM\\BCD00000000";
constexpr std::size_t name_column = 24;

struct named_value {
    std::uint32_t element;
    std::uint64_t number;
    const char* name;
};
constexpr named_value named_values[] = {{0x25000020, 0, "OptIn"},
                                        {0x25000020, 1, "OptOut"},
                                        {0x25000020, 2, "AlwaysOff"},
                                        {0x25000020, 3, "AlwaysOn"},
                                        {0x25000080, 0, "Minimal"},
                                        {0x25000080, 1, "Network"},
                                        {0x25000080, 2, "DsRepair"},
                                        {0x250000c2, 0, "Legacy"},
                                        {0x250000c2, 1, "Standard"},
                                        {0x250000e0, 0, "DisplayAllFailures"},
                                        {0x250000e0, 1, "IgnoreAllFailures"},
                                        {0x250000e0, 2, "IgnoreShutdownFailures"},
                                        {0x250000e0, 3, "IgnoreBootFailures"}};

struct run {
    process& self;
    std::vector<std::string> words;   // without /store FILE and /v
    std::optional<std::string> file;  // full path of /store
    bool is_verbose = false;
    registry_key store{};

    int fail(const std::string& what, const std::string& why) {
        self.err.line(what);
        if (!why.empty()) self.err.line(why);
        return 1;
    }
    int bad_entry() {
        return fail("An error occurred while attempting to reference the specified entry.",
                    message_of(win32::file_not_found));
    }
    int bad_command() {
        return fail("The specified command is not valid.", "Run \"bcdedit /?\" for command line assistance.");
    }
    int bad_value() {
        self.err.line("The element data type specified is not recognized, or does not apply to the");
        self.err.line("specified entry.");
        return fail("Run \"bcdedit /?\" for command line assistance.", "Element not found.");
    }

    std::string default_guid() const {
        const auto* manager = boot_store::find_object(store, *boot_store::guid_of_alias("{bootmgr}"));
        const auto* value = manager ? boot_store::find(*manager, 0x23000003) : nullptr;
        return value ? value->text : std::string{};
    }

    // What an id typed by somebody stands for. The running system's own entry exists in its own store only.
    std::string guid_of(const std::string& id) const {
        if (const auto known = boot_store::guid_of_alias(id)) return *known;
        if (text::equal_no_case(id, "{default}")) return default_guid();
        if (text::equal_no_case(id, "{current}")) return file ? std::string{} : default_guid();
        return id;
    }

    std::string shown(const std::string& guid) const {
        if (is_verbose) return guid;
        if (const auto alias = boot_store::alias_of_guid(guid)) return *alias;
        if (text::equal_no_case(guid, default_guid())) return file ? "{default}" : "{current}";
        return guid;
    }

    registry_key* object(const std::string& id) {
        return const_cast<registry_key*>(boot_store::find_object(store, guid_of(id)));
    }

    win32_error write_back() {
        if (file) return self.os.files.write(*file, to_hive(store), self.who);
        auto& root = self.os.reg.create(online_store);
        const auto name = root.name;
        root = store;
        root.name = name;
        return win32::success;
    }

    int done() {
        if (const auto error = write_back())
            return fail("The boot configuration data store could not be opened.", message_of(error));
        self.out.line("The operation completed successfully.");
        return 0;
    }
};

std::string device_text(const run& r, const registry_value& value) {
    const auto* p = r.self.os.storage.with_id(boot_store::partition_of(value));
    if (!p) return "unknown";
    if (p->letter) return std::string("partition=") + p->letter + ":";
    return "partition=\\Device\\HarddiskVolume" + std::to_string(p->volume);
}

std::vector<std::string> lines_of(const run& r, std::uint32_t id, const registry_value& value) {
    switch (static_cast<boot_store::element_kind>((id >> 24) & 0xf)) {
        case boot_store::element_kind::device:
            return {device_text(r, value)};
        case boot_store::element_kind::object:
            return {r.shown(value.text)};
        case boot_store::element_kind::object_list: {
            std::vector<std::string> out;
            for (const auto& guid : value.list) out.push_back(r.shown(guid));
            return out;
        }
        case boot_store::element_kind::integer: {
            const auto number = boot_store::integer_of(value);
            for (const auto& known : named_values)
                if (known.element == id && known.number == number) return {known.name};
            return {std::to_string(number)};
        }
        case boot_store::element_kind::boolean:
            return {!value.text.empty() && value.text[0] != '\0' ? "Yes" : "No"};
        default:
            return {value.text};
    }
}

std::string title_of(const registry_key& object) {
    const auto type = boot_store::type_of(object);
    if (type == boot_store::boot_manager) return "Windows Boot Manager";
    if (type == boot_store::loader) return "Windows Boot Loader";
    const auto alias = boot_store::alias_of_guid(object.name).value_or("");
    if (alias == "{emssettings}") return "EMS Settings";
    if (alias == "{globalsettings}") return "Global Settings";
    if (alias == "{bootloadersettings}") return "Boot Loader Settings";
    return "Device options";
}

void print_line(run& r, std::string name, const std::string& value) {
    name.resize(std::max(name_column, name.size() + 1), ' ');
    r.self.out.line(name + value);
}

void print_object(run& r, const registry_key& object) {
    const auto title = title_of(object);
    r.self.out.write("\r\n" + title + "\r\n" + std::string(title.size(), '-') + "\r\n");
    print_line(r, "identifier", r.shown(object.name));
    const auto elements = object.keys.find("Elements");
    if (elements == object.keys.end()) return;
    for (const auto& [key, element] : elements->second.keys) {
        const auto id = static_cast<std::uint32_t>(std::strtoul(key.c_str(), nullptr, 16));
        const auto* value = element.find("Element");
        if (!value) continue;
        const auto* known = boot_store::find_element(id, boot_store::type_of(object));
        auto name = known ? std::string(known->name) : "custom:" + text::upper(key);
        for (const auto& line : lines_of(r, id, *value)) {
            print_line(r, name, line);
            name.clear();
        }
    }
}

int enumerate(run& r) {
    const auto what = r.words.size() > 1 ? text::lower(r.words[1]) : std::string("active");
    const auto objects = r.store.keys.find("Objects");
    if (objects == r.store.keys.end())
        return r.fail("The boot configuration data store could not be opened.", message_of(win32::registry_corrupt));
    if (what.starts_with('{')) {
        const auto* one = r.object(what);
        if (!one) return r.bad_entry();
        print_object(r, *one);
        return 0;
    }
    const auto wants = [&](std::uint32_t type) {
        if (what == "all") return true;
        if (what == "osloader") return type == boot_store::loader;
        if (what == "bootmgr") return type == boot_store::boot_manager;
        if (what == "inherit") return type == boot_store::inherited;
        return type == boot_store::boot_manager || type == boot_store::loader;  // active
    };
    constexpr std::string_view kinds[] = {"all", "osloader", "bootmgr", "inherit", "active"};
    if (std::find(std::begin(kinds), std::end(kinds), what) == std::end(kinds)) {
        r.self.os.log_refused("bcdedit", "bcdedit /enum " + what);
        return r.bad_command();
    }
    for (const auto type : {boot_store::boot_manager, boot_store::loader, boot_store::inherited})
        for (const auto& [guid, object] : objects->second.keys)
            if (boot_store::type_of(object) == type && wants(type)) print_object(r, object);
    return 0;
}

std::optional<bool> boolean_named(std::string_view word) {
    for (const auto* yes : {"on", "yes", "true", "1"})
        if (text::equal_no_case(word, yes)) return true;
    for (const auto* no : {"off", "no", "false", "0"})
        if (text::equal_no_case(word, no)) return false;
    return std::nullopt;
}

std::optional<std::uint64_t> integer_named(std::uint32_t id, const std::string& word) {
    for (const auto& known : named_values)
        if (known.element == id && text::equal_no_case(known.name, word)) return known.number;
    char* end = nullptr;
    const auto out = std::strtoull(word.c_str(), &end, 0);
    if (word.empty() || *end != '\0') return std::nullopt;
    return out;
}

std::optional<registry_value> value_of(run& r, const boot_store::element_name& element, const std::string& word) {
    switch (element.kind()) {
        case boot_store::element_kind::boolean: {
            const auto is_on = boolean_named(word);
            if (!is_on) return std::nullopt;
            return boot_store::boolean(*is_on);
        }
        case boot_store::element_kind::integer: {
            const auto number = integer_named(element.id, word);
            if (!number) return std::nullopt;
            return boot_store::integer(*number);
        }
        case boot_store::element_kind::string:
            return reg_sz(word);
        case boot_store::element_kind::object:
            return reg_sz(r.guid_of(word));
        case boot_store::element_kind::device: {
            const bool is_letter =
                text::starts_with_no_case(word, "partition=") && word.size() == 12 && word[11] == ':';
            const auto* p = is_letter ? r.self.os.storage.with_letter(word[10]) : nullptr;
            if (!p) return std::nullopt;
            return boot_store::device_of(p->id);
        }
        default:
            r.self.os.log_refused("bcdedit", std::string("bcdedit /set ") + element.name);
            return std::nullopt;
    }
}

// [{id}] after the verb, else `otherwise`; moves `at` to what follows.
std::string take_id(const run& r, std::size_t& at, const char* otherwise) {
    if (at < r.words.size() && r.words[at].starts_with('{')) return r.words[at++];
    return otherwise;
}

int set_value(run& r) {
    std::size_t at = 1;
    auto* object = r.object(take_id(r, at, "{current}"));
    if (!object) return r.bad_entry();
    if (at + 2 != r.words.size()) return r.bad_command();
    const auto* element = boot_store::find_element(r.words[at], boot_store::type_of(*object));
    const auto value = element ? value_of(r, *element, r.words[at + 1]) : std::nullopt;
    if (!value) return r.bad_value();
    boot_store::set(*object, element->id, *value);
    return r.done();
}

int delete_value(run& r) {
    std::size_t at = 1;
    auto* object = r.object(take_id(r, at, "{current}"));
    if (!object) return r.bad_entry();
    if (at + 1 != r.words.size()) return r.bad_command();
    const auto* element = boot_store::find_element(r.words[at], boot_store::type_of(*object));
    if (!element || !boot_store::remove(*object, element->id))
        return r.fail("An error occurred while attempting to delete the specified data element.", "Element not found.");
    return r.done();
}

int switch_element(run& r, std::uint32_t element, const char* otherwise) {
    std::size_t at = 1;
    auto* object = r.object(take_id(r, at, otherwise));
    if (!object) return r.bad_entry();
    const auto is_on = at + 1 == r.words.size() ? boolean_named(r.words[at]) : std::nullopt;
    if (!is_on) return r.bad_command();
    boot_store::set(*object, element, boot_store::boolean(*is_on));
    return r.done();
}

int ems_settings(run& r) {
    auto& object = boot_store::object(r.store, *boot_store::guid_of_alias("{emssettings}"), boot_store::inherited);
    if (r.words.size() < 2) return r.bad_command();
    for (std::size_t i = 1; i < r.words.size(); ++i) {
        const auto& word = r.words[i];
        if (text::equal_no_case(word, "BIOS")) {
            boot_store::remove(object, 0x15000022);
            boot_store::remove(object, 0x15000023);
        } else if (text::starts_with_no_case(word, "EMSPORT:") || text::starts_with_no_case(word, "EMSBAUDRATE:")) {
            const auto colon = word.find(':');
            const auto number = integer_named(0, word.substr(colon + 1));
            if (!number) return r.bad_command();
            boot_store::set(object, colon == 7 ? 0x15000022 : 0x15000023, boot_store::integer(*number));
        } else {
            return r.bad_command();
        }
    }
    return r.done();
}

int export_store(run& r) {
    if (r.words.size() != 2) return r.bad_command();
    const auto error = r.self.os.files.write(r.self.full_path(r.words[1]), to_hive(r.store), r.self.who);
    if (error) return r.fail("The store export operation has failed.", message_of(error));
    r.self.out.line("The operation completed successfully.");
    return 0;
}

int import_store(run& r) {
    if (r.words.size() != 2 || r.file) return r.bad_command();
    const auto read = r.self.os.files.read(r.self.full_path(r.words[1]), r.self.who);
    const auto tree = read ? from_hive(read.value) : std::nullopt;
    if (!tree)
        return r.fail("The store import operation has failed.",
                      message_of(read ? win32_error{win32::registry_corrupt} : read.error));
    r.store = *tree;
    return r.done();
}

task<int> bcdedit_main(process& self) {
    run r{self, {}, {}};
    for (std::size_t i = 0; i < self.args.size(); ++i) {
        if (text::equal_no_case(self.args[i], "/store") && i + 1 < self.args.size())
            r.file = self.full_path(self.args[++i]);
        else if (text::equal_no_case(self.args[i], "/v"))
            r.is_verbose = true;
        else
            r.words.push_back(self.args[i]);
    }
    const char* cannot_open = "The boot configuration data store could not be opened.";
    if (!self.who.is_elevated) co_return r.fail(cannot_open, message_of(win32::access_denied));
    if (r.file) {
        const auto read = self.os.files.read(*r.file, self.who);
        if (!read) co_return r.fail(cannot_open, message_of(read.error));
        auto tree = from_hive(read.value);
        if (!tree) co_return r.fail(cannot_open, message_of(win32::registry_corrupt));
        r.store = std::move(*tree);
    } else {
        const auto* root = self.os.reg.find(online_store);
        if (!root) co_return r.fail(cannot_open, message_of(win32::file_not_found));
        r.store = *root;
    }
    const auto verb = r.words.empty() ? std::string("/enum") : text::lower(r.words[0]);
    if (verb == "/enum") co_return enumerate(r);
    if (verb == "/set") co_return set_value(r);
    if (verb == "/deletevalue") co_return delete_value(r);
    if (verb == "/ems") co_return switch_element(r, 0x260000b0, "{current}");
    if (verb == "/bootems") co_return switch_element(r, 0x16000020, "{bootmgr}");
    if (verb == "/emssettings") co_return ems_settings(r);
    if (verb == "/export") co_return export_store(r);
    if (verb == "/import") co_return import_store(r);
    self.os.log_refused("bcdedit", "bcdedit " + verb);
    co_return r.bad_command();
}

}  // namespace

void add_bcdedit_programs(program_table& table) {
    add_program(table, "bcdedit", bcdedit_main);
}

}  // namespace emsctl::guest
