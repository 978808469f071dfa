// However the bytes are cut, the same picture comes out, and the cursor never leaves it.
#include "sac/screen.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace emsctl;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::text_of(data, size);
    sac::screen whole;
    sac::vt_parser().feed(bytes, whole);
    sac::screen cut;
    sac::vt_parser parser;
    for (const char byte : bytes) parser.feed({&byte, 1}, cut);
    fuzz::require(whole == cut);
    fuzz::require(whole.cursor_row() >= 0 && whole.cursor_row() < whole.rows());
    fuzz::require(whole.cursor_column() >= 0 && whole.cursor_column() <= whole.columns());
    return 0;
}
