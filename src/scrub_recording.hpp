// A recording as it may be shown to others: without the names of whose machine it was.
#pragma once

#include <string>
#include <vector>

#include "transport/recording.hpp"

namespace emsctl {

struct scrubbed_recording {
    transport::recording what;
    std::vector<std::string> stands_for;  // "WEB-RDS01 -> xxx-xxxx1"
    std::vector<std::string> left;        // texts that could not be taken out everywhere; then nobody is to see it
};

// `names`: further texts, in any case; `patterns`: ECMAScript. Throws usage_error for a pattern that is none.
scrubbed_recording scrub_recording(const transport::recording& original, const std::vector<std::string>& names,
                                   const std::vector<std::string>& patterns);

}  // namespace emsctl
