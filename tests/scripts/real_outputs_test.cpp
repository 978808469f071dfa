// Parsers on real outputs of Windows, where a folder of them is at hand: ../shared/samples beside the project, or
// EMSCTL_SAMPLES. Each is understood, or is in a list of those that are cut off or changed by whoever published them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "sac/encoding.hpp"
#include "scripts/parsers.hpp"

using namespace emsctl::scripts;

TEST_SUITE_BEGIN("scripts/real outputs");

namespace {

std::filesystem::path samples() {
    if (const char* given = std::getenv("EMSCTL_SAMPLES")) return given;
    return std::filesystem::path(EMSCTL_SOURCE_DIR).parent_path() / "shared" / "samples";
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    auto all = text.str();
    if (all.starts_with("\xff\xfe")) all = emsctl::sac::windows_text(all, 437);  // as PowerShell wrote it to a file
    std::erase(all, '\r');  // as a command's output reaches a parser
    return all;
}

const std::map<std::string, output_format> formats = {
    {"netstat", output_format::netstat},  {"sc_qc", output_format::sc},    {"sc_query", output_format::sc},
    {"sc_queryex", output_format::sc},    {"sc_start", output_format::sc}, {"reg_query", output_format::reg},
    {"qwinsta", output_format::sessions}, {"bcdedit", output_format::bcd}, {"event_xml", output_format::events},
};

}  // namespace

TEST_CASE("real outputs are understood") {
    if (!std::filesystem::is_directory(samples())) {
        MESSAGE("skipped: no folder " << samples().string());
        return;
    }
    // Refused, and rightly: connections without a process (netstat without -o), sentences of errors, which a program
    // writes with another exit code, and texts that something else was put into.
    const std::set<std::string> not_whole = {
        "netstat/en-10-2.txt",        "netstat/en-10-3.txt",     "netstat/en-2008-1.txt",     "netstat/pt_BR-11-1.txt",
        "reg_query/de-unknown-1.txt", "reg_query/en-2019-1.txt", "sc_query/en-unknown-1.txt", "sc_start/en-10-1.txt"};
    std::size_t read = 0;
    for (const auto& [folder, format] : formats)
        for (const auto& entry : std::filesystem::directory_iterator(samples() / folder)) {
            const auto name = folder + "/" + entry.path().filename().string();
            reading how;
            how.parse = format;
            const auto got = parse_output(text_of(entry.path()), how);
            CAPTURE(name);
            CAPTURE(got.error.value_or(""));
            ++read;
            if (not_whole.contains(name))
                CHECK(got.error);
            else
                CHECK(!got.error);
        }
    CHECK(read > 40);
}

TEST_SUITE_END();
