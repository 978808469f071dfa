// What the guest is asked while a file is copied, as the text of .cmd files, and what it answers there. Pure text in
// and out; who runs them is file_copy's business. The facts of cmd and certutil are in windows-repair.md,
// sections 3.4, 3.5.
//
// A path stands in a variable and is only ever used in quotes, so & ( ) ! ^ and blanks in it mean nothing; % is
// doubled. Answers begin with "emsctl:", since no word of Windows' own tools is the same in every language.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace emsctl::sac {

// Why there is no copy.
enum class copy_refusal {
    none,
    missing,      // no such file; or its folder cannot be looked into
    large,        // 10,000,000 bytes or more, and nobody said that this may be: nothing was copied in the guest
    is_folder,    // it is a folder, or one stands where the file should go
    no_folder,    // the folder that it should go to is not there
    exists,       // something is there already
    denied,       // the guest's own words say more
    in_use,       // another program has it open and shares it with nobody
    no_space,     // on the guest's disk
    unreadable,   // for another reason, in the guest's words
    unwritable,   // the same
    arrived_bad,  // the copy in the guest has another hash; it was removed
    not_proved,   // it stands at its destination and the guest's hash of it there is another
};
std::string_view to_string(copy_refusal);  // for programs: "missing", "is-folder", ...

// "C:\folder\name" of what a person typed: a drive, a name, no wildcards, slashes turned. Nothing when it is none.
std::optional<std::string> absolute_path(std::string_view typed);
std::string leaf_of(std::string_view path);  // behind the last backslash

struct copy_paths {
    std::string target;   // absolute; a folder, or ending in "\": `name` is what the file is called there
    std::string name;     // without a folder
    std::string partial;  // where the parts come together, as typed in the guest
    std::string token;    // of the temporary name beside the target
};

// Copies `path` to 0.f in the session's folder, which freezes it, encodes it to 0.f.64 and says its size and hash. What
// `copy` does not see (hidden files) or cannot open is read where it stands.
std::string get_script(const std::string& path, bool may_be_large);

// Looks at the place before anything is sent: is it free, can it be written, how much fits, what of an earlier attempt
// is there. Changes nothing that stays.
std::string place_script(const copy_paths& where);

// 0.f behind what has come together so far.
std::string join_script(const copy_paths& where, bool is_first);

// Copies `source` to a temporary name beside the target, so that it gets the rights of that folder, compares the hash
// there, and only then renames it.
std::string finish_script(const copy_paths& where, const std::string& source, std::uint64_t size,
                          const std::string& sha256, bool replaces);

struct copy_answer {
    copy_refusal refusal = copy_refusal::none;
    std::string guest_says;                              // the words of its tools, for a person
    std::optional<std::uint64_t> size;                   // of the file; of what has come together so far
    std::string hash;                                    // lower-case hex
    std::string target;                                  // absolute path of the file, when a folder was meant
    std::optional<std::uint64_t> free_there, free_here;  // bytes on the target's volume and on the session's
    bool exists = false;
    bool is_placed = false;
};
copy_answer read_copy_answer(std::string_view out, std::string_view err);

}  // namespace emsctl::sac
