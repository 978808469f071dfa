#include "transport/aws_credentials.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "transport/child_output.hpp"
#include "transport/command_line.hpp"
#include "transport/http_client.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

using namespace std::chrono_literals;

constexpr const char* how_to_get_some =
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile in ~/.aws/credentials, or aws sso login give some";

constexpr const char* cli_name = "the aws command line";

[[noreturn]] void refuse(const std::string& text) {
    fail(transport_error::login_refused, text);
}

std::string without_blanks(std::string_view text) {
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == text.npos) return "";
    return std::string(text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1));
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

aws_credentials checked(aws_credentials found, const std::string& expiration = "") {
    for (auto* part : {&found.key.id, &found.key.secret, &found.key.session_token}) {
        *part = without_blanks(*part);
        const auto is_odd = [](char c) { return c < 0x21 || c > 0x7e; };
        if (std::ranges::any_of(*part, is_odd)) refuse(found.source + ": its key holds blanks or odd characters");
    }
    if (found.key.id.empty() || found.key.secret.empty()) refuse(found.source + " gives no whole key");
    const auto now = aws_date_time(std::chrono::system_clock::now());
    std::string until;
    for (const char c : expiration)
        if (c != '-' && c != ':') until += c;
    if (until.size() >= 16 && until.ends_with('Z') && until.substr(0, 15) < now.substr(0, 15))
        refuse(found.source + ": its credentials expired at " + expiration + "; get fresh ones (aws sso login?)");
    return found;
}

