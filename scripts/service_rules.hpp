// Services that no repair may stop or disable: the machine, its console or its proofs hang on them.
#pragma once

#include <string_view>

namespace emsctl::scripts {

bool is_untouchable(std::string_view service_name);

}  // namespace emsctl::scripts
