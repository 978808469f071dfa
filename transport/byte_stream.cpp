#include "transport/byte_stream.hpp"

#include "transport/transport_error.hpp"

namespace emsctl::transport {

asio::awaitable<void> byte_stream::signal(out_of_band what) {
    fail(transport_error::unsupported, describe() + ": this road carries no " + std::string(name_of(what.what)));
    co_return;
}

}  // namespace emsctl::transport