std::string text_in(const nlohmann::json& document, const char* name) {
    const auto found = document.is_object() ? document.find(name) : document.end();
    return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What a container's service, a machine's, and a credential process answer; the two spell the token differently.
aws_credentials read_answer(const std::string& body, const std::string& source) {
    const auto document = nlohmann::json::parse(body, nullptr, false);
    if (!document.is_object()) refuse(source + " does not answer in JSON");
    const auto code = text_in(document, "Code");
    if (!code.empty() && code != "Success") refuse(source + " answers " + code.substr(0, 60));
    aws_credentials found;
    found.source = source;
    found.key.id = text_in(document, "AccessKeyId");
    found.key.secret = text_in(document, "SecretAccessKey");
    found.key.session_token = text_in(document, "Token");
    if (found.key.session_token.empty()) found.key.session_token = text_in(document, "SessionToken");
    return checked(found, text_in(document, "Expiration"));
}

aws_credentials from_environment(const environment_reader& environment) {
    aws_credentials found;
    found.source = "the environment";
    found.key.id = environment("AWS_ACCESS_KEY_ID").value_or("");
    found.key.secret = environment("AWS_SECRET_ACCESS_KEY").value_or("");
    found.key.session_token = environment("AWS_SESSION_TOKEN").value_or("");
    if (found.key.id.empty() || found.key.secret.empty())
        refuse("the environment has no whole key: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are both needed");
    return checked(found, environment("AWS_CREDENTIAL_EXPIRATION").value_or(""));
}

asio::awaitable<aws_credentials> from_command(std::vector<std::string> words, std::string source) {
    auto running = run_for_output(std::move(words), 60s);
    const auto said = co_await std::move(running);
    if (said.exit_status != 0 && source == cli_name && said.err.find("usage:") != std::string::npos)
        refuse(
            source +
            " is too old to hand out a key (version 1 cannot); AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile "
            "in ~/.aws or version 2 of it can");
    if (said.exit_status != 0)
        refuse(source + " failed (exit status " + std::to_string(said.exit_status) +
               "): " + without_blanks(said.err).substr(0, 300) + "; aws sso login, if it is a single sign-on");
    co_return read_answer(said.out, source);
}

asio::awaitable<aws_credentials> from_cli(std::string profile) {
    std::vector<std::string> words = {"aws", "configure", "export-credentials", "--format", "process"};
    if (!profile.empty()) words.insert(words.end(), {"--profile", profile});
    auto asking = from_command(std::move(words), cli_name);
    co_return co_await std::move(asking);
}

struct profile_files {
    aws_profile settings;
    bool is_there = false;
    std::string looked_in;  // "A nor in B"

    // A section may say no more than a region.
    bool gives_a_key() const {
        return std::ranges::any_of(
            std::initializer_list<const char*>{"aws_access_key_id", "credential_process", "role_arn", "sso_session",
                                               "sso_start_url", "login_session"},
            [this](const char* name) { return settings.contains(name); });
    }
};

profile_files read_profile(const std::string& name, const environment_reader& environment) {
    const std::string folder = environment("HOME").value_or("") + "/.aws/";
    const std::string keys = environment("AWS_SHARED_CREDENTIALS_FILE").value_or(folder + "credentials");
    const std::string more = environment("AWS_CONFIG_FILE").value_or(folder + "config");
    profile_files found;
    found.looked_in = keys + " nor in " + more;
    for (const auto& section : {read_aws_profile(content_of(keys), name),
                                read_aws_profile(content_of(more), name == "default" ? name : "profile " + name)}) {
        if (!section) continue;
        found.is_there = true;
        found.settings.insert(section->begin(), section->end());
    }
    return found;
}

asio::awaitable<aws_credentials> from_profile(std::string name, profile_files files) {
    const auto setting = [&](const char* key) {
        const auto found = files.settings.find(key);
        return found == files.settings.end() ? std::string() : found->second;
    };
    aws_credentials found;
    found.source = "the profile " + name;
    if (!files.is_there) refuse(found.source + " is neither in " + files.looked_in);
    found.key.id = setting("aws_access_key_id");
    found.key.secret = setting("aws_secret_access_key");
    found.key.session_token = setting("aws_session_token");
    // A role that is assumed with a key is not the key's own.
    const bool has_own_key = !found.key.id.empty() && setting("role_arn").empty();
    if (has_own_key) co_return checked(found);
    if (const auto command = setting("credential_process"); !command.empty()) {
        auto words = split_command_line(command).value();
        auto asking = from_command(std::move(words), found.source + "'s credential_process");
        co_return co_await std::move(asking);
    }
    if (!is_program_there("aws"))
        refuse(found.source +
               " has no key of its own (single sign-on, or a role?), and there is no aws to ask: "
               "eval \"$(aws configure export-credentials --format env)\" elsewhere gives one");
    auto asking = from_cli(name);
    co_return co_await std::move(asking);
}

http_request quiet_get(const std::string& url) {
    http_request request;
    request.url = url;
    request.may_use_proxy = false;
    return request;
}

// A token is sent there: by TLS, or to this host, or to the link-local addresses that AWS gives these services.
void check_service(const std::string& url) {
    const auto where = parse_web_address(url);
    if (!where) refuse("AWS_CONTAINER_CREDENTIALS_FULL_URI: " + where.error().text);
    const auto& host = where->host;
    const bool is_near = host == "localhost" || host == "::1" || host.starts_with("127.") || host == "169.254.170.2" ||
                         host == "169.254.170.23" || host == "fd00:ec2::23";
    if (!where->is_secure() && !is_near)
        refuse("AWS_CONTAINER_CREDENTIALS_FULL_URI names another host without TLS: " + where->shown());
}

asio::awaitable<aws_credentials> from_container(environment_reader environment, road_context context) {
    std::string url = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
    if (const auto relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"))
        url = "http://169.254.170.2" + *relative;
    if (url.empty()) refuse("the environment names no credentials service of a container");
    check_service(url);
    auto request = quiet_get(url);
    std::string token = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
    if (const auto file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
        token = content_of(*file);  // anew each time: it is replaced
    token = without_blanks(token);
    if (!token.empty()) request.headers["Authorization"] = token;
    auto calling = http_call(std::move(request), context);
    const auto reply = co_await std::move(calling);
    if (reply.status != 200) refuse("the container's credentials service answers " + std::to_string(reply.status));
    co_return read_answer(reply.body, "the container's role");
}

asio::awaitable<aws_credentials> from_machine(environment_reader environment, road_context context) {
    std::string base = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("http://169.254.169.254");
    while (base.ends_with('/')) base.pop_back();
    context.step_limit = 1s;  // outside of EC2 the address does not answer
    auto request = quiet_get(base + "/latest/api/token");
    request.method = "PUT";
    request.headers["X-aws-ec2-metadata-token-ttl-seconds"] = "60";
    auto asking = http_call(std::move(request), context);
    const auto session = co_await std::move(asking);
    if (session.status != 200) refuse("the machine's metadata service answers " + std::to_string(session.status));
    std::string role;
    http_reply reply;
    for (int step = 0; step < 2; ++step) {
        auto next = quiet_get(base + "/latest/meta-data/iam/security-credentials/" + role);
        next.headers["X-aws-ec2-metadata-token"] = without_blanks(session.body);
        auto calling = http_call(std::move(next), context);
        reply = co_await std::move(calling);
        if (reply.status == 404) refuse("this machine has no role (no instance profile is attached to it)");
        if (reply.status != 200) refuse("the machine's metadata service answers " + std::to_string(reply.status));
        if (step == 0) role = without_blanks(reply.body.substr(0, reply.body.find('\n')));
    }
    co_return read_answer(reply.body, "the machine's role " + role);
}

}  // namespace

std::optional<aws_profile> read_aws_profile(std::string_view file, std::string_view section) {
    std::optional<aws_profile> found;
    bool is_inside = false;
    std::istringstream lines{std::string(file)};
    for (std::string line; std::getline(lines, line);) {
        const std::string text = without_blanks(line);
        if (text.empty() || text[0] == '#' || text[0] == ';') continue;
        if (text[0] == '[') {
            std::istringstream words(text.substr(1, text.find(']') - 1));
            std::string name;
            for (std::string word; words >> word;) name += (name.empty() ? "" : " ") + word;
            is_inside = name == section;
            if (is_inside && !found) found.emplace();
            continue;
        }
        const auto equals = text.find('=');
        const bool is_nested = line[0] == ' ' || line[0] == '\t';
        if (!is_inside || is_nested || equals == std::string::npos) continue;
        (*found)[without_blanks(text.substr(0, equals))] = without_blanks(text.substr(equals + 1));
    }
    return found;
}

asio::awaitable<aws_credentials> get_aws_credentials(std::string source, std::string profile,
                                                     environment_reader environment, road_context context) {
    context.passed = nullptr;
    const bool is_open = source.empty() || source == "auto";
    const auto is_set = [&](const char* name) { return environment(name).has_value(); };
    const bool has_key = is_set("AWS_ACCESS_KEY_ID") || is_set("AWS_SECRET_ACCESS_KEY");
    if (source == "env" || (is_open && has_key && profile.empty())) co_return from_environment(environment);
    const bool is_named = !profile.empty() || is_set("AWS_PROFILE");
    const std::string name = profile.empty() ? environment("AWS_PROFILE").value_or("default") : profile;
    auto files = read_profile(name, environment);
    if (source == "profile" || (is_open && (is_named || files.gives_a_key()))) {
        auto asking = from_profile(name, std::move(files));
        co_return co_await std::move(asking);
    }
    const bool has_container =
        is_set("AWS_CONTAINER_CREDENTIALS_FULL_URI") || is_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    if (source == "container" || (is_open && has_container)) {
        auto asking = from_container(environment, context);
        co_return co_await std::move(asking);
    }
    if (source == "instance" || (is_open && is_set("AWS_EC2_METADATA_SERVICE_ENDPOINT"))) {
        auto asking = from_machine(environment, context);
        co_return co_await std::move(asking);
    }
    if (!is_program_there("aws"))
        refuse("no key for AWS: none is in the environment, in " + files.looked_in + ", and there is no aws to ask; " +
               how_to_get_some);
    auto asking = from_cli(is_named ? name : "");
    co_return co_await std::move(asking);
}

}  // namespace emsctl::transport
