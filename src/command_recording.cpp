#include "src/command_recording.hpp"

#include <array>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include "sac/tag_reader.hpp"
#include "src/exit_status.hpp"
#include "src/failure.hpp"
#include "src/new_file.hpp"
#include "src/output.hpp"
#include "src/recorded_session.hpp"
#include "src/scrub_recording.hpp"
#include "src/usage.hpp"
#include "transport/foreign_recording.hpp"

namespace emsctl {

using kind = transport::recording_event::kind;

namespace {

double seconds(std::chrono::microseconds at) {
    return std::chrono::duration<double>(at).count();
}

std::string text_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) throw usage_error(path + ": it cannot be read");
    return text.str();
}

transport::recording load(const std::string& path) {
    const auto file = open_recording(path);
    transport::recording out;
    out.header = file->header();
    while (auto event = file->next()) out.events.push_back(std::move(*event));
    if (file->is_cut()) std::fprintf(stderr, "%s: the last line is cut off; it was passed over\n", path.c_str());
    return out;
}

void save(const std::string& path, const std::string& text) {
    const auto problem = write_new(path, text);
    if (!problem.empty()) throw usage_error(path + ": " + problem);
    std::fprintf(stderr, "written: %s\n", path.c_str());
}

// Sealed as if it had been recorded.
void save_recording(const std::string& path, const transport::recording& what) {
    transport::recording_seal seal;
    transport::recording_encoder encoder;
    std::string out = transport::header_line(what.header);
    seal.add(out);
    for (const auto& event : what.events) {
        const auto lines = encoder.encode(event);
        if (event.what == kind::mark)
            seal.add_mark(event.at, event.bytes, lines);
        else
            seal.add(lines);
        out += lines;
    }
    out += seal.closing_lines(what.events.empty() ? std::chrono::microseconds() : what.events.back().at);
    save(path, out);
}

// Lines as they ran by, with the time of their end; what was typed stands behind "> ".
std::string as_text(const transport::recording& what) {
    std::string out, typed;
    sac::tag_reader text([](const sac::tag_event&) {});
    sac::vt_parser parser;
    std::uint64_t told = 0;
    const auto add = [&out](std::chrono::microseconds at, const char* lead, std::string_view line) {
        std::array<char, 32> when{};
        std::snprintf(when.data(), when.size(), "[%10.3f] ", seconds(at));
        out += when.data() + std::string(lead) + std::string(line) + "\n";
    };
    for (const auto& event : what.events) {
        const auto bytes = event.hole > 0 ? std::string(event.hole, '*') : event.bytes;
        if (event.what == kind::mark) add(event.at, "== ", bytes);
        if (event.what == kind::input)
            for (const char key : bytes) {
                if (key == '\r') add(event.at, "> ", std::exchange(typed, {}));
                if (key == '\x1b') typed.clear();
                if (static_cast<unsigned char>(key) >= 0x20) typed += key;
            }
        if (event.what != kind::output) continue;
        parser.feed(bytes, text);
        auto rest = text.text_since(told);
        for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
            const auto last = rest.substr(0, end).find_last_not_of(' ');
            if (last != rest.npos) add(event.at, "", rest.substr(0, last + 1));
            rest.remove_prefix(end + 1);
        }
        told = text.offset() - rest.size();
    }
    return out;
}

nlohmann::json as_json(const transport::seal_check::verdict& v) {
    return {{"whole", v.is_whole()},          {"problem", v.problem}, {"lines", v.lines},
            {"proved_lines", v.proved_lines}, {"hashes", v.hashes},   {"last_hash", v.last_hash}};
}

}  // namespace

int run_recording_verify(const recording_options& options) {
    open_recording(options.file);  // is it a recording at all?
    auto verdict = transport::check_seal(options.file);
    if (verdict.is_whole() && !options.expected.empty() && options.expected != verdict.last_hash)
        verdict.problem = "whole in itself, but its last hash is another than the expected one: it was sealed again";
    if (options.output == "json")
        print_json(as_json(verdict));
    else if (verdict.is_whole())
        print_text("whole and unchanged: " + std::to_string(verdict.lines) + " lines, " +
                   std::to_string(verdict.hashes) + " hashes, the last one " + verdict.last_hash +
                   "\nThe hashes have no key: compare the last one with that in the report or the journal (--hash).\n");
    else
        print_text(verdict.problem + "\n");
    return verdict.is_whole() ? exit_ok : exit_found;
}

int run_recording_show(const recording_options& options) {
    const auto file = open_recording(options.file);
    const auto marks = file->marks();
    const auto& header = file->header();
    std::chrono::microseconds length{};
    std::uint64_t sent = 0, received = 0, hidden = 0;
    while (const auto event = file->next()) {
        length = event->at;
        hidden += event->hole;
        const auto size = event->bytes.size() + event->hole;
        if (event->what == kind::output) received += size;
        if (event->what == kind::input) sent += size;
    }
    if (options.output == "json") {
        nlohmann::json document{
            {"title", header.title},   {"facts", header.facts},           {"width", header.width},
            {"height", header.height}, {"timestamp", header.timestamp},   {"seconds", seconds(length)},
            {"bytes_sent", sent},      {"bytes_received", received},      {"bytes_hidden", hidden},
            {"cut", file->is_cut()},   {"marks", nlohmann::json::array()}};
        for (const auto& mark : marks) document["marks"].push_back({{"at", seconds(mark.at)}, {"label", mark.label}});
        print_json(document);
        return exit_ok;
    }
    std::string text = header.title + "\n";
    for (const auto& [name, fact] : header.facts)
        if (!fact.empty()) text += "  " + name + ": " + fact + "\n";
    std::array<char, 160> line{};
    std::snprintf(line.data(), line.size(), "  %.1f s, %llu bytes sent, %llu received, %llu of them not kept\n",
                  seconds(length), static_cast<unsigned long long>(sent), static_cast<unsigned long long>(received),
                  static_cast<unsigned long long>(hidden));
    text += line.data();
    for (const auto& mark : marks) {
        std::snprintf(line.data(), line.size(), "%10.3f  ", seconds(mark.at));
        text += line.data() + mark.label + "\n";
    }
    print_text(text);
    return exit_ok;
}

