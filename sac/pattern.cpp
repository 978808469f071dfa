#include "sac/pattern.hpp"

#include <re2/re2.h>
#include <re2/stringpiece.h>

#include <algorithm>

#include "sac/automaton.hpp"

namespace emsctl::sac {
namespace {

RE2::Options quiet() {
    RE2::Options options;
    options.set_log_errors(false);
    return options;
}

std::string by_lines(std::string_view regex) {
    return "(?m)" + std::string(regex);
}

std::optional<RE2::ErrorCode> error_in(std::string_view regex) {
    const RE2 tried(by_lines(regex), quiet());
    if (tried.ok()) return std::nullopt;
    return tried.error_code();
}

// RE2 says what is wrong, not where: it stands where the shortest beginning with the same fault ends.
std::size_t place_of(const RE2& refused, std::string_view regex) {
    if (refused.error_code() == RE2::ErrorMissingParen) {
        for (std::size_t at = regex.size(); at-- > 0;)
            if (regex[at] == '(' && !error_in(regex.substr(0, at))) return at;
        return 0;
    }
    if (refused.error_code() == RE2::ErrorUnexpectedParen) {
        std::size_t size = 1;
        while (size < regex.size() && error_in(regex.substr(0, size)) != refused.error_code()) ++size;
        return size - 1;
    }
    std::string arg = refused.error_arg();
    if (arg.starts_with("(?m)")) arg.erase(0, 4);
    const auto first = regex.find(arg);
    if (arg.empty() || first == std::string_view::npos) return 0;
    for (auto at = first; at != std::string_view::npos; at = regex.find(arg, at + 1))
        if (error_in(regex.substr(0, at + arg.size())) == refused.error_code()) return at;
    return first;
}

// Outside of \Q...\E.
std::optional<std::size_t> place_of_any_byte(std::string_view regex) {
    for (std::size_t at = 0; at + 1 < regex.size(); ++at) {
        if (regex[at] != '\\') continue;
        if (regex[at + 1] == 'C') return at;
        if (regex[at + 1] == 'Q') at = std::min(regex.find("\\E", at), regex.size());
        ++at;
    }
    return std::nullopt;
}

}  // namespace

std::optional<pattern_fault> fault_of(const pattern& what) {
    if (what.text.empty()) return pattern_fault{"an empty pattern", 0};
    if (!what.is_regex) return std::nullopt;
    const RE2 tried(by_lines(what.text), quiet());
    if (!tried.ok()) {
        std::string message = tried.error();
        if (const auto added = message.find("(?m)"); added != std::string::npos) message.erase(added, 4);
        return pattern_fault{message, place_of(tried, what.text)};
    }
    if (const auto at = place_of_any_byte(what.text)) return pattern_fault{"\\C is not supported", *at};
    const auto machine = automaton_of_regex(tree_of_regex(what.text));
    if (!machine) return pattern_fault{"pattern too large", 0};
    if (machine->takes.empty()) return pattern_fault{"a pattern that never takes a byte", 0};
    return std::nullopt;
}

struct capture_finder::state {
    explicit state(const std::string& text) : regex(by_lines(text), quiet()) {}
    RE2 regex;
    std::vector<std::string> names;  // by group, from 1
};

capture_finder::capture_finder(const pattern& what) {
    if (!what.is_regex) return;
    state_ = std::make_unique<state>(what.text);
    state_->names.resize(static_cast<std::size_t>(state_->regex.NumberOfCapturingGroups()));
    for (const auto& [number, name] : state_->regex.CapturingGroupNames())
        state_->names[static_cast<std::size_t>(number - 1)] = name;
}
capture_finder::~capture_finder() = default;
capture_finder::capture_finder(capture_finder&&) noexcept = default;

std::vector<capture> capture_finder::captures(std::string_view text, std::size_t begin, std::size_t end) const {
    if (!state_) return {};
    const auto& names = state_->names;
    std::vector<re2::StringPiece> groups(names.size() + 1);
    std::vector<capture> all;
    const re2::StringPiece whole(text.data(), text.size());
    const bool matches = !names.empty() && state_->regex.Match(whole, begin, end, RE2::ANCHOR_BOTH, groups.data(),
                                                               static_cast<int>(groups.size()));
    for (std::size_t i = 0; i < names.size(); ++i) {
        capture& one = all.emplace_back();
        one.name = names[i];
        if (matches && groups[i + 1].data()) one.text.emplace(groups[i + 1].data(), groups[i + 1].size());
    }
    return all;
}

}  // namespace emsctl::sac
