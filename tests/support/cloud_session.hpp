// What the tests of the clouds' consoles do alike: open an address, say a line to an echoing guest, see how it fails.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <string>
#include <vector>

#include "tests/support/both_ways.hpp"
#include "tests/support/spin.hpp"
#include "transport/deadline.hpp"
#include "transport/open_endpoint.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::test {

namespace asio = boost::asio;

struct cloud_outcome {
    boost::system::error_code code;
    std::string text;                // of the error; "" when it worked
    std::vector<std::string> told;   // warnings
    std::vector<std::string> found;  // at the stations
    bool has(const std::string& part) const { return text.find(part) != std::string::npos; }
};

// Until `wanted` has come.
inline asio::awaitable<void> hear(transport::byte_stream& road, std::string wanted) {
    std::string heard;
    std::vector<char> buffer(4096);
    while (heard.find(wanted) == std::string::npos) {
        const std::size_t count = co_await road.read_some(buffer);
        heard.append(buffer.data(), count);
    }
}

inline asio::awaitable<void> converse(std::string address, transport::road_context context,
                                      std::vector<transport::out_of_band> signals) {
    const transport::openers doors = transport::standard_openers();
    transport::open_options options;
    options.context = std::move(context);
    auto where = doors.parse(address).value();
    auto opening = doors.open(std::move(where), options);
    const auto road = co_await std::move(opening);
    std::string line = "over the line\r";
    auto saying = road->write_all(line);
    co_await std::move(saying);
    auto hearing = hear(*road, "over the line");
    auto limited = transport::within(std::chrono::seconds(60), std::move(hearing));
    co_await std::move(limited);
    for (const auto& one : signals) {
        auto signalling = road->signal(one);
        co_await std::move(signalling);
    }
    road->close();
}

inline cloud_outcome try_cloud(const std::string& address, const std::vector<transport::out_of_band>& signals = {}) {
    cloud_outcome out;
    transport::road_context context;
    context.warn = [&](const std::string& text) { out.told.push_back(text); };
    context.passed = [&](transport::station, const std::string& found) { out.found.push_back(found); };
    asio::io_context io;
    try {
        tests::spin(io, converse(address, context, signals));
    } catch (const boost::system::system_error& error) {
        out.code = error.code();
        out.text = error.what();
    }
    return out;
}

}  // namespace emsctl::test
