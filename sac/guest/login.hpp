// The credentials dialogue at the start of a command channel: what it prints, echoes and hides. Who may log on is not
// decided here.
#pragma once

#include <string>
#include <string_view>

namespace emsctl::guest {

class login_dialog {
  public:
    explicit login_dialog(bool says_attempting) : says_attempting_(says_attempting) {}

    std::string begin();    // clears the screen and asks for the first answer
    std::string restate();  // the same with what was typed so far, for a channel that is looked at again
    std::string input(char byte);
    bool is_complete() const { return step_ == 3; }

    const std::string& user() const { return answers_[0]; }
    const std::string& domain() const { return answers_[1]; }
    const std::string& password() const { return answers_[2]; }

  private:
    std::string shown(int step) const;
    std::string end_of_password() const;

    bool says_attempting_;
    int step_ = 0;
    std::string answers_[3];
};

}  // namespace emsctl::guest
