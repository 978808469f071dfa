// Secrets, prompts and computed defaults: what a run is told before or while it looks.
#include <doctest/doctest.h>
#include <fstream>

#include "tests/support/registry_machine.hpp"

using namespace emsctl::scripts;
using namespace emsctl::test;

namespace {

const std::string hidden = "C4nary'less";

const std::string with_secret = "vars:\n  word: {type: secret, question: 'Which?'}\n";
const std::string set_word =
    "  - {name: ask, id: ask, decision: {variable: word, confirms: [set]}, register: told}\n"
    "  - name: set\n"
    "    id: set\n"
    "    when: told.accepted and run.phase ~= 'proof'\n"
    "    why: because\n"
    "    risk: low\n"
    "    cmd: 'tool \"{{ word }}\"'\n"
    "    changes: the word\n"
    "    undo: {class: none, residue: the old word}\n";

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

ask_function answering(std::map<std::string, std::string> answers, std::vector<question>* asked = nullptr) {
    return [answers, asked](question what) -> boost::asio::awaitable<std::optional<std::string>> {
        if (asked) asked->push_back(what);
        const auto found = answers.find(what.variable);
        if (found == answers.end()) co_return std::nullopt;
        co_return found->second;
    };
}

}  // namespace

TEST_SUITE_BEGIN("scripts/asked_values");

TEST_CASE("a secret goes to the machine, and into nothing that is kept") {
    bench b;
    b.m.more["tool \"" + hidden + "\""] = said("the word is " + hidden, 5);
    b.options.secrets = {{"word", hidden}};
    const auto r = b.run(book_of(set_word, with_secret), run_mode::apply);
    CHECK(b.m.line.was_sent(hidden));
    for (const auto& c : b.m.line.sent)
        if (c.text.find(hidden) != std::string::npos) CHECK(c.no_log);
    CHECK(r.result == run_result::failed_rolled_back);
    CHECK(to_json(r).dump().find(hidden) == std::string::npos);
    CHECK(to_text(r).find("the word is ***") != std::string::npos);
    for (const auto& e : b.watcher.events) CHECK(to_json(e).dump().find(hidden) == std::string::npos);
    const auto journal = text_of(b.options.journal);
    CHECK(journal.find("{{secret word}}") != std::string::npos);
    CHECK(journal.find(hidden) == std::string::npos);
}

TEST_CASE("a secret that nobody has given is asked for before anything is changed, or named") {
    bench unanswered;
    const auto book = book_of(set_word, with_secret);
    const auto r = unanswered.run(book, run_mode::apply);
    CHECK(r.missing_variables == std::vector<std::string>{"word"});
    CHECK(unanswered.m.line.changes_sent() == 0);
    bench b;
    b.m.more["tool \" kept \""] = said("");
    b.options.ask = answering({{"word", " kept "}});
    CHECK(b.run(book, run_mode::apply).result == run_result::repaired);
}

TEST_CASE("a secret may not be shown, looked with, undone with, or seen among a program's arguments") {
    const std::string change = "    why: b\n    risk: low\n    changes: c\n";
    for (const std::string steps : {"  - {name: x, id: x, value: '1', look: 'it is {{ word }}'}\n",
                                    "  - {name: x, id: x, value: '1', look: '{{ word .. word }}'}\n",
                                    "  - {name: x, id: x, cmd: 'reg query \"{{ word }}\"', reads: true}\n"}) {
        bench b;
        b.options.secrets = {{"word", hidden}};
        const auto r = b.run(book_of(steps, with_secret), run_mode::check);
        CAPTURE(to_text(r));
        CHECK(r.has_faults(run_phase::look));
        CHECK(to_text(r).find(hidden) == std::string::npos);
        CHECK_FALSE(b.m.line.was_sent(hidden));
    }
    const std::string undo = "    undo: {class: compensating, cmd: 'back \"{{ word }}\"', residue: r}\n";
    const std::string none = "    undo: {class: none, residue: r}\n";
    for (const auto& steps : {"  - name: x\n    id: x\n    cmd: tool\n" + change + undo,
                              "  - name: x\n    id: x\n    local: [tool, '{{ word }}']\n" + change + none,
                              "  - name: x\n    id: x\n    cmd: 'tool {{ word }}'\n" + change + none}) {
        bench b;
        b.options.secrets = {{"word", hidden}};
        const auto r = b.run(book_of(steps, with_secret), run_mode::apply);
        CAPTURE(to_text(r));
        CHECK(b.m.line.changes_sent() == 0);
        CHECK(to_text(r).find(hidden) == std::string::npos);
    }
}

TEST_CASE("a secret is never taken from the words of a command line") {
    const auto book = book_of(set_word, with_secret);
    REQUIRE(wrong_variables(book, {{"word", "x"}}).size() == 1);
    CHECK(wrong_variables(book, {{"word", "x"}})[0].find("--secret word=env:") != std::string::npos);
    CHECK(wrong_secrets(book, {{"word", "x"}}).empty());
    CHECK(wrong_secrets(book, {{"wrod", "x"}})[0].find("did you mean \"word\"?") != std::string::npos);
    CHECK(wrong_secrets(book, {{"word", "a\nb"}}).size() == 1);
}

TEST_CASE("a default may be computed from facts and the variables before it") {
    const std::string vars = "vars:\n  a: {type: int, default: 3}\n  b: {type: int, max: 9, default: '{{ a + 4 }}'}\n";
    const std::string look = "  - {name: x, id: x, value: b, look: 'b is {{ result }}'}\n";
    bench b;
    auto r = b.run(book_of(look, vars), run_mode::check);
    REQUIRE(r.looks.size() == 1);
    CHECK(r.looks[0].text == "b is 7");
    b.options.variables = {{"a", "9"}};
    r = b.run(book_of(look, vars), run_mode::check);
    CHECK(r.verdict.find("b must be at most 9") != std::string::npos);
    CHECK(r.looks.empty());
}

TEST_CASE("a prompted variable is asked for before anything is looked at; its default is the proposal") {
    const std::string vars =
        "vars:\n  a: {prompt: true, question: 'Who?'}\n  b: {prompt: true, default: x}\n  c: {prompt: true}\n";
    const std::string look = "  - {name: x, id: x, value: a .. b .. c, look: '{{ result }}'}\n";
    bench b;
    std::vector<question> asked;
    b.options.ask = answering({{"a", "1"}, {"c", "3"}}, &asked);
    auto r = b.run(book_of(look, vars), run_mode::check);
    REQUIRE(r.looks.size() == 1);
    CHECK(r.looks[0].text == "1x3");
    REQUIRE(asked.size() == 3);
    CHECK(asked[0].text == "Who?");
    CHECK(asked[1].proposal == "x");
    b.options.ask = {};
    r = b.run(book_of(look, vars), run_mode::check);
    CHECK(r.missing_variables == std::vector<std::string>{"a", "c"});
    CHECK(r.verdict == "Nothing was looked at: somebody has to decide \"a\", \"c\" first.");
    b.options.variables = {{"a", "1"}, {"c", "2"}};
    CHECK(b.run(book_of(look, vars), run_mode::check).looks.size() == 1);
}

TEST_SUITE_END();
