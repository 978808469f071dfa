#include "sac/guest/powershell_redirection.hpp"

#include "sac/guest/windows.hpp"

namespace emsctl::guest::powershell {

redirected::redirected(interpreter& shell, const node& command, const values& names, output& out)
    : shell_(shell), out_(out), outer_output_(shell.error_output_), outer_target_(shell.error_target_) {
    output* errors = nullptr;
    for (std::size_t i = 0; i < command.redirections.size(); ++i) {
        const auto& one = command.redirections[i];
        if (one.to_stream) {
            errors = &this->out();
            continue;
        }
        const bool is_all = one.from == 0;
        if (names[i].is_null()) {
            if (one.from != 2) nothing_ = std::make_unique<collector>();
            if (one.from == 2) shell_.error_target_ = [](const error_record&) {};
            if (is_all) errors = nothing_.get();
            continue;
        }
        const auto path = shell.full_path(to_text(names[i]));
        auto& files = shell.os().files;
        const auto& who = shell.self().who;
        const auto code = one.is_append && files.exists(path) ? win32::success : files.write(path, "", who);
        if (code)
            throw terminating{{code == win32::access_denied ? "Access to the path '" + path + "' is denied."
                                                            : "Could not find a part of the path '" + path + "'.",
                               "FileOpenFailure", "OpenError", "UnauthorizedAccessException", ":", "", &command, false},
                              false};
        sinks_.push_back(std::make_unique<file_sink>(shell.os(), path, file_encoding::utf16));
        if (one.from == 2) {
            auto* to = sinks_.back().get();
            shell_.error_target_ = [to](const error_record& what) { to->line(what.message); };
        } else {
            file_ = std::make_unique<formatter>(*sinks_.back());
            if (is_all) errors = file_.get();
        }
    }
    if (errors) shell_.error_output_ = errors;
}

redirected::~redirected() {
    if (file_) file_->flush();
    shell_.error_output_ = outer_output_;
    shell_.error_target_ = outer_target_;
}

}  // namespace emsctl::guest::powershell
