// How a command travels and how its result comes back: the kit of two small scripts that a session puts into its
// folder in the guest, the short lines that are typed, and the numbered answer lines. Pure text in and out.
//
// A command goes over as a file in base64; the guest says the file's SHA-256 and only then is it run, by a line that
// is always the same but for a number. The runner refuses a number that has begun before, so nothing runs twice.
// Answer lines begin with the session's nonce and a colon, which no typed line contains together: neither an echo nor a
// window title can be taken for an answer. Nothing is installed; certutil, findstr and cmd are part of every full
// Windows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::sac {

class command_frame {
  public:
    // `nonce`: six letters and digits without equal neighbours (some consoles merge equal keys).
    explicit command_frame(std::string nonce) : nonce_(std::move(nonce)) {}
    static std::string make_nonce(std::uint64_t seed);

    const std::string& nonce() const { return nonce_; }

    // The session's folder in the guest, as typed.
    std::string folder() const { return R"(%SystemRoot%\Temp\ems)" + nonce_; }

    std::string runner_script() const;        // k.cmd
    static std::string powershell_wrapper();  // w.ps1

    // The typed lines that put `bytes` into u.64 as base64, each at most `width` columns (at least 16).
    // No bytes give no lines, and u.64 stays what it was.
    static std::vector<std::string> upload_lines(std::string_view bytes, std::size_t width);

    // What is typed; `tick` is a fresh number that the answer repeats in its last line.
    static std::string accept_line(int tick, std::string_view file);  // u.64 -> file, says its hash
    static std::string run_line(int tick, int id);
    static std::string show_line(int tick, int id);
    static std::string page_line(int tick, int id, char stream, int from, int count);

    // The answer's last line.
    std::string end_mark(int tick) const { return nonce_ + ":" + std::to_string(tick) + "."; }

    struct stream_facts {
        std::optional<std::uint64_t> size;
        std::string hash;                  // lower-case hex; empty when the size is 0 or the guest could not hash
        std::map<int, std::string> lines;  // base64 by line number of the encoded file, its first data line is 2
    };

    struct answer {
        bool used_before = false;  // this number had begun: it was not run again
        bool disk_full = false;    // the begin mark could not be written: it was not run
        bool no_result = false;    // begun, but the end was never written
        std::optional<std::int64_t> exit_code;
        std::string accepted_hash;  // of an accept line
        stream_facts out;
        stream_facts err;
        stream_facts file;  // of a file that is copied out of the guest: only its lines
    };

    // Reads everything the rows say about number `id`; rows of other commands, and other text, are passed over.
    void read(const std::vector<std::string>& rows, int id, answer& into) const;

    // The first gap in the lines of the encoded file, as first and last number.
    static std::optional<std::pair<int, int>> missing(const stream_facts& facts);

    // The bytes, when all lines are there and size and hash agree.
    static std::optional<std::string> bytes_of(const stream_facts& facts);

  private:
    void read_line(std::string_view row, int id, answer& into) const;

    std::string nonce_;
};

}  // namespace emsctl::sac
