#include "src/scrub_recording.hpp"

#include <algorithm>

#include "sac/encoding.hpp"
#include "sac/screen_paint.hpp"
#include "sac/scrubber.hpp"
#include "src/usage.hpp"

namespace emsctl {
namespace {

using kind = transport::recording_event::kind;

sac::told_session told(const transport::recording& what) {
    sac::session_reader reader;
    for (const auto& event : what.events) {
        if (event.hole > 0)
            reader.hidden(event.hole, event.what == kind::input, event.at);
        else if (event.what == kind::output)
            reader.output(event.bytes, event.at);
        else if (event.what == kind::input)
            reader.input(event.bytes, event.at);
    }
    return reader.finish();
}

// The bytes of one direction, replaced; events keep their cuts.
void scrub_direction(transport::recording& what, kind direction, sac::identifiers& hidden) {
    sac::scrubber scrubber(hidden, direction == kind::output);
    for (const auto& event : what.events) {
        if (event.what != direction) continue;
        if (event.hole > 0)
            scrubber.pass_hidden(event.hole);
        else
            scrubber.pass(event.bytes);
    }
    const auto bytes = scrubber.result();
    std::size_t at = 0;
    for (auto& event : what.events) {
        if (event.what != direction) continue;
        const auto size = event.hole > 0 ? event.hole : event.bytes.size();
        if (event.hole == 0) event.bytes = bytes.substr(at, size);
        at += size;
    }
}

void paint_pictures_anew(transport::recording& what) {
    sac::screen screen(what.header.height, what.header.width);
    sac::vt_parser parser;
    for (auto& event : what.events) {
        if (event.what == kind::picture) event.bytes = sac::paint(screen);
        if (event.what == kind::output)
            parser.feed(event.hole > 0 ? std::string(event.hole, '*') : event.bytes, screen);
    }
}

// What a reader of the new recording could still come upon.
std::vector<std::string> still_there(const transport::recording& what, const sac::identifiers& hidden) {
    const auto session = told(what);
    std::string all;
    for (const auto& event : session.events) all += event.text + "\n";
    for (const auto& command : session.commands)
        all += command.file + "\n" + command.out_bytes + "\n" + command.err_bytes + "\n";
    for (const auto& event : what.events)
        if (event.what != kind::picture) all += event.bytes;
    for (const auto& [name, fact] : what.header.facts) all += "\n" + fact;
    std::transform(all.begin(), all.end(), all.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::vector<std::string> left;
    for (const auto& [original, replacement] : hidden.replaced())
        if (original != replacement && all.find(original) != all.npos) left.push_back(original);
    return left;
}

}  // namespace

scrubbed_recording scrub_recording(const transport::recording& original, const std::vector<std::string>& names,
                                   const std::vector<std::string>& patterns) {
    sac::identifiers hidden;
    const auto fact = [&](const char* name) {
        const auto found = original.header.facts.find(name);
        return found == original.header.facts.end() ? std::string() : found->second;
    };
    // The built-in account has that name everywhere.
    if (fact("user") != "Administrator") hidden.hide_name(fact("user"));
    hidden.hide_name(fact("domain"));
    for (const auto& name : names) hidden.hide_name(name);
    for (const auto& pattern : patterns) try {
            hidden.hide_pattern(pattern);
        } catch (const std::regex_error& error) {
            throw usage_error("--pattern " + pattern + ": " + error.what());
        }
    sac::learn(hidden, told(original));
    scrubbed_recording out;
    out.what = original;
    scrub_direction(out.what, kind::input, hidden);
    scrub_direction(out.what, kind::output, hidden);
    paint_pictures_anew(out.what);
    for (auto& event : out.what.events)
        if (event.what == kind::mark) event.bytes = hidden.scrub(event.bytes);
    out.what.header.title = hidden.scrub(out.what.header.title);
    for (auto& [name, text] : out.what.header.facts)
        if (name != "version" && name != "seed") text = hidden.scrub(text);
    out.what.header.facts["scrubbed"] = "yes";
    for (const auto& [from, to] : hidden.replaced()) out.stands_for.push_back(from + " -> " + to);
    out.left = still_there(out.what, hidden);
    return out;
}

}  // namespace emsctl
