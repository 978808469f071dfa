#include "transport/recording_seal.hpp"

#include <openssl/evp.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "transport/recording.hpp"

namespace emsctl::transport {
namespace {

using context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

context new_context() {
    return {EVP_MD_CTX_new(), EVP_MD_CTX_free};
}

std::string hex(const unsigned char* bytes, unsigned size) {
    constexpr std::string_view letters = "0123456789abcdef";
    std::string out;
    for (unsigned i = 0; i < size; ++i) {
        out += letters[bytes[i] >> 4];
        out += letters[bytes[i] & 15];
    }
    return out;
}

constexpr std::size_t digits = 64;
constexpr std::string_view line_end = "\"]\n";

// A line of our own two codes: what its hash covers of it, and the hash.
struct sealed_row {
    std::string_view covered, digest;
    bool closes = false;
};

std::optional<sealed_row> sealed_row_in(std::string_view row) {
    const auto code = row.substr(0, 64).find(",\"");
    if (!row.starts_with('[') || code == row.npos) return std::nullopt;
    const auto rest = row.substr(code);
    const bool closes = rest.starts_with(",\"e\",\"");
    if (!closes && !rest.starts_with(",\"h\",\"")) return std::nullopt;
    if (!row.ends_with(line_end) || rest.size() < digits + 6) return sealed_row{row, "", closes};
    const auto covered = row.size() - line_end.size() - digits;
    return sealed_row{row.substr(0, covered), row.substr(covered, digits), closes};
}

}  // namespace

struct running_hash::state {
    context digest = new_context();
};

running_hash::running_hash() : state_(std::make_unique<state>()) {
    EVP_DigestInit_ex(state_->digest.get(), EVP_sha256(), nullptr);
}
running_hash::~running_hash() = default;
running_hash::running_hash(running_hash&&) noexcept = default;
running_hash& running_hash::operator=(running_hash&&) noexcept = default;

void running_hash::add(std::string_view bytes) {
    EVP_DigestUpdate(state_->digest.get(), bytes.data(), bytes.size());
}

std::string running_hash::digest() const {
    const auto copy = new_context();
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    EVP_MD_CTX_copy_ex(copy.get(), state_->digest.get());
    EVP_DigestFinal_ex(copy.get(), bytes.data(), &size);
    return hex(bytes.data(), size);
}

void recording_seal::add(std::string_view lines) {
    hash_.add(lines);
    size_ += lines.size();
    since_hash_ += lines.size();
}

void recording_seal::add_mark(std::chrono::microseconds at, std::string label, std::string_view lines) {
    marks_.push_back({at, size_, std::move(label)});
    add(lines);
}

std::string recording_seal::sealed_line(std::chrono::microseconds at, const char* code, const std::string& before) {
    auto line = event_line(at, code, before);
    line.resize(line.size() - line_end.size());
    add(line);
    last_hash_ = hash_.digest();
    const auto rest = last_hash_ + std::string(line_end);
    add(rest);
    since_hash_ = 0;
    return line + rest;
}

std::string recording_seal::hash_line(std::chrono::microseconds at) {
    return sealed_line(at, "h", "");
}

std::string recording_seal::closing_lines(std::chrono::microseconds at) {
    auto marks = nlohmann::json::array();
    for (const auto& one : marks_) marks.push_back({one.at.count(), one.offset, one.label});
    using handler = nlohmann::json::error_handler_t;
    const auto index = event_line(at, "x", nlohmann::json{{"marks", marks}}.dump(-1, ' ', false, handler::replace));
    const auto index_at = size_;
    add(index);
    return index + sealed_line(at, "e", std::to_string(index_at) + " ");
}

void seal_check::read(std::string_view row) {
    ++out_.lines;
    if (is_cut_ || out_.wrong_line > 0) return;
    if (out_.complete) goes_on_after_end_ = true;
    const bool whole = row.ends_with('\n');
    if (!whole) is_cut_ = true;
    const auto sealed = whole ? sealed_row_in(row) : std::nullopt;
    if (!sealed) return hash_.add(row);
    out_.sealed = true;
    hash_.add(sealed->covered);
    const auto digest = hash_.digest();
    hash_.add(row.substr(sealed->covered.size()));
    if (sealed->digest != digest) {
        out_.wrong_line = out_.lines;
        return;
    }
    ++out_.hashes;
    out_.proved_lines = out_.lines;
    out_.last_hash = digest;
    if (sealed->closes) out_.complete = true;
}

seal_check::verdict seal_check::finish() {
    const auto lines = [](std::uint64_t n) { return std::to_string(n) + (n == 1 ? " line" : " lines"); };
    if (out_.wrong_line > 0)
        out_.problem = "changed: the hash in line " + std::to_string(out_.wrong_line) +
                       " is not that of what stands before it; " +
                       (out_.proved_lines > 0 ? "the first " + lines(out_.proved_lines) + " are as they were written"
                                              : "no earlier part is proved");
    else if (!out_.sealed)
        out_.problem = "not sealed: it holds no hashes (another program wrote it, or it was cut before the first)";
    else if (is_cut_)
        out_.problem =
            "cut off in line " + std::to_string(out_.lines) + "; the first " + lines(out_.proved_lines) + " are proved";
    else if (!out_.complete)
        out_.problem = "ends without its closing hash: truncated, or its program was killed; the first " +
                       lines(out_.proved_lines) + " of " + std::to_string(out_.lines) + " are proved";
    else if (goes_on_after_end_)
        out_.problem = "goes on after its closing hash in line " + std::to_string(out_.proved_lines);
    return out_;
}

}  // namespace emsctl::transport
