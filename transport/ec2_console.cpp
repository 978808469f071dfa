#include "transport/ec2_console.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>

#include "transport/aws_credentials.hpp"
#include "transport/aws_signature.hpp"
#include "transport/ec2_error.hpp"
#include "transport/http_client.hpp"
#include "transport/line_clock.hpp"
#include "transport/ssh_key.hpp"
#include "transport/ssh_stream.hpp"
#include "transport/web_address.hpp"

namespace emsctl::transport {
namespace {

struct published_key {
    const char* region;
    const char* fingerprint;
};

// "EC2 Serial Console fingerprints" in the EC2 user guide (2023).
constexpr std::array published = {
    published_key{"ap-northeast-1", "RQfsDCZTOfQawewTRDV1t9Em/HMrFQe+CRlIOT5um4k"},
    published_key{"ap-northeast-2", "FoqWXNX+DZ++GuNTztg9PK49WYMqBX+FrcZM2dSrqrI"},
    published_key{"ap-south-1", "oBLXcYmklqHHEbliARxEgH8IsO51rezTPiSM35BsU40"},
    published_key{"ap-southeast-1", "PLFNn7WnCQDHx3qmwLu1Gy/O8TUX7LQgZuaC6L45CoY"},
    published_key{"ap-southeast-2", "yFvMwUK9lEUQjQTRoXXzuN+cW9/VSe9W984Cf5Tgzo4"},
    published_key{"ca-central-1", "P2O2jOZwmpMwkpO6YW738FIOTHdUTyEv2gczYMMO7s4"},
    published_key{"eu-central-1", "aCMFS/yIcOdOlkXvOl8AmZ1Toe+bBnrJJ3Fy0k0De2c"},
    published_key{"eu-north-1", "tkGFFUVUDvocDiGSS3Cu8Gdl6w2uI32EPNpKFKLwX84"},
    published_key{"eu-west-1", "h2AaGAWO4Hathhtm6ezs3Bj7udgUxi2qTrHjZAwCW6E"},
    published_key{"eu-west-2", "a69rd5CE/AEG4Amm53I6lkD1ZPvS/BCV3tTPW2RnJg8"},
    published_key{"eu-west-3", "q8ldnAf9pymeNe8BnFVngY3RPAr/kxswJUzfrlxeEWs"},
    published_key{"sa-east-1", "rd2+/32Ognjew1yVIemENaQzC+Botbih62OqAPDq1dI"},
    published_key{"us-east-1", "dXwn5ma/xadVMeBZGEru5l2gx+yI5LDiJaLUcz0FMmw"},
    published_key{"us-east-2", "EhwPkTzRtTY7TRSzz26XbB0/HvV9jRM7mCZN0xw/d/0"},
    published_key{"us-gov-east-1", "tIwe19GWsoyLClrtvu38YEEh+DHIkqnDcZnmtebvF28"},
    published_key{"us-gov-west-1", "kfOFRWLaOZfB+utbd3bRf8OlPf8nGO2YZLqXZiIw5DQ"},
    published_key{"us-west-1", "OHldlcMET8u7QLSX3jmRTRAPFHVtqbyoLZBMUCqiH3Y"},
    published_key{"us-west-2", "EMCIe23TqKaBI6yGHainqZcMwqNkDhhAVHa1O2JxVUc"},
};

std::string gateway_of_region(const ec2_settings& settings) {
    const bool is_gov = settings.region.starts_with("us-gov-");
    return "serial-console.ec2-instance-connect." + settings.region + (is_gov ? ".amazonaws.com" : ".aws") + ":22";
}

bool is_safe_endpoint(const std::string& url) {
    const auto where = parse_web_address(url);
    return where.has_value() && (where->is_secure() || where->host == "127.0.0.1" || where->host == "::1");
}

// As the AWS SDKs look for it ("Service-specific endpoints"): the service's own variable, the general one, the default.
std::string endpoint_of(const ec2_settings& settings, const std::string& service, const char* variable) {
    std::string url = settings.endpoint;
    const auto environment = process_environment();
    for (const auto* name : {variable, "AWS_ENDPOINT_URL"})
        if (const auto value = environment(name); url.empty() && value) url = *value;
    if (url.empty()) url = "https://" + service + "." + settings.region + ".amazonaws.com";
    if (!is_safe_endpoint(url))
        fail(transport_error::bad_address, "the endpoint for AWS is an https URL, because signed calls go there");
    return url.ends_with('/') ? url : url + "/";
}

http_request signed_call(http_request request, const std::string& service, const ec2_settings& settings,
                         const aws_key& key) {
    request.method = "POST";
    aws_scope scope;
    scope.region = settings.region;
    scope.service = service;
    scope.date_time = aws_date_time(std::chrono::system_clock::now());
    sign_aws_call(request, key, scope);
    return request;
}

http_request push_call(const ec2_settings& settings, const aws_key& key, const std::string& public_line) {
    http_request request;
    request.url = endpoint_of(settings, "ec2-instance-connect", "AWS_ENDPOINT_URL_EC2_INSTANCE_CONNECT");
    request.headers["Content-Type"] = "application/x-amz-json-1.1";
    request.headers["X-Amz-Target"] = "AWSEC2InstanceConnectService.SendSerialConsoleSSHPublicKey";
    nlohmann::json body;
    body["InstanceId"] = settings.instance;
    body["SerialPort"] = 0;
    body["SSHPublicKey"] = public_line;
    request.body = body.dump();
    return signed_call(std::move(request), "ec2-instance-connect", settings, key);
}

bool is_success(const http_reply& reply) {
    const auto said = nlohmann::json::parse(reply.body, nullptr, false);
    return reply.status == 200 && said.is_object() && said.value("Success", nlohmann::json(false)) == true;
}

std::string place_of(const ec2_settings& settings) {
    return "ec2:" + settings.region + "/" + settings.instance;
}

// The call opens the one session there is; one that is still open, or has just ended, is waited for.
asio::awaitable<void> push_key(ec2_settings settings, aws_key key, std::string public_line, road_context context) {
    line_timer timer(co_await asio::this_coro::executor);
    const auto end = line_clock::now() + settings.patience;
    line_clock::duration pause = std::chrono::seconds(1);
    bool is_told = false;
    while (true) {
        auto request = push_call(settings, key, public_line);
        auto calling = http_call(std::move(request), context);
        const auto reply = co_await std::move(calling);
        if (is_success(reply)) co_return;
        const auto why = explain_ec2(reply);
        const auto now = line_clock::now();
        if (!why.may_pass() || now >= end) {
            const auto waited = std::chrono::duration_cast<std::chrono::seconds>(settings.patience);
            fail(why.code, place_of(settings) + ": " + why.text +
                               (why.may_pass() ? " (asked for " + std::to_string(waited.count()) + " s)" : ""));
        }
        if (!is_told) context.tell(why.text + "; asking again for up to a minute");
        is_told = true;
        timer.expires_at(std::min(now + pause, end));
        co_await timer.async_wait(asio::use_awaitable);
        pause = std::min<line_clock::duration>(pause * 2, std::chrono::seconds(8));
    }
}

ssh_settings gateway_settings(const ec2_settings& settings, const ssh_key& key) {
    endpoint where("ssh", settings.gateway.empty() ? gateway_of_region(settings) : settings.gateway);
    where.parameters["via"] = settings.via;
    const auto known = published_ec2_host_key(settings.region);
    if (!settings.host_key.empty())
        where.parameters["host_key"] = settings.host_key;
    else if (settings.gateway.empty() && !known.empty())
        where.parameters["host_key"] = known;
    auto ssh = parse_ssh_settings(where).value();
    ssh.user = settings.instance + ".port0";
    ssh.identity_text = key.private_text;
    ssh.use_agent = false;
    ssh.use_passwords = false;
    return ssh;
}

class ec2_stream : public byte_stream {
  public:
    ec2_stream(std::unique_ptr<byte_stream> inner, ec2_settings settings, aws_key key, road_context context)
        : inner_(std::move(inner)),
          settings_(std::move(settings)),
          key_(std::move(key)),
          context_(std::move(context)) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override { return inner_->read_some(buffer); }
    asio::awaitable<void> write_all(std::string bytes, sensitivity kind) override {
        return inner_->write_all(std::move(bytes), kind);
    }