int run_recording_import(const recording_options& options) {
    transport::recording what;
    const auto text = text_of_file(options.file);
    if (options.format == "raw") {
        what = transport::read_raw(text, options.baud);
    } else {
        if (options.format == "script" && options.timing.empty())
            throw usage_error("--timing FILE is missing: script(1) keeps the times there (script --timing=FILE)");
        auto read = options.format == "script" ? transport::read_script(text, text_of_file(options.timing))
                                               : transport::read_asciicast3(text);
        if (!read)
            throw usage_error((options.format == "script" ? options.timing : options.file) + ", line " +
                              std::to_string(read.error().line) + ": " + read.error().text);
        what = std::move(*read);
    }
    what.header.facts["imported_from"] = options.format;
    if (what.header.title.empty()) what.header.title = "imported from " + options.format;
    save_recording(options.to, what);
    return exit_ok;
}

int run_recording_export(const recording_options& options) {
    const auto what = load(options.file);
    if (options.format == "script") {
        const auto files = transport::as_script(what);
        save(options.to, files.typescript);
        save(options.to + ".timing", files.timing);
        std::fprintf(stderr, "scriptreplay --timing %s.timing %s\n", options.to.c_str(), options.to.c_str());
        return exit_ok;
    }
    if (options.format == "cast2") save(options.to, transport::as_asciicast2(what));
    if (options.format == "cast3") save(options.to, transport::as_asciicast3(what));
    if (options.format == "raw") save(options.to, transport::as_raw(what));
    if (options.format == "text") save(options.to, as_text(what));
    return exit_ok;
}

int run_recording_scrub(const recording_options& options) {
    const auto scrubbed = scrub_recording(load(options.file), options.names, options.patterns);
    for (const auto& text : scrubbed.stands_for) std::fprintf(stderr, "%s\n", text.c_str());
    if (!scrubbed.left.empty()) {
        std::string text = "not written, because these could not be taken out everywhere:";
        for (const auto& one : scrubbed.left) text += " " + one;
        throw usage_error(text);
    }
    save_recording(options.to, scrubbed.what);
    std::fprintf(stderr, "Read it before others do: a name nobody told stays (--name, --pattern).\n");
    return exit_ok;
}

void setup_recording(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<recording_options>();
    auto* verb = app.add_subcommand("recording", "recordings as files: verify, show, import, export, scrub");
    verb->require_subcommand(1);
    const auto output = [&](CLI::App& one) {
        one.add_option("--output", options->output, "text or json [text]")->check(CLI::IsMember({"text", "json"}));
    };
    auto* verify = verb->add_subcommand("verify", "is it still what was written? Finds damage, cuts and edits");
    verify->add_option("file", options->file, "a recording")->required();
    verify->add_option("--hash", options->expected, "the last hash that a report or a journal holds");
    output(*verify);
    verify->footer("Exit status: 0 whole, 1 not, 2 no recording.");
    verify->callback([options, &chosen] { chosen = [options] { return run_recording_verify(*options); }; });
    auto* show = verb->add_subcommand("show", "what it says of itself, its length and its marks");
    show->add_option("file", options->file, "a recording")->required();
    output(*show);
    show->callback([options, &chosen] { chosen = [options] { return run_recording_show(*options); }; });
    auto* import = verb->add_subcommand("import", "a recording from another program's log");
    import->add_option("file", options->file, "the log, or the typescript of script(1)")->required();
    import->add_option("to", options->to, "the new recording")->required();
    import->add_option("--format", options->format, "raw, script or cast3")
        ->required()
        ->check(CLI::IsMember({"raw", "script", "cast3"}));
    import->add_option("--timing", options->timing, "the timing file of script(1)");
    import->add_option("--baud", options->baud, "how fast a raw log's bytes came, which have no times [115200]")
        ->check(CLI::PositiveNumber);
    import->callback([options, &chosen] { chosen = [options] { return run_recording_import(*options);
};
}  // namespace emsctl
);
auto* exported = verb->add_subcommand("export", "a recording for another program");
exported->add_option("file", options->file, "a recording")->required();
exported->add_option("to", options->to, "the new file; script(1) gets a second one, TO.timing")->required();
exported->add_option("--format", options->format, "cast2, cast3, script, raw or text")
    ->required()
    ->check(CLI::IsMember({"cast2", "cast3", "script", "raw", "text"}));
exported->footer("What was secret is stars there. asciinema plays a recording also as it is.");
exported->callback([options, &chosen] { chosen = [options] { return run_recording_export(*options); }; });
auto* scrub = verb->add_subcommand("scrub", "a recording for others to see, without whose machine it was");
scrub->add_option("file", options->file, "a recording")->required();
scrub->add_option("to", options->to, "the new recording")->required();
scrub->add_option("--name", options->names, "a further name to take out; repeatable")->allow_extra_args(false);
scrub->add_option("--pattern", options->patterns, "whatever matches (ECMAScript); repeatable")->allow_extra_args(false);
scrub->footer(
    "Machine and user names that the session tells, GUIDs, addresses, account SIDs and thumbprints are\n"
    "replaced by others of the same length, the same for the same, also inside what travelled in base64.");
scrub->callback([options, &chosen] { chosen = [options] { return run_recording_scrub(*options); }; });
}

}  // namespace emsctl
