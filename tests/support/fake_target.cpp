#include "tests/support/fake_target.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace emsctl::test {

boost::asio::awaitable<scripts::outcome> fake_target::run(scripts::command what) {
    sent.push_back(what);
    if (!lose_line_at.empty() && what.text.find(lose_line_at) != std::string::npos)
        throw boost::system::system_error(boost::asio::error::connection_reset, "fake line");
    scripts::outcome got = answer_(what);
    co_return got;
}

boost::asio::awaitable<scripts::restart_outcome> fake_target::restart(std::string, std::chrono::seconds,
                                                                      scripts::restarted_by) {
    ++restarts;
    on_restart();
    scripts::restart_outcome seen;
    seen.proof = "a new boot was seen";
    co_return seen;
}

std::size_t fake_target::changes_sent() const {
    return static_cast<std::size_t>(std::count_if(sent.begin(), sent.end(), [](const auto& c) { return c.changes; }));
}

bool fake_target::was_sent(const std::string& part) const {
    return std::any_of(sent.begin(), sent.end(), [&](const auto& c) { return c.text.find(part) != std::string::npos; });
}

scripts::outcome said(std::string out, std::int64_t exit_code) {
    scripts::outcome got;
    got.exit_code = exit_code;
    got.out = std::move(out);
    got.proof = scripts::proof_level::hashed;
    return got;
}

}  // namespace emsctl::test