    asio::awaitable<void> signal(out_of_band what) override {
        using kind = out_of_band::kind;
        if (what.what == kind::line_break)
            fail(transport_error::unsupported,
                 describe() + ": a BREAK goes there only by ~B of ssh itself, and SAC needs none");
        if (what.what == kind::sysrq)
            fail(transport_error::unsupported, describe() + ": SysRq is for Linux, and goes as a BREAK there");
        const std::string action =
            what.what == kind::nmi ? "SendDiagnosticInterrupt&InstanceId=" : "RebootInstances&InstanceId.1=";
        http_request request;
        request.url = endpoint_of(settings_, "ec2", "AWS_ENDPOINT_URL_EC2");
        request.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8";
        request.body = "Action=" + action + settings_.instance + "&Version=2016-11-15";
        request = signed_call(std::move(request), "ec2", settings_, key_);
        auto calling = http_call(std::move(request), context_);
        const auto reply = co_await std::move(calling);
        if (reply.status == 200 && reply.body.find("<return>true</return>") != std::string::npos) co_return;
        const auto why = explain_ec2(reply);
        fail(why.code, describe() + ": " + std::string(name_of(what.what)) + ": " + why.text);
    }

    void close() noexcept override { inner_->close(); }
    std::string describe() const override { return place_of(settings_); }
    asio::any_io_executor get_executor() override { return inner_->get_executor(); }

