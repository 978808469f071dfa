#include "src/command_copy.hpp"

#include <poll.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "sac/encoding.hpp"
#include "sac/file_copy.hpp"
#include "sac/sac_error.hpp"
#include "src/conversation.hpp"
#include "src/copy_progress.hpp"
#include "src/exit_status.hpp"
#include "src/failure.hpp"
#include "src/local_copy.hpp"
#include "src/output.hpp"
#include "src/usage.hpp"
#include "transport/transport_error.hpp"

namespace emsctl {

namespace asio = boost::asio;
using sac::copy_refusal;
using transport::line_clock;

namespace {

constexpr copy_seconds longest_unasked(600);
constexpr std::chrono::minutes prepare_limit(20);  // a large file on a slow disk is copied and hashed there

// What is told in the end, whatever it was.
struct account {
    copy_way way = copy_way::get;
    std::string from, to;
    std::optional<std::uint64_t> size;
    std::string hash;
    std::uint64_t resumed = 0;
    copy_refusal refusal = copy_refusal::none;
    std::string guest_says;
    std::string problem;
    std::string kept;  // what a copy that broke has left for the next attempt, and where
    copy_seconds took{};
    std::uint64_t sent = 0, received = 0;
    std::string windows;
};

std::string in_words(const account& told) {
    const std::string place = told.way == copy_way::get ? told.from : told.to;
    switch (told.refusal) {
        case copy_refusal::none:
            return {};
        case copy_refusal::missing:
            return place + " is not there, or this account may not look into its folder";
        case copy_refusal::large:
            return place + " is large; --yes copies it";
        case copy_refusal::is_folder:
            return place + " is a folder; one file is copied at a time";
        case copy_refusal::no_folder:
            return "the folder of " + place + " is not there";
        case copy_refusal::exists:
            return place + " is there already; --force replaces it";
        case copy_refusal::denied:
            return "the guest denies access to " + place;
        case copy_refusal::in_use:
            return place + " is in use by another program, which shares it with nobody";
        case copy_refusal::no_space:
            return "there is not enough space on the guest's disk";
        case copy_refusal::unreadable:
            return place + " cannot be read";
        case copy_refusal::unwritable:
            return place + " cannot be written";
        case copy_refusal::arrived_bad:
            return "the copy beside " + place + " had another hash and was removed; nothing else was changed";
        case copy_refusal::not_proved:
            return place + " was written, and the guest's hash of it there is not that of the file";
    }
    return {};
}

int status_of_refusal(copy_refusal refusal) {
    if (refusal == copy_refusal::none) return exit_ok;
    if (refusal == copy_refusal::arrived_bad) return exit_failed;
    if (refusal == copy_refusal::not_proved) return exit_unknown;
    return exit_found;
}

nlohmann::json as_json(const account& told, int status) {
    nlohmann::json document = {
        {"verb", told.way == copy_way::get ? "get" : "put"},
        {"from", told.from},
        {"to", told.to},
        {"copied", status == exit_ok},
        {"exit_status", status},
        {"took_ms", static_cast<std::int64_t>(told.took.count() * 1000)},
        {"line", {{"sent", told.sent}, {"received", told.received}}},
    };
    if (told.size) document["bytes"] = *told.size;
    if (!told.hash.empty()) document["sha256"] = told.hash;
    if (told.resumed > 0) document["resumed_at"] = told.resumed;
    if (!told.windows.empty()) document["windows_version"] = told.windows;
    if (status == exit_ok) document["proof"] = "length and SHA-256 computed in the guest and here";
    if (told.refusal != copy_refusal::none) {
        document["refusal"] = std::string(sac::to_string(told.refusal));
        document["guest_says"] = told.guest_says;
    }
    if (!told.problem.empty()) document["error"] = told.problem;
    if (status != exit_ok && !told.kept.empty()) document["kept"] = told.kept;
    return document;
}

std::string as_text(const account& told) {
    std::string text = told.from + " -> " + told.to + ": " + std::to_string(told.size.value_or(0)) + " bytes\n";
    text += "  SHA-256 " + told.hash + ", the same at both ends\n  took " + rough_time(told.took) + ", " +
            std::to_string(told.sent) + " bytes sent, " + std::to_string(told.received) + " received";
    if (told.resumed > 0) text += "; " + std::to_string(told.resumed) + " bytes were there from before";
    return text + "\n";
}

// The guest's own words about a refusal, without what other languages and versions say besides.
void tell_refusal(const account& told) {
    std::fprintf(stderr, "emsctl: %s\n", told.problem.c_str());
    if (!told.guest_says.empty()) std::fprintf(stderr, "the guest said:\n%s\n", told.guest_says.c_str());
}

// A line for each tenth where no living line is drawn.
class progress_teller {
  public:
    progress_teller(const conversation& talk, copy_progress progress, std::string what)
        : talk_(talk), progress_(progress), what_(std::move(what)), start_(line_clock::now()) {}

