#include "transport/detail/pty.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "transport/transport_error.hpp"

namespace emsctl::transport::detail {

pty_pair make_pty() {
    const auto give_up = [](int master, const char* what) {
        const boost::system::error_code error(errno, boost::system::system_category());
        if (master >= 0) ::close(master);
        fail_because(error, std::string("a pseudo-terminal: ") + what);
    };
    pty_pair out;
    out.master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (out.master < 0) give_up(-1, "posix_openpt");
    std::array<char, 128> name{};
    if (::grantpt(out.master) != 0 || ::unlockpt(out.master) != 0 ||
        ::ptsname_r(out.master, name.data(), name.size()) != 0)
        give_up(out.master, "unlocking it");
    out.path = name.data();
    out.slave = ::open(out.path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (out.slave < 0) give_up(out.master, "opening its other end");
    termios raw{};
    ::tcgetattr(out.slave, &raw);
    ::cfmakeraw(&raw);
    ::tcsetattr(out.slave, TCSANOW, &raw);
    winsize size{};
    size.ws_row = 24;
    size.ws_col = 80;
    ::ioctl(out.slave, TIOCSWINSZ, &size);
    return out;
}

}  // namespace emsctl::transport::detail
