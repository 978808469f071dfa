// However the bytes are cut, the same data, answers and commands come out, and no peer gets endless answers.
#include "transport/telnet_codec.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace emsctl;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const bool with_com_port = (data[0] & 1) != 0;
    const auto bytes = fuzz::text_of(data + 1, size - 1);
    transport::telnet_codec whole(with_com_port);
    whole.opening();
    const auto expected = whole.feed(bytes);
    fuzz::require(expected.data.size() <= bytes.size());
    fuzz::require(expected.answer.size() <= bytes.size() * 3 + 64);
    transport::telnet_codec cut(with_com_port);
    cut.opening();
    transport::telnet_codec::received seen;
    for (const char byte : bytes) {
        auto part = cut.feed({&byte, 1});
        seen.data += part.data;
        seen.answer += part.answer;
        seen.com_port.insert(seen.com_port.end(), part.com_port.begin(), part.com_port.end());
    }
    fuzz::require(seen.data == expected.data && seen.answer == expected.answer && seen.com_port == expected.com_port);
    return 0;
}
