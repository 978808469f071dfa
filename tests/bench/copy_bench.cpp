// What copying a file over the console costs: bytes on the wire for each byte of the file, and bytes a second of a line
// of 115200 baud in virtual time, on each kind of console. `copy_bench [BYTES]`, 50,000 unless given.
#include <boost/asio/io_context.hpp>
#include <charconv>
#include <cstdio>
#include <random>

#include "sac/file_copy.hpp"
#include "sac/guest/windows.hpp"
#include "src/guest_choice.hpp"
#include "src/sim_stream.hpp"
#include "tests/support/spin.hpp"
#include "transport/paced_stream.hpp"

using namespace emsctl;
namespace asio = boost::asio;

namespace {

constexpr unsigned baud = 115200;
constexpr const char* path = "C:\\Windows\\copied.bin";

struct cost {
    double sent = 0, received = 0, seconds = 0;
};

std::string random_bytes(std::size_t size) {
    std::mt19937 random(1);
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() & 0xff);
    return bytes;
}

asio::awaitable<void> put(sac::session& session, const std::string& bytes) {
    sac::file_copy copy(session);
    auto place = co_await copy.prepare_put(path, "copied.bin", bytes);
    sac::file_copy::byte_listener nobody = [](std::uint64_t) {};
    const auto answer = co_await copy.put(std::move(place), bytes, true, std::move(nobody));
    if (answer.refusal != sac::copy_refusal::none) throw std::runtime_error("the guest refused the file");
}

asio::awaitable<void> get(sac::session& session, const std::string& bytes) {
    sac::file_copy copy(session);
    const std::chrono::minutes limit(20);
    auto offer = co_await copy.prepare_get(path, true, limit);
    sac::file_copy::byte_listener nobody = [](std::uint64_t) {};
    sac::file_copy::part_listener none = [](std::string_view) {};
    const std::string known;
    const auto arrived = co_await copy.get(std::move(offer.facts), known, std::move(nobody), std::move(none));
    if (arrived != bytes) throw std::runtime_error("another file arrived");
}

// After the login: what one copy takes from its first key to its proof.
asio::awaitable<cost> measured(sac::console& line, sac::session& session, bool is_put, const std::string& bytes) {
    const auto sent = line.bytes_sent(), received = line.bytes_received();
    const auto began = transport::line_clock::now();
    if (is_put)
        co_await put(session, bytes);
    else
        co_await get(session, bytes);
    const auto size = static_cast<double>(bytes.size());
    cost c;
    c.sent = static_cast<double>(line.bytes_sent() - sent) / size;
    c.received = static_cast<double>(line.bytes_received() - received) / size;
    c.seconds = std::chrono::duration<double>(transport::line_clock::now() - began).count();
    co_return c;
}

asio::awaitable<void> both_ways(std::string profile, std::string bytes) {
    const auto executor = co_await asio::this_coro::executor;
    auto machine = make_machine("healthy", profile, {});
    auto road = transport::make_paced(make_sim_stream(executor, machine, "guest"), baud);
    sac::console line(std::move(road));
    sac::session_options options;
    options.who.user = "Administrator";
    options.who.password = "Passw0rd!";
    options.seed = 1;
    sac::session session(line, options);
    co_await session.open();
    const auto in = co_await measured(line, session, true, bytes);
    const auto out = co_await measured(line, session, false, bytes);
    co_await session.close();
    line.close();
    const auto size = static_cast<double>(bytes.size());
    std::printf("%-12s get %.2f + %.2f on the wire a byte, %5.0f bytes/s   put %.2f + %.2f, %5.0f bytes/s\n",
                profile.c_str(), out.sent, out.received, size / out.seconds, in.sent, in.received, size / in.seconds);
}

}  // namespace

int main(int count, char** words) {
    std::size_t size = 50000;
    if (count > 1) std::from_chars(words[1], words[1] + std::string_view(words[1]).size(), size);
    std::printf("%zu random bytes, %u baud, after the login; sent + received\n", size, baud);
    for (const char* profile : {"windows-11", "2022", "2019", "2016"}) {
        transport::virtual_time time;
        asio::io_context context;
        tests::spin(context, both_ways(profile, random_bytes(size)), &time);
    }
}