    void operator()(std::uint64_t done, std::uint64_t size) {
        const std::string text = what_ + ": " + progress_.at(done, line_clock::now() - start_);
        if (talk_.has_living_line()) {
            talk_.doing(text);
            return;
        }
        const auto tenth = size == 0 ? 10 : done * 10 / size;
        if (tenth == tenth_) return;
        tenth_ = tenth;
        talk_.tell(text);
    }

  private:
    const conversation& talk_;
    copy_progress progress_;
    std::string what_;
    line_clock::time_point start_;
    std::uint64_t tenth_ = 0;
};

void ask_whether_so_long(copy_seconds time, const copy_options& options) {
    if (options.yes || time <= longest_unasked) return;
    const std::string words = "this will take about " + rough_time(time) + " over this console";
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1)
        throw usage_error(words + "; --yes agrees to that where nobody can be asked");
    std::fprintf(stderr, "%s. Go on? [y/N] ", words.c_str());
    // A signal ends the wait.
    pollfd keys{STDIN_FILENO, POLLIN, 0};
    std::string answer;
    if (::poll(&keys, 1, -1) == 1) std::getline(std::cin, answer);
    if (answer != "y" && answer != "yes") throw usage_error("not agreed; nothing was copied");
}

void note_line(account& told, sac::session& session, line_clock::time_point start) {
    told.took = line_clock::now() - start;
    told.sent = session.line().bytes_sent();
    told.received = session.line().bytes_received();
    told.windows = session.windows_version();
}

asio::awaitable<void> fetch(sac::session& session, conversation& talk, const copy_options& options,
                            const std::filesystem::path& target, account& told) {
    sac::file_copy copy(session);
    talk.tell("hashing " + told.from + " in the guest");
    auto offer = co_await copy.prepare_get(told.from, options.yes, prepare_limit);
    const bool is_agreed = offer.answer.refusal == copy_refusal::large;
    if (is_agreed) {
        told.size = offer.answer.size;
        ask_whether_so_long(guessed_time(copy_way::get, session.profile(), told.size.value_or(0)), options);
        offer = co_await copy.prepare_get(told.from, true, prepare_limit);
    }
    told.refusal = offer.answer.refusal;
    told.guest_says = offer.answer.guest_says;
    if (told.refusal != copy_refusal::none) co_return;
    const auto size = offer.answer.size.value_or(0);
    told.size = size;
    told.hash = size == 0 ? sac::sha256_hex("") : offer.answer.hash;
    std::optional<growing_file> file;
    if (!target.empty()) file.emplace(target, told.hash);
    const std::string known = file ? file->left_before() : std::string();
    told.resumed = known.size() <= size ? known.size() / 48 * 48 : 0;
    const auto guess = guessed_time(copy_way::get, session.profile(), size - told.resumed);
    if (!is_agreed) ask_whether_so_long(guess, options);
    if (told.resumed > 0) talk.tell("going on behind " + std::to_string(told.resumed) + " bytes that are here already");
    progress_teller progress(talk, copy_progress(size, told.resumed, guess), "get");
    sac::file_copy::byte_listener heard = [&](std::uint64_t done) {
        progress(done, size);
        if (file) told.kept = std::to_string(done) + " bytes are in " + file->path().string();
    };
    sac::file_copy::part_listener kept = [&file](std::string_view more) {
        if (file) file->add(more);
    };
    std::string bytes;
    if (size > 0) bytes = co_await copy.get(std::move(offer.facts), known, std::move(heard), std::move(kept));
    if (file)
        file->become(bytes, options.force);
    else
        print_text(bytes);
}

asio::awaitable<void> send(sac::session& session, conversation& talk, const copy_options& options,
                           const std::string& bytes, const std::string& target, account& told) {
    sac::file_copy copy(session);
    const std::string name = std::filesystem::path(options.local).filename().string();
    auto place = co_await copy.prepare_put(target, name, bytes);
    told.refusal = place.answer.refusal;
    told.guest_says = place.answer.guest_says;
    if (told.refusal == copy_refusal::none && place.answer.exists && !options.force)
        told.refusal = copy_refusal::exists;
    if (!place.answer.target.empty()) told.to = place.answer.target;
    // What was asked there tells of folders and free space; a person is told what it means.
    if (told.refusal == copy_refusal::no_space || told.refusal == copy_refusal::exists) told.guest_says.clear();
    if (told.refusal != copy_refusal::none) co_return;
    told.resumed = place.there;
    const auto size = bytes.size();
    const auto guess = guessed_time(copy_way::put, session.profile(), size - place.there);
    ask_whether_so_long(guess, options);
    if (place.there > 0)
        talk.tell("going on behind " + std::to_string(place.there) + " bytes that are in the guest already");
    progress_teller progress(talk, copy_progress(size, place.there, guess), "put");
    const std::string partial = place.paths.partial;
    sac::file_copy::byte_listener heard = [&](std::uint64_t done) {
        progress(done, size);
        const bool is_joined = done < size || told.resumed > 0 || !told.kept.empty();
        if (is_joined) told.kept = std::to_string(done) + " bytes are in the guest, in " + partial;
    };
    const auto answer = co_await copy.put(std::move(place), bytes, options.force, std::move(heard));
    told.refusal = answer.refusal;
    told.guest_says = answer.guest_says;
    if (told.refusal == copy_refusal::arrived_bad) told.kept.clear();
}

// The session around `body`, and what is told of it; `quiet_output`: standard output belongs to the file.
using copy_body = std::function<asio::awaitable<void>(sac::session&, conversation&)>;

int converse(const copy_options& options, account& told, bool quiet_output, copy_body body) {
    conversation talk(options.console, told.way == copy_way::get ? "get" : "put", true);
    int status = talk.run_in_session([&](sac::session& session) -> asio::awaitable<int> {
        if (const auto why = talk.reason_to_stop())
            transport::fail(transport::transport_error::recording_full, "not begun: " + *why);
        const auto start = line_clock::now();
        session.line().mark((told.way == copy_way::get ? "get " : "put ") + told.from);
        try {
            co_await body(session, talk);
        } catch (const boost::system::system_error& error) {
            note_line(told, session, start);
            if (error.code() != sac::sac_error::transfer_failed) throw;
            told.refusal = copy_refusal::arrived_bad;
            told.kept.clear();
            told.problem = text_of(std::current_exception()) + "; there is no copy";
        }
        note_line(told, session, start);
        co_return status_of_refusal(told.refusal);
    });
    if (told.problem.empty()) told.problem = talk.problem().empty() ? in_words(told) : talk.problem();
    if (told.refusal != copy_refusal::none) tell_refusal(told);
    if (status != exit_ok && !told.kept.empty())
        std::fprintf(stderr, "%s; the same command goes on behind them\n", told.kept.c_str());
    if (options.console.json())
        print_json(as_json(told, status));
    else if (status == exit_ok && quiet_output)
        std::fprintf(stderr, "%s", as_text(told).c_str());
    else if (status == exit_ok)
        print_text(as_text(told));
    return status;
}

std::string guest_path(const std::string& typed) {
    if (auto path = sac::absolute_path(typed)) return *path;
    throw usage_error("'" + typed + R"(' is not a path in the guest such as 'C:\folder\file', quoted for this shell)");
}

void add_copy_options(CLI::App& verb, copy_options& options) {
    verb.add_flag("--force", options.force, "replace what is there");
    verb.add_flag("--yes", options.yes, "copy also when it takes longer than ten minutes");
    add_console_options(verb, options.console, true);
    verb.footer(
        "Exit status: 0 copied, the same SHA-256 at both ends; 1 the guest has no such file, or no place for it; 2 "
        "the\n"
        "command line, a file here, or not agreed to; 3 it arrived with another hash, there is no copy; 5 no console;\n"
        "6 login refused; 7 not known. The same command again goes on where a broken copy ended.");
}

}  // namespace

