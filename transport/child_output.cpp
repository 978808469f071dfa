#include "transport/child_output.hpp"

#define BOOST_PROCESS_USE_STD_FS 1
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/io.hpp>
#include <boost/process/pipe.hpp>
#include <boost/process/search_path.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "transport/line_clock.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

namespace process = boost::process;

std::filesystem::path program_of(const std::string& name) {
    if (name.find('/') == std::string::npos) return process::search_path(name);
    return ::access(name.c_str(), X_OK) == 0 ? std::filesystem::path(name) : std::filesystem::path();
}

using file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

file nameless_file(const std::string& program) {
    file made(std::tmpfile(), &std::fclose);
    if (!made) fail(transport_error::permission_denied, "no temporary file for " + program);
    ::fcntl(::fileno(made.get()), F_SETFD, FD_CLOEXEC);
    return made;
}

asio::awaitable<std::string> read_to_end(std::shared_ptr<asio::posix::stream_descriptor> from, std::string name) {
    std::string all;
    std::array<char, 4096> buffer{};
    boost::system::error_code error;
    while (!error && all.size() < (1 << 20)) {
        const auto into = asio::buffer(buffer);
        const auto count = co_await from->async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
        all.append(buffer.data(), count);
    }
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error, name);
    co_return all;
}

}  // namespace

bool is_program_there(const std::string& name) {
    return !program_of(name).empty();
}

asio::awaitable<child_output> run_for_output(std::vector<std::string> words, std::chrono::milliseconds limit,
                                             std::string input) {
    const auto executor = co_await asio::this_coro::executor;
    const std::string name = words.front();
    const auto program = program_of(name);
    if (program.empty()) fail(transport_error::not_found, name + ": there is no such program");
    // Input and complaints are files without names: a pipe that nobody reads would stop the program when it is full.
    const auto given = nameless_file(name), complaints = nameless_file(name);
    if (std::fwrite(input.data(), 1, input.size(), given.get()) != input.size())
        fail(transport_error::permission_denied, "the input of " + name + " cannot be written");
    std::rewind(given.get());
    const std::vector<std::string> arguments(words.begin() + 1, words.end());
    process::pipe out;
    const real_work outside;
    process::child child(program, process::args(arguments), process::std_in<given.get(), process::std_out> out,
                         process::std_err > complaints.get());
    auto output =
        std::make_shared<asio::posix::stream_descriptor>(executor, ::fcntl(out.native_source(), F_DUPFD_CLOEXEC, 0));
    out.close();
    const auto is_late = std::make_shared<bool>(false);
    asio::steady_timer deadline(executor, limit);
    deadline.async_wait([output, is_late](boost::system::error_code error) {
        if (error) return;
        *is_late = true;
        output->cancel();
    });
    child_output result;
    std::exception_ptr ended;
    try {
        result.out = co_await read_to_end(output, name);
    } catch (const boost::system::system_error&) {
        ended = std::current_exception();
    }
    deadline.cancel();
    if (ended || result.out.size() >= (1 << 20)) child.terminate();
    child.wait();
    if (*is_late) fail(transport_error::timed_out, name + ": it did not end in its time");
    if (ended) std::rethrow_exception(ended);
    result.exit_status = child.exit_code();
    std::array<char, 4096> words_of_it{};
    std::rewind(complaints.get());
    result.err.assign(words_of_it.data(), std::fread(words_of_it.data(), 1, words_of_it.size(), complaints.get()));
    co_return result;
}

}  // namespace emsctl::transport
