#include "sac/guest/login.hpp"

#include <algorithm>

namespace emsctl::guest {
namespace {

using namespace std::string_literals;

// Every text is sent with the NUL that ends it in memory (Windows 11 22H2).
const std::string prompts[] = {"Username: \0"s, "Domain  : \0"s, "Password: \0"s};
const std::string heading = "\x1b[2J\x1b[0;0H\r\nPlease enter login credentials.\r\n\0"s;

}  // namespace

std::string login_dialog::begin() {
    step_ = 0;
    for (std::string& answer : answers_) answer.clear();
    return heading + prompts[0];
}

std::string login_dialog::shown(int step) const {
    return step == 2 ? std::string(answers_[2].size(), '*') : answers_[step];
}

std::string login_dialog::end_of_password() const {
    return says_attempting_ ? "\r\n\r\nAttempting to authenticate...\r\n\0"s : "\r\n"s;
}

std::string login_dialog::restate() {
    std::string out = heading;
    for (int step = 0; step <= std::min(step_, 2); ++step) {
        out += prompts[step] + shown(step);
        if (step < step_) out += step == 2 ? end_of_password() : "\r\n";
    }
    return out;
}

std::string login_dialog::input(char byte) {
    if (is_complete()) return {};
    std::string& answer = answers_[step_];
    if (byte == '\r' || byte == '\n') {
        ++step_;
        return is_complete() ? end_of_password() : "\r\n" + prompts[step_];
    }
    if (byte == 0x08 || byte == 0x7f) {
        if (answer.empty()) return {};
        answer.pop_back();
        return "\b \b";
    }
    if (static_cast<unsigned char>(byte) < 0x20) return {};
    answer += byte;
    return step_ == 2 ? "*" : std::string(1, byte);
}

}  // namespace emsctl::guest
