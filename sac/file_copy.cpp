#include "sac/file_copy.hpp"

#include <algorithm>

#include "sac/encoding.hpp"
#include "sac/sac_error.hpp"

namespace emsctl::sac {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t bytes_a_line = 48;  // of certutil -encode
// A block is proved before the next: what a broken line costs, and how often the guest starts certutil.
constexpr std::size_t block_size = 16 * 1024;
constexpr span_of_time short_limit = 2min;
constexpr span_of_time finish_limit = 10min;  // two hashes and a copy on a slow disk

command_frame::stream_facts with_known_lines(command_frame::stream_facts facts, std::string_view known) {
    if (facts.size && known.size() > *facts.size) return facts;
    const auto lines = known.size() / bytes_a_line;
    for (std::size_t i = 0; i < lines; ++i)
        facts.lines[static_cast<int>(i) + 2] = base64(known.substr(i * bytes_a_line, bytes_a_line));
    return facts;
}

}  // namespace

asio::awaitable<copy_answer> file_copy::ask(std::string script, span_of_time limit) {
    const auto result = co_await session_.run(shell_kind::cmd, std::move(script), limit);
    co_return read_copy_answer(result.out, result.err);
}

asio::awaitable<file_copy::offer> file_copy::prepare_get(std::string path, bool may_be_large, span_of_time limit) {
    offer result;
    result.answer = co_await ask(get_script(path, may_be_large), limit);
    auto& answer = result.answer;
    if (answer.refusal != copy_refusal::none) co_return result;
    if (!answer.size) answer.refusal = copy_refusal::unreadable;
    if (answer.size && *answer.size > 0 && answer.hash.empty())
        fail(sac_error::guest_cannot_hash, "the guest said no hash of " + path + ": " + answer.guest_says);
    result.facts.size = answer.size;
    result.facts.hash = answer.hash;
    co_return result;
}

asio::awaitable<std::string> file_copy::get(command_frame::stream_facts facts, std::string_view known,
                                            byte_listener heard, part_listener kept) {
    const auto size = facts.size.value_or(0);
    facts = with_known_lines(std::move(facts), known);
    std::size_t lines_kept = facts.lines.size();
    const auto on_page = [size, heard, kept, &lines_kept](const command_frame::stream_facts& all) {
        const auto gap = command_frame::missing(all);
        const auto whole = gap ? static_cast<std::size_t>(gap->first) - 2 : (size + bytes_a_line - 1) / bytes_a_line;
        std::string more;
        for (; lines_kept < whole; ++lines_kept)
            more += from_base64(all.lines.at(static_cast<int>(lines_kept) + 2)).value_or("");
        if (!more.empty()) kept(more);
        heard(std::min<std::uint64_t>(whole * bytes_a_line, size));
    };
    session::line_listener listener = on_page;
    std::string bytes = co_await session_.fetch_file(std::move(facts), std::move(listener));
    co_return bytes;
}

asio::awaitable<file_copy::place> file_copy::prepare_put(std::string target, std::string name, std::string_view bytes) {
    place result;
    auto& paths = result.paths;
    paths.target = std::move(target);
    paths.name = std::move(name);
    // The same for every attempt with these bytes, whichever session makes it.
    paths.partial = R"(%SystemRoot%\Temp\emsput-)" + sha256_hex(bytes).substr(0, 16) + ".part";
    paths.token = session_.nonce();
    result.answer = co_await ask(place_script(paths), short_limit);
    auto& answer = result.answer;
    if (answer.refusal != copy_refusal::none) co_return result;
    if (answer.target.empty()) {
        answer.refusal = copy_refusal::unwritable;
        co_return result;
    }
    paths.target = answer.target;
    const auto size = answer.size.value_or(0);
    if (size > 0 && size <= bytes.size() && sha256_hex(bytes.substr(0, size)) == answer.hash) result.there = size;
    // Once beside the target, once where the parts come together; a block more in its two forms.
    const std::uint64_t needed = bytes.size();
    if (answer.free_there && *answer.free_there < needed) answer.refusal = copy_refusal::no_space;
    if (answer.free_here && *answer.free_here < needed - result.there + 3 * block_size)
        answer.refusal = copy_refusal::no_space;
    co_return result;
}

asio::awaitable<copy_answer> file_copy::put(place where, std::string_view bytes, bool replaces, byte_listener sent) {
    const bool is_secret = session_.shows_password(bytes);
    std::string source = "%K%0.f";
    if (bytes.size() > block_size || where.there > 0) source = where.paths.partial;
    for (std::uint64_t at = where.there; at < bytes.size();) {
        const std::string block(bytes.substr(at, block_size));
        co_await session_.store(block, "0.f", is_secret);
        if (source == where.paths.partial) {
            auto joined = co_await ask(join_script(where.paths, at == 0), short_limit);
            if (joined.size != at + block.size()) {
                joined.refusal = copy_refusal::unwritable;
                co_return joined;
            }
        }
        at += block.size();
        sent(at);
    }
    const std::string hash = sha256_hex(bytes);
    auto answer = co_await ask(finish_script(where.paths, source, bytes.size(), hash, replaces), finish_limit);
    if (answer.exists && !answer.is_placed) answer.refusal = copy_refusal::exists;
    if (answer.refusal != copy_refusal::none) co_return answer;
    const bool is_ours = answer.is_placed && answer.size == bytes.size() && (bytes.empty() || answer.hash == hash);
    if (!is_ours) answer.refusal = copy_refusal::not_proved;
    answer.target = where.paths.target;
    answer.hash = hash;
    co_return answer;
}

}  // namespace emsctl::sac
