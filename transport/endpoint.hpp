// Address text ("serial:/dev/ttyS0?baud=115200") taken apart. Opens nothing and knows no kind's parameters; the opener
// of the kind does.
#pragma once

#include <boost/system/result.hpp>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace emsctl::transport {

struct endpoint {
    using parameter_map = std::map<std::string, std::string>;

    endpoint() = default;
    endpoint(std::string kind, std::string target, parameter_map parameters = {})
        : kind(std::move(kind)), target(std::move(target)), parameters(std::move(parameters)) {}

    std::string kind;
    std::string target;
    parameter_map parameters;

    // The address as it could be typed again.
    std::string text() const;
    bool operator==(const endpoint&) const = default;
};

// Why an address is none, in words for the person who typed it.
struct bad_address {
    std::string text;
};
[[noreturn]] void throw_exception_from_error(const bad_address& problem, const boost::source_location&);

template <class T>
using address_result = boost::system::result<T, bad_address>;

// The kinds that emsctl ships, in the order of its help.
std::span<const std::string> shipped_kinds();

address_result<endpoint> parse_endpoint(std::string_view text, std::span<const std::string> kinds = shipped_kinds());

struct host_and_port {
    std::string host;
    std::string port;  // decimal, 0..65535 (0: any, for listeners)
};
address_result<host_and_port> parse_host_and_port(std::string_view target);  // "[::1]:4000", "host:23"

// The candidate that `word` was probably meant to be, or "" when none is near.
std::string nearest_word(std::string_view word, std::span<const std::string> candidates);

}  // namespace emsctl::transport
