#include "transport/telnet_codec.hpp"

namespace emsctl::transport {
namespace {

using namespace telnet;

constexpr std::size_t longest_sub = 4096;
constexpr int most_answers = 6;

void put(std::string& out, unsigned char byte) {
    out.push_back(static_cast<char>(byte));
}

}  // namespace

telnet_codec::telnet_codec(bool with_com_port, bool is_raw) : with_com_port_(with_com_port), is_raw_(is_raw) {}

std::string telnet_codec::opening() {
    std::string out;
    if (is_raw_) return out;
    const auto ask = [&](unsigned char verb, unsigned char option) {
        (verb == will ? ours_ : theirs_)[option] = side::asked;
        say(verb, option, out);
    };
    ask(will, binary);
    ask(do_, binary);
    ask(will, suppress_go_ahead);
    ask(do_, suppress_go_ahead);
    if (with_com_port_) ask(will, com_port);
    return out;
}

bool telnet_codec::do_we_want(unsigned char option) const {
    return option == binary || option == suppress_go_ahead || (option == com_port && with_com_port_);
}

bool telnet_codec::may_they(unsigned char option) const {
    // Some servers say DO COM-PORT and offer it for themselves as well; that means nothing and harms nothing.
    return option == binary || option == suppress_go_ahead || option == echo || (option == com_port && with_com_port_);
}

void telnet_codec::say(unsigned char verb, unsigned char option, std::string& answer) {
    if (said_[option] >= most_answers) return;
    ++said_[option];
    put(answer, iac);
    put(answer, verb);
    put(answer, option);
}

void telnet_codec::negotiate(unsigned char verb, unsigned char option, std::string& answer) {
    const bool about_them = verb == will || verb == wont;
    const bool is_on = verb == will || verb == do_;
    side& now = (about_them ? theirs_ : ours_)[option];
    const unsigned char agree = about_them ? do_ : will;
    const unsigned char refuse = about_them ? dont : wont;
    if (!is_on) {
        if (now == side::on) say(refuse, option, answer);
        now = side::off;
        return;
    }
    if (now == side::asked) {
        now = side::on;
    } else if (now == side::off) {
        const bool wanted = about_them ? may_they(option) : do_we_want(option);
        if (wanted) now = side::on;
        say(wanted ? agree : refuse, option, answer);
    }
}

bool telnet_codec::is_settled() const {
    for (std::size_t i = 0; i < ours_.size(); ++i)
        if (ours_[i] == side::asked || theirs_[i] == side::asked) return false;
    return true;
}

telnet_codec::received telnet_codec::feed(std::string_view bytes) {
    received out;
    if (is_raw_) {
        out.data = bytes;
        return out;
    }
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        switch (state_) {
            case state::cr:
                state_ = state::data;
                if (byte == 0 && theirs_[binary] != side::on) break;
                [[fallthrough]];
            case state::data:
                if (byte == iac) {
                    state_ = state::command;
                    break;
                }
                if (byte == '\r') state_ = state::cr;
                out.data.push_back(c);
                break;
            case state::command:
                state_ = state::data;
                if (byte == iac) {
                    out.data.push_back(c);
                    break;
                }
                heard_ = true;
                if (byte == sb) {
                    sub_.clear();
                    state_ = state::sub;
                } else if (byte >= will) {
                    verb_ = byte;
                    state_ = state::option;
                }
                break;
            case state::option:
                state_ = state::data;
                negotiate(verb_, byte, out.answer);
                break;
            case state::sub:
                if (byte == iac)
                    state_ = state::sub_command;
                else if (sub_.size() < longest_sub)
                    sub_.push_back(c);
                break;
            case state::sub_command:
                if (byte == iac) {
                    state_ = state::sub;
                    if (sub_.size() < longest_sub) sub_.push_back(c);
                    break;
                }
                // SE ends it; anything else is a server that lost the thread, and what it began counts for nothing.
                state_ = state::data;
                if (byte == se && sub_.size() > 1 && static_cast<unsigned char>(sub_[0]) == com_port)
                    out.com_port.push_back(sub_.substr(1));
                break;
        }
    }
    return out;
}

std::string telnet_codec::encode(std::string_view data) const {
    if (is_raw_) return std::string(data);
    std::string out;
    out.reserve(data.size() + 16);
    for (const char c : data) {
        out.push_back(c);
        if (static_cast<unsigned char>(c) == iac) out.push_back(c);
        if (c == '\r' && ours_[binary] != side::on) out.push_back('\0');
    }
    return out;
}

std::string telnet_sub(unsigned char option, std::string_view content) {
    std::string out;
    put(out, iac);
    put(out, sb);
    put(out, option);
    for (const char c : content) {
        out.push_back(c);
        if (static_cast<unsigned char>(c) == iac) out.push_back(c);
    }
    put(out, iac);
    put(out, se);
    return out;
}

}  // namespace emsctl::transport
