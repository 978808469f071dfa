// Two patterns and a stream, divided by line ends: the same matches however the stream is cut and however little memory
// there is, and those that brute force with RE2 finds.
#include "sac/matcher.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/match_reference.hpp"

using namespace emsctl;

namespace {

using patterns_ready = std::shared_ptr<const sac::pattern_set>;

std::vector<test::reference_match> occurrences(const patterns_ready& set, std::string_view stream, std::size_t piece,
                                               std::size_t states) {
    sac::matcher m({1024, states});
    m.watch(set);
    std::vector<test::reference_match> all;
    const auto pull = [&] {
        while (const auto found = m.occurred()) all.push_back({found->number, found->begin, found->end});
    };
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        m.feed(stream.substr(at, piece));
        pull();
    }
    m.finish();
    pull();
    return all;
}

std::vector<test::reference_match> waits(const patterns_ready& set, std::string_view stream, std::size_t piece) {
    sac::matcher m;
    std::vector<test::reference_match> all;
    m.await(set);
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        m.feed(stream.substr(at, piece));
        if (at + piece >= stream.size()) m.finish();
        for (; const auto found = m.arrived(); m.await(set)) all.push_back({found->number, found->begin, found->end});
    }
    (void)m.misses();
    return all;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto rest = fuzz::text_of(data, size);
    std::vector<sac::pattern> patterns;
    for (int i = 0; i < 2; ++i) {
        const auto end = std::min(rest.find('\n'), rest.size());
        if (end > 40) return 0;
        patterns.push_back({std::string(rest.substr(0, end)), i == 0});
        if (i == 0 && end % 3 == 0) patterns.back().longest = 1 + end;
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (sac::fault_of(patterns.back())) return 0;
    }
    const std::string stream(rest.substr(0, 60));
    const auto set = std::make_shared<const sac::pattern_set>(patterns);
    if (set->positions() > 3000) return 0;
    const auto all = test::occurrences_by_force(patterns, stream, true);
    fuzz::require(all == occurrences(set, stream, stream.size() + 1, 1024 * 1024));
    fuzz::require(all == occurrences(set, stream, 1, 1));
    fuzz::require(test::waits_by_force(patterns, stream, true) == waits(set, stream, 7));
    return 0;
}
