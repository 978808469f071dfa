#include "src/recorded_session.hpp"

#include <array>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <fstream>

#include "src/failure.hpp"
#include "src/usage.hpp"

namespace emsctl {

std::unique_ptr<transport::recording_file> open_recording(const std::string& path) {
    try {
        return std::make_unique<transport::recording_file>(path);
    } catch (const boost::system::system_error&) {
        throw usage_error(text_of(std::current_exception()));
    }
}

sac::told_session read_session(transport::recording_file& file) {
    using kind = transport::recording_event::kind;
    sac::session_reader reader;
    while (const auto event = file.next()) {
        if (event->hole > 0)
            reader.hidden(event->hole, event->what == kind::input, event->at);
        else if (event->what == kind::output)
            reader.output(event->bytes, event->at);
        else if (event->what == kind::input)
            reader.input(event->bytes, event->at);
        else if (event->what == kind::mark)
            reader.mark(event->bytes, event->at);
    }
    return reader.finish();
}

sac::told_session read_raw_session(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw usage_error(path + ": " + boost::system::error_code(errno, boost::system::system_category()).message());
    sac::session_reader reader;
    // Small pieces, as a line brings them: each place is seen for as long as it was there.
    std::array<char, 64> buffer;
    while (file.read(buffer.data(), buffer.size()), file.gcount() > 0)
        reader.output({buffer.data(), static_cast<std::size_t>(file.gcount())}, {});
    return reader.finish();
}

}  // namespace emsctl
