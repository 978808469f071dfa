// A file out of the guest or into it, through a session's shell, with the hash of both ends equal or no copy. What the
// guest says no to is a value; what breaks (the line, a hash that never agrees) is thrown as the session throws it.
#pragma once

#include <functional>

#include "sac/copy_script.hpp"
#include "sac/session.hpp"

namespace emsctl::sac {

class file_copy {
  public:
    explicit file_copy(session& where) : session_(where) {}

    struct offer {
        copy_answer answer;  // its refusal is none when the file can be fetched
        command_frame::stream_facts facts;
    };

    // Freezes and hashes `path` (absolute) in the guest; `limit` is for that. A large one is refused, with its size,
    // unless it may be: its copy and the encoded form take 2.4 times its size on the guest's disk.
    asio::awaitable<offer> prepare_get(std::string path, bool may_be_large, span_of_time limit);

    // The bytes of what was prepared. `known` is what an earlier attempt left of them, from the beginning; when it is
    // of another file, all is fetched again. `heard` is told the bytes that are here without a gap.
    using byte_listener = std::function<void(std::uint64_t bytes)>;
    using part_listener = std::function<void(std::string_view more)>;
    asio::awaitable<std::string> get(command_frame::stream_facts facts, std::string_view known, byte_listener heard,
                                     part_listener kept);

    struct place {
        copy_answer answer;
        copy_paths paths;
        std::uint64_t there = 0;  // bytes of it that an earlier attempt left in the guest, proved
    };

    // Looks where `bytes` are to go: `target` absolute, `name` what they are called when that is a folder.
    asio::awaitable<place> prepare_put(std::string target, std::string name, std::string_view bytes);

    // Sends them, proves them there and only then gives them their name. The answer's refusal is none when the file
    // stands at its destination and its hash there is ours.
    asio::awaitable<copy_answer> put(place where, std::string_view bytes, bool replaces, byte_listener sent);

  private:
    asio::awaitable<copy_answer> ask(std::string script, span_of_time limit);

    session& session_;
};

}  // namespace emsctl::sac
