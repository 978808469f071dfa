// A server's greeting claims lengths; none is believed. What was complete stays so when more comes.
#include "transport/ssh_algorithms.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace emsctl;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::text_of(data, size);
    const auto whole = transport::read_greeting(bytes);
    const auto part = transport::read_greeting(bytes.substr(0, size / 2));
    if (part.what != transport::ssh_greeting::kind::incomplete) fuzz::require(whole.what == part.what);
    const auto text = transport::nothing_in_common(whole.offers, transport::wanted_algorithms(true), "we");
    for (const char c : text + whole.banner) fuzz::require(c >= ' ' && c <= '~');
    return 0;
}
