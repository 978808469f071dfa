// What makes damage to a recording visible: a running SHA-256 over the file, written into it at every mark, and at the
// end an index of the marks and a closing hash. It is not keyed: who edits a file can seal it again. It shows
// accidents, truncation, and edits of a file whose last hash stands elsewhere (a report, a journal). README.md has the
// format.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::transport {

class running_hash {
  public:
    running_hash();
    ~running_hash();
    running_hash(running_hash&&) noexcept;
    running_hash& operator=(running_hash&&) noexcept;

    void add(std::string_view bytes);
    std::string digest() const;  // of all bytes so far, lower-case hex

  private:
    struct state;
    std::unique_ptr<state> state_;
};

// Where a mark stands in the file.
struct mark_place {
    std::chrono::microseconds at{};
    std::uint64_t offset = 0;  // of its line
    std::string label;
    bool operator==(const mark_place&) const = default;
};

class recording_seal {
  public:
    // Everything that goes into the file passes here, in order. `mark` names the place that begins with these lines.
    void add(std::string_view lines);
    void add_mark(std::chrono::microseconds at, std::string label, std::string_view lines);

    // Lines of its own, added already: the hash of everything before its own digits; and at the end the index of the
    // marks and the last hash.
    std::string hash_line(std::chrono::microseconds at);
    bool is_hash_due() const { return since_hash_ >= hash_every; }
    std::string closing_lines(std::chrono::microseconds at);

    const std::string& last_hash() const { return last_hash_; }

  private:
    static constexpr std::uint64_t hash_every = 1024 * 1024;

    std::string sealed_line(std::chrono::microseconds at, const char* code, const std::string& before);

    running_hash hash_;
    std::uint64_t size_ = 0;
    std::uint64_t since_hash_ = 0;
    std::vector<mark_place> marks_;
    std::string last_hash_;
};

// Reads a file's lines from the first to the last and says whether they are what was written.
class seal_check {
  public:
    struct verdict {
        bool sealed = false;    // it has hashes at all
        bool complete = false;  // it has the closing one, as its last line
        std::uint64_t lines = 0;
        std::uint64_t hashes = 0;        // that were right
        std::uint64_t proved_lines = 0;  // lines that the last right hash covers
        std::uint64_t wrong_line = 0;    // of the first wrong hash or unreadable line; 0: none
        std::string last_hash;           // the last right one
        std::string problem;             // in words; empty: whole and unchanged
        bool is_whole() const { return problem.empty(); }
    };

    // `row` with its line feed, if it has one.
    void read(std::string_view row);
    verdict finish();

  private:
    running_hash hash_;
    verdict out_;
    bool is_cut_ = false;
    bool goes_on_after_end_ = false;
};

}  // namespace emsctl::transport
