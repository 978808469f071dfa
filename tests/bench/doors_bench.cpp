// What each door costs beside a plain socket: bytes a second and CPU of ours for each mebibyte there and back, through
// servers by others. Then many consoles in one process: memory and CPU. `doors_bench [CONSOLES]`; ratios hold within
// one run, seconds do not.
#define DOCTEST_CONFIG_IMPLEMENT  // the peers of the tests report to it
#include <doctest/doctest.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "tests/support/both_ways.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/program.hpp"
#include "tests/support/spin.hpp"
#include "transport/open_endpoint.hpp"
#include "transport/socket_stream.hpp"

using namespace emsctl;
using transport::byte_stream;
namespace asio = boost::asio;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t sent = 32 * mebibyte;
constexpr int rounds = 3;

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto of = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double resident_mebibytes() {
    std::ifstream file("/proc/self/statm");
    double pages = 0, resident = 0;
    file >> pages >> resident;
    return resident * 4096 / mebibyte;
}

void shell(const std::string& command) {
    if (std::system(("( " + command + " ) >/dev/null 2>&1").c_str()) != 0) throw std::runtime_error(command);
}

asio::awaitable<void> echo_client(std::unique_ptr<byte_stream> road) {
    std::array<char, 65536> buffer{};
    try {
        while (true) {
            const auto count = co_await road->read_some(buffer);
            std::string bytes(buffer.data(), count);
            co_await road->write_all(std::move(bytes));
        }
    } catch (const boost::system::system_error&) {
        co_return;  // it left
    }
}

asio::awaitable<void> echo_clients(transport::stream_listener& listener) {
    while (true) {
        auto road = co_await listener.accept();
        const auto executor = road->get_executor();
        asio::co_spawn(executor, echo_client(std::move(road)), [](std::exception_ptr) {});
    }
}

// Echoes on a TCP port and a Unix socket, in a process of its own, so that its CPU is not ours.
class echo_child {
  public:
    echo_child(const std::string& port, const std::string& path) : pid_(::fork()) {
        if (pid_ != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        asio::io_context io;
        const auto tcp = transport::listen_tcp(io.get_executor(), "127.0.0.1", port);
        const auto local = transport::listen_unix(io.get_executor(), path);
        for (auto* listener : {tcp.get(), local.get()})
            asio::co_spawn(io, echo_clients(*listener), [](std::exception_ptr) {});
        io.run();
        ::_exit(0);
    }
    ~echo_child() {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
    }
    echo_child(const echo_child&) = delete;
    echo_child& operator=(const echo_child&) = delete;

  private:
    pid_t pid_;
};

// Everything that answers, each echoing what it gets.
struct servers {
    test::scratch_folder where;
    std::string folder = where.path().string();
    std::string tcp_port = test::free_port();
    std::string ssh_port = test::free_port();
    echo_child plain{tcp_port, where / "s"};
    test::peer ws{
        {"node", EMSCTL_SOURCE_DIR "/tests/support/ws_echo.js"}, "listening", {{"NODE_PATH", "/usr/share/nodejs"}}};
    std::optional<test::peer> wss;
    std::optional<test::peer> ssh;

    servers() {
        shell("cd " + folder +
              " && openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -days 2 -subj /CN=127.0.0.1 "
              "-addext subjectAltName=IP:127.0.0.1 && ssh-keygen -q -t ed25519 -N '' -f host && "
              "ssh-keygen -q -t ed25519 -N '' -f user && cp user.pub authorized && chmod 600 authorized && "
              "echo \"[127.0.0.1]:" +
              ssh_port + " $(cut -d' ' -f1,2 host.pub)\" > known_hosts");
        wss.emplace(std::vector<std::string>{"node", EMSCTL_SOURCE_DIR "/tests/support/ws_echo.js", "--tls",
                                             where / "key", where / "certificate"},
                    "listening", std::map<std::string, std::string>{{"NODE_PATH", "/usr/share/nodejs"}});
        ::mkdir("/run/sshd", 0755);
        std::ofstream(where / "sshd.conf")
            << "Port " << ssh_port << "\nListenAddress 127.0.0.1\nHostKey " << folder << "/host\nPidFile none\n"
            << "UsePAM no\nStrictModes no\nPermitRootLogin yes\nMaxStartups 2000\nAuthorizedKeysFile " << folder
            << "/authorized\nForceCommand exec cat\n"
            // Debian's bash reads ~/.bashrc for sshd unless it is an inner shell; whatever that starts is no part of
            // this.
            << "SetEnv SHLVL=2\n";
        ssh.emplace(std::vector<std::string>{"/usr/sbin/sshd", "-D", "-e", "-f", where / "sshd.conf"}, "listening on");
    }

