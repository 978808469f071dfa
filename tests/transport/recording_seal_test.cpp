#include "transport/recording_seal.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/program.hpp"
#include "transport/line_clock.hpp"
#include "transport/recording_file.hpp"
#include "transport/recording_stream.hpp"
#include "transport/transport_error.hpp"

using namespace emsctl::transport;
using emsctl::test::scratch_folder;

namespace {

std::string text_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

// Three marked parts, each with both directions.
std::string make_recording(const std::string& path, int parts = 3) {
    recording_writer writer(path, {});
    for (int part = 1; part <= parts; ++part) {
        writer.mark("part " + std::to_string(part), "\x1b[2Jpicture " + std::to_string(part));
        writer.output("shown " + std::to_string(part) + "\r\n");
        writer.input("typed\r", sensitivity::plain);
    }
    writer.close();
    return writer.seal();
}

seal_check::verdict checked(const std::string& text) {
    const scratch_folder where;
    put(where / "r.cast", text);
    return check_seal(where / "r.cast");
}

}  // namespace

TEST_SUITE("transport/recording_seal") {
    TEST_CASE("a recording that was closed is whole, and its last hash is the one its writer tells") {
        const scratch_folder where;
        const auto seal = make_recording(where / "r.cast");
        const auto verdict = check_seal(where / "r.cast");
        CHECK(verdict.problem == "");
        CHECK(verdict.complete);
        CHECK(verdict.hashes == 5);
        CHECK(verdict.proved_lines == verdict.lines);
        CHECK(seal.size() == 64);
        CHECK(verdict.last_hash == seal);
    }

    TEST_CASE("every changed byte is noticed") {
        const scratch_folder where;
        make_recording(where / "r.cast");
        const auto text = text_of_file(where / "r.cast");
        for (std::size_t at = 0; at < text.size(); ++at) {
            CAPTURE(at);
            auto changed = text;
            changed[at] = static_cast<char>(changed[at] ^ 1);
            CHECK_FALSE(checked(changed).is_whole());
        }
    }

    TEST_CASE("every cut is noticed, and what is proved is told") {
        const scratch_folder where;
        make_recording(where / "r.cast");
        const auto text = text_of_file(where / "r.cast");
        for (std::size_t cut = 1; cut < text.size(); ++cut) {
            CAPTURE(cut);
            const auto verdict = checked(text.substr(0, cut));
            CHECK_FALSE(verdict.is_whole());
            CHECK(verdict.proved_lines <= verdict.lines);
        }
        const auto half = checked(text.substr(0, text.find("part 3")));
        CHECK(half.proved_lines > 0);
        CHECK(half.problem.find("cut off") != std::string::npos);
    }

    TEST_CASE("a line taken out, put in or moved is noticed") {
        const scratch_folder where;
        make_recording(where / "r.cast");
        std::vector<std::string> lines;
        std::istringstream all(text_of_file(where / "r.cast"));
        for (std::string line; std::getline(all, line);) lines.push_back(line + "\n");
        const auto joined = [](const std::vector<std::string>& parts) {
            std::string out;
            for (const auto& part : parts) out += part;
            return out;
        };
        for (std::size_t i = 0; i < lines.size(); ++i) {
            auto without = lines;
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
            CHECK_FALSE(checked(joined(without)).is_whole());
            auto twice = lines;
            twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
            CHECK_FALSE(checked(joined(twice)).is_whole());
            if (i + 1 == lines.size()) break;
            auto moved = lines;
            std::swap(moved[i], moved[i + 1]);
            CHECK_FALSE(checked(joined(moved)).is_whole());
        }
    }

    TEST_CASE("a file of another program is not taken for a whole one") {
        const auto verdict = checked("{\"version\":2}\n[0,\"o\",\"a\"]\n");
        CHECK_FALSE(verdict.sealed);
        CHECK(verdict.problem.find("not sealed") != std::string::npos);
    }
}

