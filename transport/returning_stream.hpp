// A line that may vanish and come back, such as a USB adapter that is pulled out: opened again within a limit, and a
// person is told both times. What was sent by either side meanwhile is lost, as on a cable; nothing is sent twice.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "transport/byte_stream.hpp"

namespace emsctl::transport {

// `reopen` is called until it gives a stream; what it throws as not_found, permission_denied (the system sets a new
// device's rights a moment after it made it), busy or closed means "not yet". `limit` counts from the first loss
// after which no byte came, so that a line that only flaps ends too. `tell` may be empty.
std::unique_ptr<byte_stream> make_returning(std::unique_ptr<byte_stream> first,
                                            std::function<std::unique_ptr<byte_stream>()> reopen,
                                            std::chrono::milliseconds limit,
                                            std::function<void(const std::string&)> tell);

}  // namespace emsctl::transport