  private:
    std::unique_ptr<byte_stream> inner_;
    ec2_settings settings_;
    aws_key key_;
    road_context context_;
};

}  // namespace

std::string published_ec2_host_key(const std::string& region) {
    for (const auto& one : published)
        if (one.region == region) return std::string("SHA256:") + one.fingerprint;
    return "";
}

address_result<ec2_settings> parse_ec2_settings(const endpoint& where) {
    ec2_settings settings;
    const auto slash = where.target.find('/');
    settings.region = where.target.substr(0, slash);
    if (slash != std::string::npos) settings.instance = where.target.substr(slash + 1);
    const auto is_made_of = [](const std::string& text, const char* letters) {
        return !text.empty() && text.find_first_not_of(letters) == std::string::npos;
    };
    const bool is_region = is_made_of(settings.region, "abcdefghijklmnopqrstuvwxyz0123456789-") &&
                           std::ranges::count(settings.region, '-') >= 2;
    if (!is_region || !settings.instance.starts_with("i-") || settings.instance.size() < 10 ||
        settings.instance.size() > 32 || !is_made_of(settings.instance.substr(2), "0123456789abcdef"))
        return bad_address{"ec2: is REGION/INSTANCE, such as ec2:eu-central-1/i-0123456789abcdef0"};
    for (const auto& [name, value] : where.parameters) {
        if (name == "profile") {
            settings.profile = value;
        } else if (name == "credentials") {
            static const std::array<std::string, 6> sources = {"auto",      "env",      "profile",
                                                               "container", "instance", "cli"};
            if (std::ranges::find(sources, value) == sources.end())
                return bad_address{
                    "credentials is auto, env, profile, container, instance or cli; a key itself does not stand in an "
                    "address"};
            settings.credentials = value;
        } else if (name == "endpoint") {
            if (!is_safe_endpoint(value)) return bad_address{"endpoint is an https URL: signed calls go there"};
            settings.endpoint = value;
        } else if (name == "gateway") {
            const auto parts = parse_host_and_port(value);
            if (!parts) return bad_address{"gateway: " + parts.error().text};
            settings.gateway = value;
        } else if (name == "host_key") {
            settings.host_key = value;
        } else if (name == "via") {
            settings.via = value;
        }
    }
    endpoint ssh("ssh", "gateway");
    ssh.parameters["via"] = settings.via;
    if (!settings.host_key.empty()) ssh.parameters["host_key"] = settings.host_key;
    const auto checked = parse_ssh_settings(ssh);
    if (!checked) return checked.error();
    return settings;
}

asio::awaitable<std::unique_ptr<byte_stream>> connect_ec2(ec2_settings settings, road_context context) {
    road_context quiet = context;
    quiet.passed = nullptr;
    auto asking = get_aws_credentials(settings.credentials, settings.profile, process_environment(), quiet);
    const auto credentials = co_await std::move(asking);
    context.pass(station::cloud, "a key for AWS from " + credentials.source);
    const auto key = make_ssh_key();
    const auto ssh = gateway_settings(settings, key);
    auto pushing = push_key(settings, credentials.key, key.public_line, quiet);
    co_await std::move(pushing);
    context.pass(station::cloud, "the session's key is pushed, for 60 s");
    try {
        auto connecting = connect_ssh(ssh, context);
        auto road = co_await std::move(connecting);
        co_return std::make_unique<ec2_stream>(std::move(road), settings, credentials.key, quiet);
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport_error::login_refused) throw;
    }
    fail(transport_error::login_refused,
         place_of(settings) +
             ": the gateway does not take the key that was just pushed; it lives for 60 s and opens one session: try "
             "again in a minute, and see whether the gateway is the region's own");
}

}  // namespace emsctl::transport
