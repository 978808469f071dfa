#include "src/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/system/error_code.hpp>
#include <cerrno>

namespace emsctl {

std::string write_new(const std::string& path, const std::string& text) {
    const auto reason = [&] { return boost::system::error_code(errno, boost::system::system_category()).message(); };
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return reason();
    std::size_t done = 0;
    std::string problem;
    while (done < text.size() && problem.empty()) {
        const auto n = ::write(file, text.data() + done, text.size() - done);
        if (n < 0 && errno != EINTR) problem = reason();
        if (n > 0) done += static_cast<std::size_t>(n);
    }
    if (::close(file) != 0 && problem.empty()) problem = reason();
    return problem;
}

}  // namespace emsctl
