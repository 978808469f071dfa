// Takes the members of a YAML map one by one, with their types, and complains about what is wrong or left over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scripts/runbook.hpp"
#include "scripts/yaml_reader.hpp"

namespace emsctl::scripts {

class complaints {
  public:
    complaints(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}
    void add(place at, std::string message, std::string suggestion = {});
    // Where a byte of a scalar's value stands in the file, also inside quotes and behind escapes.
    place inside(const yaml_node& scalar, std::size_t byte) const;
    std::vector<parse_error> take();  // in the order of the file

  private:
    std::string_view text_;
    std::string file_;
    std::vector<parse_error> errors_;
};

// The nearest of `known` when it is near enough; "".
std::string nearest(std::string_view word, const std::vector<std::string>& known);

class member_reader {
  public:
    member_reader(const yaml_node& map, std::string what, complaints& errors);
    ~member_reader();  // every member that was not asked for is an error
    member_reader(const member_reader&) = delete;
    member_reader& operator=(const member_reader&) = delete;

    const yaml_node* take(std::string_view key);
    const yaml_node* need(std::string_view key);
    bool has(std::string_view key) const { return map_.find(key) != nullptr; }
    place at() const { return map_.at; }

    std::string text(std::string_view key, bool required = false);
    written expression(std::string_view key, bool required = false);
    written with_holes(std::string_view key, bool required = false);
    bool boolean(std::string_view key, bool otherwise);
    std::optional<std::int64_t> integer(std::string_view key);
    std::chrono::seconds seconds(std::string_view key, std::chrono::seconds otherwise);
    std::vector<std::string> texts(std::string_view key);  // a list, or one text
    std::vector<std::int64_t> integers(std::string_view key, std::vector<std::int64_t> otherwise);
    // The index of the member's text in `words`; `otherwise` when absent or wrong (which is an error).
    std::size_t one_of(std::string_view key, const std::vector<std::string>& words, std::size_t otherwise);

    written checked_template(const yaml_node& node);
    written checked_expression(const yaml_node& node);
    std::optional<std::int64_t> number(const yaml_node& node);

  private:
    bool is_scalar(const yaml_node& node, std::string_view key);

    const yaml_node& map_;
    std::string what_;
    complaints& errors_;
    std::vector<std::string> asked_;
};

}  // namespace emsctl::scripts
