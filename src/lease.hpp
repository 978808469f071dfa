// One of ours per console on this host: two clients on one serial line would each see half of the answers, and on a
// cloud's console evict each other for ever. A lock on a file, so it ends with the process, however that ends.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "transport/endpoint.hpp"

namespace emsctl {

class lease {
  public:
    // Throws transport_error::busy, naming who has the console and since when, if it does not get free within
    // `patience`.
    static boost::asio::awaitable<std::unique_ptr<lease>> of(transport::endpoint where, std::string verb,
                                                             std::chrono::milliseconds patience);
    ~lease();
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;

  private:
    explicit lease(int file) : file_(file) {}

    int file_;
};

}  // namespace emsctl
