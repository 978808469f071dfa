// What the person who typed the command can put right: told in one message, exit status 2.
#pragma once

#include <stdexcept>

namespace emsctl {

class usage_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace emsctl
