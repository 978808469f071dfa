#include "sac/film.hpp"

#include <doctest/doctest.h>

#include "sac/session_reader.hpp"
#include "transport/recording_file.hpp"

using namespace emsctl;
using namespace emsctl::sac;
using namespace std::chrono_literals;

namespace {

std::string text_of(const film::row& row) {
    std::string text;
    for (const auto& run : row) text += run.text;
    return text;
}

// What the film shows after its n-th picture.
std::string shown(const film& what, std::size_t n) {
    std::vector<std::size_t> rows(static_cast<std::size_t>(what.height), 0);
    for (std::size_t i = 0; i <= n; ++i)
        for (const auto& [row, index] : what.frames[i].changed) rows[static_cast<std::size_t>(row)] = index;
    std::string text;
    for (const auto index : rows) {
        text += text_of(what.rows[index]);
        text.erase(text.find_last_not_of(' ') + 1);
        text += "\n";
    }
    while (text.ends_with("\n\n")) text.pop_back();
    return text;
}

}  // namespace

TEST_SUITE("sac/film") {
    TEST_CASE("pictures are a step apart, marks and the end have their own, and equal rows are kept once") {
        film_maker maker(1s);
        for (int i = 0; i < 100; ++i) maker.output("line " + std::to_string(i % 3) + "\r\n", i * 100ms);
        maker.mark("here", 10s);
        maker.output("last", 10s + 1ms);
        const auto made = maker.finish();
        CHECK(made.frames.size() <= 14);
        CHECK(made.rows.size() == 5);
        REQUIRE(made.marks.size() == 1);
        CHECK(shown(made, made.marks[0].frame).ends_with("line 2\nline 0\n"));
        CHECK(shown(made, made.frames.size() - 1).ends_with("line 0\nlast\n"));
        CHECK(made.length == 10s + 1ms);
    }

    TEST_CASE("colours and hidden bytes are in it") {
        film_maker maker;
        maker.output("\x1b[1;33;44mbold\x1b[0m plain ", 0s);
        maker.hidden(3, 0s);
        const auto made = maker.finish();
        const auto& row = made.rows.back();
        REQUIRE(row.size() == 2);
        CHECK(row[0].text == "bold");
        CHECK(row[0].foreground == 3);
        CHECK(row[0].background == 4);
        CHECK(row[0].flags == 1);
        CHECK(row[1].text == " plain ***");
    }

    TEST_CASE("the last picture of a recorded session is what its screen shows") {
        film_maker maker;
        session_reader reader;
        transport::recording_file file(std::string(EMSCTL_SOURCE_DIR) + "/recordings/repair-2019.cast");
        while (const auto event = file.next()) {
            if (event->what != transport::recording_event::kind::output) continue;
            maker.output(event->bytes, event->at);
            reader.output(event->bytes, event->at);
        }
        const auto made = maker.finish();
        CHECK(shown(made, made.frames.size() - 1) == reader.model().picture().dump() + "\n");
    }
}
