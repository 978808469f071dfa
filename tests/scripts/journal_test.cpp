#include "scripts/journal.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace emsctl::scripts;

TEST_SUITE_BEGIN("scripts/journal");

namespace {
struct folder {
    std::filesystem::path path;
    folder() {
        char name[] = "/tmp/emsctl-journal-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~folder() { std::filesystem::remove_all(path); }
    std::string text() const {
        std::ifstream file(path / "j");
        return {(std::istreambuf_iterator<char>(file)), {}};
    }
    void write(const std::string& text) const { std::ofstream(path / "j", std::ios::trunc) << text; }
};
}  // namespace

TEST_CASE("entries come back in order, and the file is its owner's alone") {
    folder f;
    {
        auto j = journal_writer::create(f.path / "j", {{"runbook", "x"}});
        CHECK(j.write({{"type", "change"}, {"what", "ä\n"}}) == 1);
    }
    auto again = journal_writer::append_to(f.path / "j");
    CHECK(again.write({{"type", "undo"}}) == 2);
    const auto content = read_journal(f.path / "j");
    CHECK(!content.damage);
    REQUIRE(content.entries.size() == 3);
    CHECK(content.header()["runbook"] == "x");
    CHECK(content.entries[1].body["what"] == "ä\n");
    struct stat status {};
    REQUIRE(::stat((f.path / "j").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK_THROWS_AS(journal_writer::create(f.path / "j", {}), journal_error);
}

TEST_CASE("an altered, removed, swapped or cut line is found") {
    folder f;
    {
        auto j = journal_writer::create(f.path / "j", {});
        for (int i = 0; i < 3; ++i) j.write({{"type", "note"}, {"n", i}});
    }
    const auto good = f.text();
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < good.size();) {
        const auto end = good.find('\n', at) + 1;
        lines.push_back(good.substr(at, end - at));
        at = end;
    }
    REQUIRE(lines.size() == 4);
    auto altered = good;
    altered[altered.find("\"n\":1") + 4] = '7';
    CHECK(parse_journal(altered).damage->line == 3);
    CHECK(parse_journal(lines[0] + lines[2] + lines[3]).damage->line == 2);
    CHECK(parse_journal(lines[0] + lines[2] + lines[1] + lines[3]).damage->line == 2);
    CHECK(parse_journal("").damage);
    CHECK(parse_journal("rubbish\n").damage->line == 1);
    for (std::size_t cut = 1; cut < good.size(); ++cut) {
        const auto content = parse_journal(std::string_view(good).substr(0, cut));
        CHECK((content.damage.has_value() || good[cut - 1] == '\n'));
    }
    f.write(good.substr(0, good.size() - 5));
    auto j = journal_writer::append_to(f.path / "j");
    CHECK(j.write({{"type", "note"}}) == 3);
    CHECK(!read_journal(f.path / "j").damage);
    f.write(altered);
    CHECK_THROWS_AS(journal_writer::append_to(f.path / "j"), journal_error);
}

TEST_CASE("a full disk is an error, not a silence" * doctest::skip(!std::filesystem::exists("/dev/full"))) {
    folder f;
    CHECK_THROWS_AS(journal_writer::create(f.path / "missing" / "j", {}), journal_error);
}

TEST_SUITE_END();
