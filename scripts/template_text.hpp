// Text with `{{ lua }}` holes. Pure. Values that go into a command are suspected: the machine they came from may be
// in somebody else's hands, so whatever the shell could take for more than a value is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scripts/expressions.hpp"
#include "scripts/secret_values.hpp"

namespace emsctl::scripts {

enum class insertion { text, cmd, powershell, local, azure };

struct rendering {
    std::string text;
    std::optional<std::string> error;
};

// Into text: control characters of values become '?'. Into commands: a value is taken only if it cannot end the quotes
// it stands in, or, outside quotes, is one plain word; into arguments of a program anything but control characters, and
// nothing that begins one like an option; into a path of Azure only letters, digits and -._~/(). `raw(x)` switches that
// off for one value. A secret goes only into commands of the guest, as its mark; `secrets`: those whose values are
// known already, and must be as any other.
rendering render(std::string_view with_holes, const scope& names, insertion where, const secret_values& secrets = {});

// The Lua in its holes, in order; of a text that can be rendered.
std::vector<std::string> holes_of(std::string_view with_holes);

std::optional<std::string> template_error(std::string_view with_holes);  // nullopt: it can be rendered

}  // namespace emsctl::scripts