void setup_copy(CLI::App& app, std::function<int()>& chosen) {
    auto get = std::make_shared<copy_options>();
    auto* verb = app.add_subcommand("get", "copy a file out of the guest");
    verb->add_option("address", get->console.address, "the console")->required();
    verb->add_option("file", get->remote, R"(in the guest, 'C:\folder\file')")->required();
    verb->add_option("local", get->local, "a file or folder here, - for standard output [its name, here]");
    add_copy_options(*verb, *get);
    verb->callback([get, &chosen] { chosen = [get] { return run_get(*get); }; });

    auto put = std::make_shared<copy_options>();
    verb = app.add_subcommand("put", "copy a file into the guest");
    verb->add_option("address", put->console.address, "the console")->required();
    verb->add_option("local", put->local, "the file here")->required();
    verb->add_option("file", put->remote, R"(in the guest, 'C:\folder\file' or 'C:\folder')")->required();
    add_copy_options(*verb, *put);
    verb->callback([put, &chosen] { chosen = [put] { return run_put(*put); }; });
}

int run_get(copy_options options) {
    account told;
    told.way = copy_way::get;
    told.from = guest_path(options.remote);
    const bool to_output = options.local == "-";
    if (to_output && options.console.json()) throw usage_error("standard output cannot have both the file and JSON");
    const std::string name = sac::leaf_of(told.from);
    if (name.empty() || name == "." || name == "..") throw usage_error(told.from + " names no file");
    std::filesystem::path target;
    if (!to_output) target = local_target(options.local, name, options.force);
    told.to = to_output ? "-" : target.string();
    return converse(options, told, to_output, [&](sac::session& session, conversation& talk) {
        return fetch(session, talk, options, target, told);
    });
}

int run_put(copy_options options) {
    account told;
    told.way = copy_way::put;
    told.from = options.local;
    told.to = guest_path(options.remote);
    const std::string bytes = read_whole(options.local);
    const std::string target = told.to;
    if (!sac::absolute_path("C:\\" + std::filesystem::path(options.local).filename().string()))
        throw usage_error(options.local + " has a name that no file in Windows can have");
    told.size = bytes.size();
    told.hash = sac::sha256_hex(bytes);
    return converse(options, told, false, [&](sac::session& session, conversation& talk) {
        return send(session, talk, options, bytes, target, told);
    });
}

}  // namespace emsctl
