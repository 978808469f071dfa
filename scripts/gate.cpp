#include "scripts/gate.hpp"

namespace emsctl::scripts {

std::optional<std::string> refusal(const command& what) {
    if (what.changes) return "the step says that it changes something";
    switch (what.in) {
        case shell::cmd:
            return cmd_refusal(what.text);
        case shell::powershell:
            return powershell_refusal(what.text);
        case shell::local:
            return local_refusal(what.text);
        case shell::console:
            break;
    }
    return "nobody can know what a conversation does";
}

}  // namespace emsctl::scripts
