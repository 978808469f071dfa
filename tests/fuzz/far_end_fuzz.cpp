// Tags, texts and places: however the bytes are cut, the far end is found in the same place.
#include "sac/far_end.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace emsctl;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::text_of(data, size);
    sac::far_end whole;
    whole.feed(bytes);
    sac::far_end cut;
    for (const char byte : bytes) cut.feed({&byte, 1});
    fuzz::require(whole.now() == cut.now());
    fuzz::require(whole.offset() == cut.offset());
    fuzz::require(whole.text_since(0) == cut.text_since(0));
    return 0;
}