    std::string ssh_address() const {
        return "ssh:127.0.0.1:" + ssh_port + "?agent=no&terminal=no&identity=" + (where / "user") +
               "&known_hosts=" + (where / "known_hosts");
    }
    std::string ws_address() const { return "ws:127.0.0.1:" + ws.port() + "/"; }
};

asio::awaitable<std::unique_ptr<byte_stream>> open(std::string address, std::string ca_file) {
    const auto doors = transport::standard_openers();
    transport::open_options options;
    options.wait = std::chrono::seconds(20);  // for servers that have just started
    options.context.ca_file = std::move(ca_file);
    auto where = doors.parse(address).value();
    auto opening = doors.open(std::move(where), options);
    co_return co_await std::move(opening);
}

struct cost {
    double wall = 1e9;
    double cpu = 1e9;
};

asio::awaitable<void> there_and_back(std::string address, std::string ca_file, cost& least) {
    auto opening = open(std::move(address), std::move(ca_file));
    const auto road = co_await std::move(opening);
    const double began = wall_seconds(), spent = cpu_seconds();
    auto echoing = tests::echo_both_ways(*road, sent, 1);
    const auto difference = co_await std::move(echoing);
    if (!difference.empty()) throw std::runtime_error(difference);
    least.wall = std::min(least.wall, wall_seconds() - began);
    least.cpu = std::min(least.cpu, cpu_seconds() - spent);
    road->close();
}

void bench_doors(const servers& far) {
    const std::vector<std::pair<std::string, std::string>> doors = {
        {"tcp", "tcp:127.0.0.1:" + far.tcp_port},
        {"unix", "unix:" + (far.where / "s")},
        {"telnet", "telnet:127.0.0.1:" + far.tcp_port + "?raw=yes"},
        {"exec", "exec:cat"},
        {"ws", far.ws_address()},
        {"wss", "wss:127.0.0.1:" + far.wss->port() + "/"},
        {"ssh", far.ssh_address()},
    };
    std::printf("%zu MiB there and back, the best of %d; what the test itself does with the bytes is in every row\n",
                sent / mebibyte, rounds);
    std::printf("%-8s %10s %12s %14s %12s\n", "door", "MiB/s", "of tcp's", "CPU ms/MiB", "of tcp's");
    cost plain;
    for (const auto& [name, address] : doors) {
        cost least;
        for (int round = 0; round < rounds; ++round) {
            asio::io_context io;
            tests::spin(io, there_and_back(address, far.where / "certificate", least));
        }
        if (name == "tcp") plain = least;
        const double amount = static_cast<double>(sent) / mebibyte;
        std::printf("%-8s %10.0f %11.2fx %14.2f %11.2fx\n", name.c_str(), amount / least.wall, plain.wall / least.wall,
                    least.cpu * 1000 / amount, least.cpu / plain.cpu);
    }
}

// A few open at a time, as a server would take them.
asio::awaitable<void> open_many(std::string address, std::size_t& left,
                                std::vector<std::unique_ptr<byte_stream>>& into) {
    while (left > 0) {
        --left;
        auto opening = open(address, "");
        auto road = co_await std::move(opening);
        into.push_back(std::move(road));
    }
}

asio::awaitable<void> echo_a_little(byte_stream& road) {
    auto echoing = tests::echo_both_ways(road, 4096, 1);
    const auto difference = co_await std::move(echoing);
    if (!difference.empty()) throw std::runtime_error(difference);
}

void bench_many(const std::string& name, const std::string& address, std::size_t count) {
    ::malloc_trim(0);
    const double memory = resident_mebibytes(), spent = cpu_seconds(), began = wall_seconds();
    asio::io_context io;
    std::vector<std::unique_ptr<byte_stream>> roads;
    std::exception_ptr error;
    std::size_t left = 8;
    const auto note = [&](std::exception_ptr e) {
        if (e) error = e;
        if (--left == 0) io.stop();
    };
    const auto run = [&] {
        io.restart();
        io.run();
        if (error) std::rethrow_exception(error);
    };
    for (std::size_t i = 0; i < 8; ++i) asio::co_spawn(io, open_many(address, count, roads), note);
    run();
    const double opened = wall_seconds() - began, opening_cpu = cpu_seconds() - spent;
    const double held = resident_mebibytes() - memory;
    double echo_spent = 0, echo_began = 0;
    // The first time the far ends are still starting.
    for (int round = 0; round < 2; ++round) {
        left = roads.size();
        for (const auto& road : roads) asio::co_spawn(io, echo_a_little(*road), note);
        echo_spent = cpu_seconds();
        echo_began = wall_seconds();
        run();
    }
    const double number = static_cast<double>(roads.size());
    const double echoed = wall_seconds() - echo_began, echo_cpu = cpu_seconds() - echo_spent;
    const double idle_spent = cpu_seconds();
    io.restart();
    io.run_for(std::chrono::seconds(5));
    std::printf(
        "%zu consoles over %s: open in %.1f s, %.2f ms CPU and %.0f KiB each; 4 KiB echoed by all in %.2f s, "
        "%.2f ms CPU each; idle %.2f%% of one core\n",
        roads.size(), name.c_str(), opened, opening_cpu * 1000 / number, held * 1024 / number, echoed,
        echo_cpu * 1000 / number, (cpu_seconds() - idle_spent) * 100 / 5);
    for (const auto& road : roads) road->close();
    io.restart();
    io.run_for(std::chrono::seconds(1));
}

}  // namespace

int main(int count, char** words) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    // Behind each console over SSH the server has three processes: many of them are a load on a small machine.
    const std::size_t consoles = count > 1 ? std::strtoul(words[1], nullptr, 10) : 500;
    try {
        const servers far;
        bench_doors(far);
        bench_many("ws", far.ws_address(), consoles);
        bench_many("ssh", far.ssh_address(), consoles);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "doors_bench: %s\n", error.what());
        return 1;
    }
    return 0;
}