TEST_SUITE("transport/recording_file") {
    TEST_CASE("it gives the same events as the whole file in memory, also without its index") {
        const scratch_folder where;
        make_recording(where / "r.cast", 40);
        const auto text = text_of_file(where / "r.cast");
        const auto whole = parse_recording(text).value();
        recording_file file(where / "r.cast");
        std::vector<recording_event> events;
        while (auto event = file.next()) events.push_back(std::move(*event));
        CHECK(events == whole.events);
        const auto marks = recording_file(where / "r.cast").marks();
        CHECK(marks.size() == 40);
        put(where / "killed.cast", text.substr(0, text.rfind(",\"x\"") - 5));
        recording_file killed(where / "killed.cast");
        CHECK(killed.marks() == marks);
        CHECK(killed.next()->bytes == "part 1");
    }

    TEST_CASE("a mark is reached without reading what stands before it") {
        const scratch_folder where;
        {
            recording_writer writer(where / "r.cast", {});
            for (int part = 0; part < 8; ++part) {
                writer.mark("part " + std::to_string(part), "picture " + std::to_string(part));
                writer.output(std::string(512 * 1024, 'x'));
            }
        }
        recording_file file(where / "r.cast");
        const auto marks = file.marks();
        REQUIRE(marks.size() == 8);
        file.seek(marks[6].offset);
        CHECK(file.next()->bytes == "part 6");
        const auto picture = file.next();
        CHECK(picture->what == recording_event::kind::picture);
        CHECK(picture->bytes == "picture 6");
        CHECK(file.bytes_read() < 512 * 1024);
    }

    TEST_CASE("what cannot be read says which file, where and why") {
        const scratch_folder where;
        const auto problem = [](const std::string& path) {
            try {
                recording_file file(path);
                while (file.next()) {
                }
            } catch (const boost::system::system_error& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        CHECK(problem(where / "absent").find("absent") != std::string::npos);
        put(where / "empty", "");
        CHECK(problem(where / "empty").find("empty") != std::string::npos);
        put(where / "binary", std::string("\x7f") + "ELF\0\1\2\n");
        CHECK(problem(where / "binary").find("line 1") != std::string::npos);
        put(where / "broken", header_line({}) + "[0,\"o\",\"a\"]\n[0,\"o\"\n");
        CHECK(problem(where / "broken").find("broken, line 3: no JSON") != std::string::npos);
        put(where / "endless", std::string(17 * 1024 * 1024, 'a'));
        CHECK(problem(where / "endless").find("16 MiB") != std::string::npos);
        CHECK(problem(where / "").find("folder") != std::string::npos);
    }
}

TEST_SUITE("transport/recording_stream") {
    TEST_CASE("what is undecided is kept or counted by the next word, and order stays") {
        const scratch_folder where;
        {
            recording_writer writer(where / "r.cast", {});
            writer.output("a");
            writer.keep(keeping::undecided);
            writer.input("typed", sensitivity::plain);
            writer.output("echo");
            writer.keep(keeping::output_only);
            writer.keep(keeping::undecided);
            writer.output("answer");
            writer.mark("in between", "picture");
            writer.keep(keeping::lengths);
            writer.output("more");
            writer.keep(keeping::all);
            writer.output("z");
            writer.keep(keeping::undecided);
            writer.output("never decided");
        }
        const auto events = load_recording(where / "r.cast").events;
        std::string told;
        for (const auto& e : events) told += e.hole > 0 ? "<" + std::to_string(e.hole) + ">" : "[" + e.bytes + "]";
        CHECK(told == "[a]<5>[echo]<6>[in between]<4>[z]<13>");
        CHECK(check_seal(where / "r.cast").is_whole());
    }

    TEST_CASE("a picture that shows a secret is not stored") {
        const scratch_folder where;
        {
            recording_writer writer(where / "r.cast", {});
            writer.protect("Tr0ub4dor");
            writer.mark("one", "\x1b[1;1Hthe word is Tr0u\x1b[2;1Hb4dor");
            writer.mark("two", "\x1b[1;1Hnothing here");
        }
        const auto text = text_of_file(where / "r.cast");
        CHECK(text.find("b4dor") == std::string::npos);
        CHECK(text.find("nothing here") != std::string::npos);
    }
}
