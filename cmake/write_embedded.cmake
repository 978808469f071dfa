string(REPLACE "|" ";" files "${FILES}")
set(table "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" text "${text}")
  # Short adjacent literals keep the lines readable to the compiler and to people.
  string(REGEX REPLACE "(................................................................................)" "\\1\"\n    \"" text "${text}")
  list(APPEND table "    {\"${name}\", std::string_view{\"${text}\", sizeof(\"${text}\") - 1}},")
endforeach()
list(JOIN table "\n" table)
file(WRITE "${OUTPUT}" "#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace ${NAMESPACE} {
namespace {
const std::vector<std::pair<std::string_view, std::string_view>> files = {
${table}
};
}

std::optional<std::string_view> embedded(std::string_view file_name) {
    for (const auto& [name, text] : files)
        if (name == file_name) return text;
    return std::nullopt;
}

std::vector<std::string_view> embedded_names() {
    std::vector<std::string_view> names;
    for (const auto& [name, text] : files) names.push_back(name);
    return names;
}
}
")
