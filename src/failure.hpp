// The one place where an error becomes an exit status and one message for a person.
#pragma once

#include <exception>
#include <string>

namespace emsctl {

int status_of(const std::exception_ptr& error);

// Its text without the libraries' decorations.
std::string text_of(const std::exception_ptr& error);

}  // namespace emsctl
