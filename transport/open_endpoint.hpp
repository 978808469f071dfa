// The kinds of address that can be opened, by name. This room registers what needs nothing from above (serial, unix,
// tcp, exec); the program adds the kinds that need upper rooms.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transport/byte_stream.hpp"
#include "transport/endpoint.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

struct open_options {
    // How long to wait for a device or socket that is not there yet; none: fail at once.
    std::optional<std::chrono::milliseconds> wait;
    road_context context;
};

class openers {
  public:
    using opener = std::function<asio::awaitable<std::unique_ptr<byte_stream>>(endpoint, road_context)>;

    struct kind_of_road {
        std::string kind;
        std::string form;                     // "serial:DEVICE?baud=115200"
        std::string help;                     // one line for the table of addresses
        std::vector<std::string> parameters;  // names the opener understands; any other is refused before it is called
        bool may_appear_later = false;        // whether open_options::wait makes sense
        opener open;
    };

    // A second one of the same kind replaces the first.
    void add(kind_of_road road);

    const std::vector<kind_of_road>& roads() const { return roads_; }
    std::vector<std::string> kinds() const;

    // parse_endpoint for the kinds registered here, plus the check of parameter names.
    address_result<endpoint> parse(std::string_view text) const;

    // Throws transport_error; bad_address when the kind or a parameter name is not known.
    asio::awaitable<std::unique_ptr<byte_stream>> open(endpoint where, open_options options = {}) const;

  private:
    const kind_of_road* find(const std::string& kind) const;
    std::string parameter_problem(const endpoint& where) const;

    std::vector<kind_of_road> roads_;
};

openers standard_openers();

}  // namespace emsctl::transport
