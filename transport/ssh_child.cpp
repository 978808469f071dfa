#include "transport/ssh_child.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/system/system_error.hpp>
#include <filesystem>
#include <sstream>

#include "transport/child_output.hpp"
#include "transport/detail/base64.hpp"
#include "transport/exec_stream.hpp"
#include "transport/known_hosts.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

constexpr const char* alias = "console";  // what the host is called in the private known_hosts

std::string shell_word(const std::string& word) {
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

// Files for nobody else, removed with it.
class private_folder {
  public:
    private_folder() {
        std::error_code none;
        std::string name = (std::filesystem::temp_directory_path(none) / "emsctl-XXXXXX").string();
        if (!none && ::mkdtemp(name.data())) path_ = name;
        if (path_.empty()) fail(transport_error::permission_denied, "no temporary folder for ssh's files can be made");
    }
    ~private_folder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    private_folder(const private_folder&) = delete;
    private_folder& operator=(const private_folder&) = delete;

    std::string write(const std::string& name, const std::string& text) const {
        const std::string path = path_ + "/" + name;
        const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        const bool is_written =
            file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
        if (file >= 0) ::close(file);
        if (!is_written) fail(transport_error::permission_denied, path + ": cannot be written");
        return path;
    }

  private:
    std::string path_;
};

class ssh_child : public byte_stream {
  public:
    ssh_child(std::unique_ptr<byte_stream> inner, std::unique_ptr<private_folder> folder, std::string name)
        : folder_(std::move(folder)), inner_(std::move(inner)), name_(std::move(name)) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        std::exception_ptr end;
        try {
            const std::size_t count = co_await inner_->read_some(buffer);
            if (first_.size() <= longest_complaint) first_.append(buffer.data(), count);
            co_return count;
        } catch (const boost::system::system_error& error) {
            if (error.code() != transport_error::closed) throw;
            end = std::current_exception();
        }
        explain();
        std::rethrow_exception(end);
    }
    asio::awaitable<void> write_all(std::string bytes, sensitivity kind) override {
        return inner_->write_all(std::move(bytes), kind);
    }
    asio::awaitable<void> signal(out_of_band what) override { return inner_->signal(what); }
    void mark(const std::string& label, const std::string& picture) override { inner_->mark(label, picture); }
    void keep(keeping what) override { inner_->keep(what); }
    void close() noexcept override { inner_->close(); }
    std::string describe() const override { return name_ + " by the system's ssh"; }
    asio::any_io_executor get_executor() override { return inner_->get_executor(); }

  private:
    struct complaint {
        const char* sign;
        transport_error code;
        const char* text;
    };

    // ssh speaks on the same terminal; only where little came before the end can it have been its complaint.
    void explain() const {
        static constexpr std::array complaints = {
            complaint{"Permission denied (", transport_error::login_refused, "permission denied"},
            complaint{"Host key verification failed", transport_error::not_trusted,
                      "the host key is not known, or has changed; host_key=SHA256:... pins one that you know"},
            complaint{"Could not resolve hostname", transport_error::not_found, "there is no such host"},
            complaint{"Connection refused", transport_error::refused, "nobody listens there"},
            complaint{"Connection timed out", transport_error::timed_out, "no connection"},
            complaint{"No route to host", transport_error::not_found, "no route to the host"},
        };
        if (first_.size() > longest_complaint) return;
        for (const auto& one : complaints)
            if (first_.find(one.sign) != std::string::npos)
                fail(one.code, name_ + ": the system's ssh says: " + one.text);
    }

    static constexpr std::size_t longest_complaint = 4096;  // bytes

    std::unique_ptr<private_folder> folder_;
    std::unique_ptr<byte_stream> inner_;
    std::string name_;
    std::string first_;  // of what came
};

std::string place_of(const ssh_settings& settings) {
    return "ssh:" + settings.user + "@" + settings.host + ":" + settings.port;
}

// The lines of ssh-keyscan whose fingerprint is pinned, for known_hosts.
asio::awaitable<std::string> pinned_lines(ssh_settings settings, road_context context) {
    std::vector<std::string> words = {"ssh-keyscan", "-T", "10", "-p", settings.port, settings.host};
    auto scanning = run_for_output(words, context.step_limit);
    const auto scan = co_await std::move(scanning);
    std::istringstream lines(scan.out);
    std::string trusted;
    std::string shown;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream parts(line);
        std::string host, type, key;
        if (line.starts_with('#') || !(parts >> host >> type >> key)) continue;
        const auto blob = detail::from_base64(key);
        if (!blob) continue;
        const std::string print = fingerprint_of(*blob);
        shown += (shown.empty() ? "" : " and ") + type + " " + print;
        if (std::ranges::find(settings.pinned, print) == settings.pinned.end()) continue;
        trusted += std::string(alias) + " " + type + " " + key + "\n";
        context.pass(station::host_key, type + " " + print + ", pinned");
    }
    if (!trusted.empty()) co_return trusted;
    std::string expected;
    for (const auto& one : settings.pinned) expected += (expected.empty() ? "" : " or ") + one;
    fail(transport_error::not_trusted, place_of(settings) + ": the host key is " +
                                           (shown.empty() ? "not to be had" : shown) + ", expected " + expected);
}

}  // namespace

asio::awaitable<std::unique_ptr<byte_stream>> connect_by_child(ssh_settings settings, road_context context) {
    const auto executor = co_await asio::this_coro::executor;
    const bool is_pinned = settings.trust == ssh_settings::trust_kind::pinned;
    std::unique_ptr<private_folder> folder;
    if (is_pinned || !settings.identity_text.empty()) folder = std::make_unique<private_folder>();
    std::string line = "ssh -e none -o BatchMode=yes -o ConnectTimeout=20 -o LogLevel=ERROR";
    line += " -o ServerAliveInterval=" + std::to_string(settings.keep_alive.count());
    if (settings.legacy)
        line +=
            " -o HostKeyAlgorithms=+ssh-rsa -o PubkeyAcceptedAlgorithms=+ssh-rsa"
            " -o KexAlgorithms=+diffie-hellman-group14-sha1,diffie-hellman-group1-sha1"
            " -o Ciphers=+aes256-cbc,aes128-cbc,3des-cbc";
    line += settings.terminal ? " -tt" : " -T";
    if (is_pinned) {
        auto asking = pinned_lines(settings, context);
        const std::string lines = co_await std::move(asking);
        line +=
            " -o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=/dev/null -o HostKeyAlias=" + std::string(alias) +
            " -o " + shell_word("UserKnownHostsFile=" + folder->write("known_hosts", lines));
    } else {
        line += std::string(" -o StrictHostKeyChecking=") +
                (settings.trust == ssh_settings::trust_kind::accept_new ? "accept-new" : "yes");
        if (!settings.known_hosts.empty()) line += " -o " + shell_word("UserKnownHostsFile=" + settings.known_hosts);
    }
    if (!settings.identity_text.empty())
        line += " -o IdentityAgent=none -o IdentitiesOnly=yes -i " +
                shell_word(folder->write("key", settings.identity_text));
    for (const auto& file : settings.identities) line += " -i " + shell_word(file);
    if (!settings.identities.empty()) line += " -o IdentitiesOnly=yes";
    line += " -p " + settings.port + " -l " + shell_word(settings.user) + " " + shell_word(settings.host);
    if (!settings.command.empty()) line += " " + shell_word(settings.command);
    auto child = start_command(executor, line);
    co_return std::make_unique<ssh_child>(std::move(child), std::move(folder), place_of(settings));
}

}  // namespace emsctl::transport
