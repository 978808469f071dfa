// A recording of anybody's making is read or refused; what was read can be written and read again.
#include "transport/recording.hpp"

#include "tests/fuzz/fuzz.hpp"
#include "transport/foreign_recording.hpp"

using namespace emsctl;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    transport::read_asciicast3(text);
    transport::read_script(text.substr(0, size / 2), text.substr(size / 2));
    const auto read = transport::parse_recording(text);
    if (read.has_error()) return 0;
    std::string again = transport::header_line(read->header);
    transport::recording_encoder encoder;
    for (const auto& event : read->events) again += encoder.encode(event);
    const auto twice = transport::parse_recording(again);
    fuzz::require(twice.has_value() && twice->events.size() == read->events.size());
    fuzz::require(twice->events == read->events);
    return 0;
}
