#include "transport/deadline.hpp"

namespace emsctl::transport {

void fail_timed_out(line_clock::duration limit) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
    fail(transport_error::timed_out, ms % 1000 == 0 ? "nothing for " + std::to_string(ms / 1000) + " s"
                                                    : "nothing for " + std::to_string(ms) + " ms");
}

}  // namespace emsctl::transport
