// A run as one self-contained page: readable offline, without scripts, by a screen reader and on paper. All text of the
// guest is text there and nothing else.
#pragma once

#include <string>

#include "sac/film.hpp"
#include "sac/session_reader.hpp"
#include "scripts/report.hpp"

namespace emsctl::scripts {

// What a recording adds to an account. Times count from the recording's beginning.
struct report_evidence {
    sac::film pictures;
    sac::told_session session;
};

// Without evidence (nullptr) the page has no console and no outputs. At most about 4 MiB: output beyond a bound stays
// in the recording, and the page says so.
std::string to_html(const report& account, const report_evidence* evidence);

}  // namespace emsctl::scripts
