// A hostile guest's tags: bounded, and the same however they are cut.
#include "sac/tag_reader.hpp"

#include <vector>

#include "tests/fuzz/fuzz.hpp"

using namespace emsctl;

namespace {

std::string events_of(std::string_view bytes, std::size_t step) {
    std::string seen;
    sac::tag_reader reader([&](sac::tag_event event) {
        seen += std::to_string(static_cast<int>(event.what));
        for (const auto& [name, text] : event.fields) seen += " " + name + "=" + text;
        seen += "\n";
    });
    sac::vt_parser parser;
    for (std::size_t at = 0; at < bytes.size(); at += step) parser.feed(bytes.substr(at, step), reader);
    return seen;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::text_of(data, size);
    fuzz::require(events_of(bytes, size + 1) == events_of(bytes, 1));
    return 0;
}
