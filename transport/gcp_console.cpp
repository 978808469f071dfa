#include "transport/gcp_console.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "transport/detail/base64.hpp"
#include "transport/http_client.hpp"
#include "transport/known_hosts.hpp"
#include "transport/ssh_stream.hpp"
#include "transport/transport_error.hpp"
#include "transport/web_address.hpp"

namespace emsctl::transport {
namespace {

std::string region_of(const gcp_settings& settings) {
    return settings.zone.substr(0, settings.zone.rfind('-'));
}

std::string place_of(const gcp_settings& settings) {
    return "gcp:" + settings.project + "/" + settings.zone + "/" + settings.instance;
}

std::string gateway_of(const gcp_settings& settings) {
    if (!settings.gateway.empty()) return settings.gateway;
    return (settings.is_regional ? region_of(settings) + "-" : "") + "ssh-serialport.googleapis.com:9600";
}

// The fingerprints of the lines there; each is "TYPE KEY [COMMENT]".
std::vector<std::string> fingerprints_in(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream parts(line);
        std::string type, key;
        if (!(parts >> type >> key) || (!type.starts_with("ssh-") && !type.starts_with("ecdsa-"))) continue;
        if (const auto blob = detail::from_base64(key); blob && !blob->empty()) out.push_back(fingerprint_of(*blob));
    }
    return out;
}

asio::awaitable<std::vector<std::string>> published_keys(gcp_settings settings, road_context context) {
    http_request request;
    request.url = settings.host_key_url();
    auto calling = http_call(request, context);
    const auto reply = co_await std::move(calling);
    auto found = fingerprints_in(reply.body);
    if (reply.status != 200 || found.empty())
        fail(transport_error::not_trusted,
             place_of(settings) + ": the gateway's published host key is not to be had (" + request.url + " answers " +
                 std::to_string(reply.status) + "); host_key=SHA256:... pins one that you know");
    co_return found;
}

// Without the words that the code adds, which are said once more at the end.
std::string reason_of(const boost::system::system_error& error) {
    const std::string text = error.what();
    return text.substr(0, text.rfind(": " + error.code().message()));
}

[[noreturn]] void refuse(const gcp_settings& settings, const std::string& why) {
    fail(
        transport_error::login_refused,
        place_of(settings) + ": the gateway refuses " + settings.login() +
            "; it says the same for each of these: the machine's metadata needs serial-port-enable=TRUE (gcloud "
            "compute "
            "instances add-metadata), no policy compute.disableSerialPortAccess may forbid it, the key has to stand in "
            "the metadata's ssh-keys as USER:KEY or in OS Login (gcloud compute os-login ssh-keys add), user= has "
            "to be that user, and somebody else may be connected [" +
            why + "]");
}

class gcp_stream : public byte_stream {
  public:
    gcp_stream(std::unique_ptr<byte_stream> inner, gcp_settings settings)
        : inner_(std::move(inner)), settings_(std::move(settings)) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        std::string refusal;
        try {
            const std::size_t count = co_await inner_->read_some(buffer);
            co_return count;
        } catch (const boost::system::system_error& error) {
            if (error.code() != transport_error::login_refused) throw;
            refusal = reason_of(error);
        }
        refuse(settings_, refusal);
    }
    asio::awaitable<void> write_all(std::string bytes, sensitivity kind) override {
        return inner_->write_all(std::move(bytes), kind);
    }
    asio::awaitable<void> signal(out_of_band what) override {
        const std::string machine =
            settings_.instance + " --project " + settings_.project + " --zone " + settings_.zone;
        if (what.what == out_of_band::kind::reset)
            fail(transport_error::unsupported,
                 describe() + ": the gateway has no reset; gcloud compute instances reset " + machine + " does it");
        if (what.what == out_of_band::kind::nmi)
            fail(transport_error::unsupported, describe() +
                                                   ": the gateway has no NMI; gcloud beta compute instances "
                                                   "send-diagnostic-interrupt " +
                                                   machine + " does it");
        fail(transport_error::unsupported,
             describe() + ": Google's serial console has no " + std::string(name_of(what.what)));
    }
    void close() noexcept override { inner_->close(); }
    std::string describe() const override { return place_of(settings_); }
    asio::any_io_executor get_executor() override { return inner_->get_executor(); }

  private:
    std::unique_ptr<byte_stream> inner_;
    gcp_settings settings_;
};

bool is_name(const std::string& text, const char* more) {
    return !text.empty() && std::ranges::all_of(text, [&](unsigned char c) {
        return std::isalnum(c) || c == '-' ||
               std::string_view(more).find(static_cast<char>(c)) != std::string_view::npos;
    });
}

bool read_number(const std::string& text, int least, int most, int& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() && out >= least && out <= most;
}

