// The redirections of one command, in force while it lives.
#pragma once

#include "sac/guest/powershell_interpreter.hpp"

namespace emsctl::guest::powershell {

class redirected {
  public:
    // `names` holds what each redirection's target evaluated to. Opening a file may throw terminating.
    redirected(interpreter& shell, const node& command, const values& names, output& out);
    ~redirected();
    redirected(const redirected&) = delete;
    redirected& operator=(const redirected&) = delete;

    output& out() { return file_ ? static_cast<output&>(*file_) : nothing_ ? static_cast<output&>(*nothing_) : out_; }

  private:
    interpreter& shell_;
    output& out_;
    std::vector<std::unique_ptr<sink>> sinks_;
    std::unique_ptr<formatter> file_;
    std::unique_ptr<collector> nothing_;
    output* outer_output_;
    std::function<void(const error_record&)> outer_target_;
};

}  // namespace emsctl::guest::powershell
