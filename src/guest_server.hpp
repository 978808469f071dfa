// Serves one simulated guest on a pseudo-terminal or a socket, in real time: clients come and go, one at a time, the
// machine stays.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "sac/guest/machine.hpp"
#include "transport/byte_stream.hpp"

namespace emsctl {

class guest_server {
  public:
    // `after_traffic` is called whenever the guest may have done something.
    guest_server(std::shared_ptr<guest::machine> machine, unsigned baud, std::function<void()> after_traffic);

    // "pty", "unix:PATH", "tcp:HOST:PORT", or "stdio" until its end. Calls `ready` with the address that a client
    // opens; ends by cancellation. SIGUSR1 is the machine's reset button.
    boost::asio::awaitable<void> serve(std::string listen, std::function<void(std::string)> ready);

  private:
    boost::asio::awaitable<void> serve_clients(std::string listen, std::function<void(std::string)> ready);
    boost::asio::awaitable<void> to_client();
    boost::asio::awaitable<void> mind_reset_button();
    boost::asio::awaitable<void> from_client(std::shared_ptr<transport::byte_stream> client);

    std::shared_ptr<guest::machine> machine_;
    unsigned baud_;
    std::function<void()> after_traffic_;
    std::unique_ptr<transport::byte_stream> guest_;
    std::shared_ptr<transport::byte_stream> client_;
};

}  // namespace emsctl