ssh_settings gateway_settings(const gcp_settings& settings, const std::vector<std::string>& published) {
    endpoint where("ssh", gateway_of(settings));
    where.parameters["via"] = settings.via;
    if (!settings.host_key.empty()) where.parameters["host_key"] = settings.host_key;
    auto ssh = parse_ssh_settings(where).value();
    if (!published.empty()) {
        ssh.trust = ssh_settings::trust_kind::pinned;
        ssh.pinned = published;
    }
    ssh.user = settings.login();
    ssh.identities = settings.identities;
    const char* home = std::getenv("HOME");
    const std::string usual = std::string(home ? home : ".") + "/.ssh/google_compute_engine";
    if (ssh.identities.empty() && std::filesystem::exists(usual)) ssh.identities = {usual};
    ssh.use_agent = settings.use_agent;
    ssh.use_passwords = false;
    return ssh;
}

}  // namespace

std::string gcp_settings::login() const {
    return project + "." + zone + "." + instance + "." + user + ".port=" + std::to_string(port) +
           ".replay-lines=" + std::to_string(replay);
}

std::string gcp_settings::host_key_url() const {
    if (!keys.empty()) return keys;
    if (!is_regional) return "https://cloud-certs.storage.googleapis.com/google-cloud-serialport-host-key.pub";
    const std::string region = zone.substr(0, zone.rfind('-'));
    return "https://www.gstatic.com/vm_serial_port/" + region + "/" + region + ".pub";
}

address_result<gcp_settings> parse_gcp_settings(const endpoint& where) {
    gcp_settings settings;
    const auto first = where.target.find('/');
    const auto second = first == std::string::npos ? first : where.target.find('/', first + 1);
    const bad_address form{"gcp: is PROJECT/ZONE/INSTANCE, such as gcp:rescue/us-central1-f/win1"};
    if (second == std::string::npos) return form;
    settings.project = where.target.substr(0, first);
    settings.zone = where.target.substr(first + 1, second - first - 1);
    settings.instance = where.target.substr(second + 1);
    if (!is_name(settings.project, ":.") || !is_name(settings.zone, "") || std::ranges::count(settings.zone, '-') < 2 ||
        !is_name(settings.instance, ""))
        return form;
    endpoint ssh("ssh", "gateway");
    for (const auto& [name, value] : where.parameters) {
        if (name == "user") {
            if (!is_name(value, "_"))
                return bad_address{"user is a name of letters, digits, - and _, as metadata or OS Login has it"};
            settings.user = value;
        } else if (name == "port") {
            if (!read_number(value, 1, 4, settings.port))
                return bad_address{"port is the machine's serial port, 1 to 4; Windows has its console on 2"};
        } else if (name == "replay") {
            if (!read_number(value, 0, 100000, settings.replay)) return bad_address{"replay is a number of lines"};
        } else if (name == "identity") {
            settings.identities.push_back(value);
        } else if (name == "agent") {
            ssh.parameters["agent"] = value;
            settings.use_agent = value == "yes";
        } else if (name == "region") {
            if (value != "auto" && value != "global")
                return bad_address{"region is global (the default) or auto, the zone's"};
            settings.is_regional = value == "auto";
        } else if (name == "keys") {
            const auto url = parse_web_address(value);
            if (!url || !(url->is_secure() || url->host == "127.0.0.1" || url->host == "::1"))
                return bad_address{"keys is an https URL: the gateway is trusted by what stands there"};
            settings.keys = value;
        } else if (name == "gateway") {
            const auto parts = parse_host_and_port(value);
            if (!parts) return bad_address{"gateway: " + parts.error().text};
            settings.gateway = value;
        } else if (name == "host_key") {
            ssh.parameters["host_key"] = settings.host_key = value;
        } else if (name == "via") {
            ssh.parameters["via"] = settings.via = value;
        }
    }
    const auto checked = parse_ssh_settings(ssh);
    if (!checked) return checked.error();
    if (settings.user.empty()) settings.user = checked->user;
    return settings;
}

asio::awaitable<std::unique_ptr<byte_stream>> connect_gcp(gcp_settings settings, road_context context) {
    std::vector<std::string> published;
    if (settings.host_key.empty()) {
        road_context quiet = context;
        quiet.passed = nullptr;
        auto asking = published_keys(settings, quiet);
        published = co_await std::move(asking);
        context.pass(station::cloud, "the gateway's host key as Google publishes it");
    }
    const auto ssh = gateway_settings(settings, published);
    std::string refusal;
    try {
        auto connecting = connect_ssh(ssh, context);
        auto road = co_await std::move(connecting);
        co_return std::make_unique<gcp_stream>(std::move(road), settings);
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport_error::login_refused) throw;
        refusal = reason_of(error);
    }
    refuse(settings, refusal);
}

}  // namespace emsctl::transport
