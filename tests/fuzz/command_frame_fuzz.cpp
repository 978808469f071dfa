// Rows from a guest that lies: no output is believed whose size is not the size of its bytes.
#include "sac/command_frame.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace emsctl;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::text_of(data, size);
    std::vector<std::string> rows(1);
    for (const char c : bytes) {
        if (c == '\n')
            rows.emplace_back();
        else
            rows.back().push_back(c);
    }
    sac::command_frame::answer answer;
    sac::command_frame("K7Q2XA").read(rows, 1, answer);
    for (const auto& stream : {answer.out, answer.err}) {
        sac::command_frame::missing(stream);
        const auto out = sac::command_frame::bytes_of(stream);
        if (out) fuzz::require(stream.size && *stream.size == out->size());
    }
    return 0;
}
