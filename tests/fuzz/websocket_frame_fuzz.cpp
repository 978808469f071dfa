// However the bytes are cut, the same messages and the same verdict come out.
#include "transport/websocket_frame.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace emsctl;

namespace {

std::string read_all(transport::websocket_decoder& decoder) {
    std::string seen;
    while (auto frame = decoder.next()) {
        seen += std::to_string(static_cast<int>(frame->what)) + ":" + frame->payload + "\n";
        if (frame->what == transport::websocket_frame::opcode::close) transport::read_close_payload(frame->payload);
    }
    return seen;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::text_of(data, size);
    transport::websocket_decoder whole(4096);
    whole.feed(bytes);
    const auto expected = read_all(whole);
    transport::websocket_decoder cut(4096);
    std::string seen;
    for (const char byte : bytes) {
        cut.feed({&byte, 1});
        seen += read_all(cut);
    }
    fuzz::require(seen == expected);
    fuzz::require(whole.problem().has_value() == cut.problem().has_value());
    return 0;
}
