#include "sac/command_frame.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "sac/encoding.hpp"

using namespace emsctl::sac;

namespace {

std::string some_bytes(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<char>(random() % 256));
    return bytes;
}

// Rows as the runner prints them for a stream: its size, its hash and the numbered lines of the encoded file.
std::vector<std::string> rows_of(const std::string& nonce, int id, char stream, const std::string& bytes) {
    const std::string head = nonce + ":" + std::to_string(id) + ":" + stream;
    std::vector<std::string> rows = {head + ":s:" + std::to_string(bytes.size())};
    if (bytes.empty()) return rows;
    rows.push_back(head + ":h:" + sha256_hex(bytes));
    const std::string text = base64(bytes);
    for (std::size_t at = 0, line = 2; at < text.size(); at += 64, ++line)
        rows.push_back(std::to_string(id) + "." + stream + ":" + std::to_string(line) + ":" + text.substr(at, 64));
    return rows;
}

command_frame::answer read(const std::vector<std::string>& rows, int id) {
    command_frame::answer answer;
    command_frame("K7Q2XA").read(rows, id, answer);
    return answer;
}

}  // namespace

TEST_SUITE("sac/command_frame") {
    TEST_CASE("upload lines decode back to the bytes, fit the width and end in no blank") {
        for (const std::size_t width : {16, 60, 79, 80, 232})
            for (const std::size_t count : {1, 2, 3, 47, 48, 49, 500, 3000}) {
                const std::string bytes = some_bytes(count, static_cast<unsigned>(count));
                const auto lines = command_frame::upload_lines(bytes, width);
                std::string text;
                for (const auto& line : lines) {
                    CHECK(line.size() <= width);
                    CHECK(line.back() != ' ');
                    const std::string lead = &line == &lines.front() ? ">u.64 echo " : ">>u.64 echo ";
                    REQUIRE(line.starts_with(lead));
                    text += line.substr(lead.size());
                }
                CHECK(from_base64(text) == bytes);
            }
    }

    TEST_CASE("a nonce has six characters, begins with a letter and has no equal neighbours") {
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            const auto nonce = command_frame::make_nonce(seed);
            CHECK(nonce.size() == 6);
            CHECK(std::isalpha(static_cast<unsigned char>(nonce[0])));
            CHECK(std::adjacent_find(nonce.begin(), nonce.end()) == nonce.end());
        }
        CHECK(command_frame::make_nonce(1) != command_frame::make_nonce(2));
        CHECK(command_frame::make_nonce(7) == command_frame::make_nonce(7));
    }

    TEST_CASE("no typed line holds what begins an answer") {
        const command_frame frame("K7Q2XA");
        std::vector<std::string> typed = {"md " + frame.folder() + "& cd /d " + frame.folder(),
                                          "cd \\& rd /s /q " + frame.folder(),
                                          command_frame::accept_line(1, "1.cmd"),
                                          command_frame::run_line(2, 1),
                                          command_frame::show_line(3, 1),
                                          command_frame::page_line(4, 1, 'o', 2, 18)};
        for (auto& line : command_frame::upload_lines(frame.runner_script(), 232)) typed.push_back(line);
        for (const auto& line : typed) CHECK(line.find(frame.nonce() + ":") == std::string::npos);
        CHECK(typed[5] == "k page 4 1.o 2 18");
    }

    TEST_CASE("the runner carries the nonce, DOS line ends and refuses a number twice") {
        const auto script = command_frame("K7Q2XA").runner_script();
        CHECK(script.find("NONCE") == std::string::npos);
        CHECK(script.starts_with("@echo off\r\n"));
        CHECK(std::count(script.begin(), script.end(), '\n') == std::count(script.begin(), script.end(), '\r'));
        CHECK(script.find("if exist %3.b goto used\r\n") < script.find(">%3.b echo %2\r\n"));
        CHECK(script.find(">%3.b echo %2\r\n") < script.find("cmd /q /d /c %3.cmd"));
    }

    TEST_CASE("an answer is read from rows in any order, among other text") {
        const std::string out = some_bytes(300, 1);
        const std::string err = "oops\r\n";
        auto rows = rows_of("K7Q2XA", 4, 'o', out);
        for (auto& row : rows_of("K7Q2XA", 4, 'e', err)) rows.push_back(row);
        rows.insert(rows.end(),
                    {"K7Q2XA:4:x:-1073741819", "#> k run 9 4", "", "K7Q2XA:9.", "K7Q2XA:3:x:7", "3.o:2:QUJD"});
        std::mt19937 random(5);
        for (int round = 0; round < 20; ++round) {
            std::shuffle(rows.begin(), rows.end(), random);
            const auto answer = read(rows, 4);
            CHECK(answer.exit_code == -1073741819);
            CHECK(command_frame::bytes_of(answer.out) == out);
            CHECK(command_frame::bytes_of(answer.err) == err);
        }
    }

    TEST_CASE("missing lines are named as the first gap, and there are no bytes before they come") {
        const std::string out = some_bytes(48 * 10, 2);
        auto rows = rows_of("K7Q2XA", 1, 'o', out);
        CHECK(command_frame::missing(read(rows, 1).out) == std::nullopt);
        const auto without = [&](int from, int to) {
            auto answer = read(rows, 1);
            for (int line = from; line <= to; ++line) answer.out.lines.erase(line);
            return answer.out;
        };
        CHECK(command_frame::missing(without(2, 2)) == std::pair(2, 2));
        CHECK(command_frame::missing(without(5, 7)) == std::pair(5, 7));
        CHECK(command_frame::missing(without(10, 11)) == std::pair(10, 11));
        CHECK(command_frame::missing(without(2, 11)) == std::pair(2, 11));
        CHECK_FALSE(command_frame::bytes_of(without(5, 5)).has_value());
    }

    TEST_CASE("one flipped character anywhere is caught by the hash") {
        const std::string out = some_bytes(100, 3);
        const auto good = read(rows_of("K7Q2XA", 1, 'o', out), 1).out;
        for (const auto& [line, text] : good.lines)
            for (std::size_t i = 0; i < text.size(); ++i) {
                auto bad = good;
                bad.lines[line][i] = text[i] == 'A' ? 'B' : 'A';
                CHECK_FALSE(command_frame::bytes_of(bad).has_value());
            }
    }

    TEST_CASE("an unknown size is never an empty output") {
        CHECK_FALSE(command_frame::bytes_of(read({}, 1).out).has_value());
        CHECK_FALSE(command_frame::bytes_of(read({"K7Q2XA:1:o:s:"}, 1).out).has_value());
        CHECK_FALSE(command_frame::bytes_of(read({"K7Q2XA:1:o:s:0x"}, 1).out).has_value());
        CHECK(command_frame::bytes_of(read({"K7Q2XA:1:o:s:0"}, 1).out) == "");
    }

    TEST_CASE("an output without a hash is not believed") {
        CHECK_FALSE(command_frame::bytes_of(read({"K7Q2XA:1:o:s:3", "1.o:2:QUJD"}, 1).out).has_value());
    }

    TEST_CASE("absurd sizes and line numbers are borne") {
        for (const std::string size : {"18446744073709551615", "999999999999999", "2147483648"}) {
            const auto answer = read({"K7Q2XA:1:o:s:" + size, "1.o:2:QUJD", "1.o:2147483647:QUJD"}, 1);
            CHECK_FALSE(command_frame::bytes_of(answer.out).has_value());
            const auto gap = command_frame::missing(answer.out);
            REQUIRE(gap.has_value());
            CHECK(gap->first == 3);
        }
        CHECK(read({"1.o:99999999999:QUJD", "1.o:-2:QUJD", "1.o:1:QUJD", "1.o:2:Q UJD"}, 1).out.lines.empty());
    }

    TEST_CASE("what the runner refuses is told apart") {
        CHECK(read({"K7Q2XA:1:used"}, 1).used_before);
        CHECK(read({"K7Q2XA:1:full"}, 1).disk_full);
        CHECK(read({"K7Q2XA:1:noend"}, 1).no_result);
        CHECK_FALSE(read({"K7Q2XA:11:used"}, 1).used_before);
        CHECK_FALSE(read({"#> K7Q2XA:1:used"}, 1).used_before);
        CHECK_FALSE(read({"K7Q2XA:1:x:"}, 1).exit_code.has_value());
        CHECK(read({"K7Q2XA:u:ABCDEF"}, 0).accepted_hash == "abcdef");
    }
}
