#include "sac/channel_login.hpp"

#include <vector>

#include "sac/sac_error.hpp"

namespace emsctl::sac {

using namespace std::chrono_literals;

namespace {

bool is_shell(place p) {
    return p == place::cmd_shell || p == place::powershell;
}

struct field {
    place where;
    std::string label;
    std::string text;
    bool secret;
};

std::vector<std::string> characters(std::string_view utf8) {
    std::vector<std::string> all;
    for (const char c : utf8) {
        const bool continuation = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
        if (continuation && !all.empty()) {
            all.back().push_back(c);
        } else {
            all.emplace_back(1, c);
        }
    }
    return all;
}

// What the field shows behind its label and blank.
std::string shown_in(const far_end& end, const field& f) {
    const auto line = end.before_cursor();
    return line.size() > f.label.size() + 1 ? line.substr(f.label.size() + 1) : std::string{};
}

asio::awaitable<void> fill(console& c, const field& f) {
    std::string expected;
    for (const auto& key : characters(f.text)) {
        expected += f.secret ? "*" : key;
        const auto kind = f.secret ? transport::sensitivity::secret : transport::sensitivity::plain;
        bool shown = false;
        for (int attempt = 0; attempt < 3 && !shown; ++attempt) {
            co_await c.send(key, kind);
            shown = co_await c.comes_true(
                [&](const far_end& end) { return end.now() == f.where && shown_in(end, f) == expected; }, 2s);
            const bool too_much = !shown && shown_in(c.seen(), f).size() > expected.size();
            if (too_much) break;
        }
        if (!shown)
            fail(sac_error::typing_failed, "the " + std::string(name_of(f.where)) +
                                               " field did not show key by key what "
                                               "was typed (a secret is not shown here)");
    }
    const auto where = f.where;
    co_await c.send("\r");
    co_await c.wait_for(
        "an answer to the login field", [where](const far_end& end) { return end.now() != where; }, 20s);
}

}  // namespace

asio::awaitable<void> log_in(console& c, channel_id channel, credentials who, span_of_time limit) {
    const bool announced =
        c.seen().now() == place::switch_screen && c.seen().channel().instance == channel.instance && channel.is_cmd();
    if (!announced)
        fail(sac_error::login_refused, "not at the switch screen of " + channel.name + "; " + c.situation());
    const auto switches = c.seen().switches();
    co_await c.send("\b");
    const auto at_field_or_shell = [](const far_end& end) {
        return end.now() == place::login_user || is_shell(end.now());
    };
    co_await c.wait_for("the login dialogue of " + channel.name, at_field_or_shell, 30s);
    if (is_shell(c.seen().now())) co_return;  // images without accounts (Windows PE) ask nothing

    const auto& texts = c.seen().texts();
    const field fields[] = {{place::login_user, texts.username, who.user, false},
                            {place::login_domain, texts.domain, who.domain, false},
                            {place::login_password, texts.password, who.password, true}};
    for (const auto& f : fields) {
        const auto where = f.where;
        co_await c.wait_for(
            std::string(name_of(where)), [where](const far_end& end) { return end.now() == where; }, 20s);
        // A switch that we did not ask for, or another channel, and nothing secret is typed any more.
        if (c.seen().switches() != switches || c.seen().channel().instance != channel.instance)
            fail(sac_error::login_refused, "the console switched away during the login; " + c.situation());
        co_await fill(c, f);
    }
    const auto& failure = texts.login_failure;
    const auto mark = c.seen().offset();
    co_await c.wait_for(
        "the shell prompt after the password",
        [&, switches, mark](const far_end& end) {
            return is_shell(end.now()) || end.switches() != switches || end.now() == place::login_user ||
                   end.text_since(mark).find(failure) != std::string_view::npos;
        },
        limit);
    if (!is_shell(c.seen().now()))
        fail(sac_error::login_refused, "user '" + who.user + "'" +
                                           (who.domain.empty() ? "" : " of domain '" + who.domain + "'") +
                                           ": check the name, the domain and the password; " + c.situation());
}

}  // namespace emsctl::sac
