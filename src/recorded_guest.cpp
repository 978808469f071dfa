#include "src/recorded_guest.hpp"

#include <deque>
#include <map>

#include "sac/guest/machine.hpp"
#include "sac/guest/process.hpp"
#include "sac/guest/windows.hpp"
#include "src/guest_choice.hpp"
#include "src/recorded_session.hpp"
#include "src/sim_stream.hpp"
#include "transport/paced_stream.hpp"
#include "transport/transport_error.hpp"

namespace emsctl {
namespace {

namespace asio = boost::asio;

constexpr unsigned line_rate = 115200;

// The results of a recording by shell and text, each given once and in the order in which they came.
class recorded_results {
  public:
    explicit recorded_results(sac::told_session session) : code_page_(session.code_page) {
        for (auto& command : session.commands) {
            if (command.how != sac::told_command::proof::hashed) continue;
            results_[{command.in_powershell, command.text}].push_back(std::move(command));
        }
    }

    int code_page() const { return code_page_; }
    bool empty() const { return results_.empty(); }
    const std::string& problem() const { return problem_; }

    std::optional<guest::stand_in_answer> answer(const guest::process& self) {
        if (self.args.empty()) return std::nullopt;
        // As the session's runner starts them: `cmd /q /d /c 7.cmd`, `powershell ... -File w.ps1 7`.
        const bool in_powershell = self.args.size() > 1 && self.args[self.args.size() - 2] == "w.ps1";
        const auto* file = self.os.files.find(self.full_path(self.args.back() + (in_powershell ? ".ps1" : "")));
        const bool is_command = in_powershell || (self.args.size() == 4 && self.args[2] == "/c");
        if (!file || file->is_folder() || !is_command) return std::nullopt;
        const auto text = sac::command_text(file->bytes, in_powershell, code_page_);
        if (text.starts_with("shutdown /r")) return std::nullopt;  // the line shows its effect, so it must happen
        const auto found = results_.find({in_powershell, text});
        if (found == results_.end() || found->second.empty()) {
            problem_ = found == results_.end() ? "the recording does not hold this command: " + text
                                               : "the recording holds no further result of this command: " + text;
            return guest::stand_in_answer{"", problem_ + "\r\n", 1, {}};
        }
        const auto one = std::move(found->second.front());
        found->second.pop_front();
        return guest::stand_in_answer{one.out_bytes, one.err_bytes, static_cast<int>(*one.exit_code),
                                      one.ended - one.began};
    }

  private:
    int code_page_;
    std::map<std::pair<bool, std::string>, std::deque<sac::told_command>> results_;
    std::string problem_;
};

// The guest's line, broken off as soon as something was asked that the recording does not know.
class recorded_line final : public transport::byte_stream {
  public:
    recorded_line(std::unique_ptr<byte_stream> inner, std::shared_ptr<recorded_results> results, std::string name)
        : inner_(std::move(inner)), results_(std::move(results)), name_(std::move(name)) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        check();
        const auto count = co_await inner_->read_some(buffer);
        check();
        co_return count;
    }
    asio::awaitable<void> write_all(std::string bytes, transport::sensitivity kind) override {
        check();
        co_await inner_->write_all(std::move(bytes), kind);
    }
    void close() noexcept override { inner_->close(); }
    std::string describe() const override { return name_; }
    asio::any_io_executor get_executor() override { return inner_->get_executor(); }

  private:
    void check() const {
        if (!results_->problem().empty())
            transport::fail(transport::transport_error::replay_mismatch, name_ + ": " + results_->problem());
    }

    std::unique_ptr<byte_stream> inner_;
    std::shared_ptr<recorded_results> results_;
    std::string name_;
};

}  // namespace

std::unique_ptr<transport::byte_stream> open_recorded_guest(asio::any_io_executor executor,
                                                            const std::string& recording, std::string profile) {
    transport::recording_file file(recording);
    const auto& facts = file.header().facts;
    const auto fact = facts.find("profile");
    if (profile.empty()) profile = fact == facts.end() ? "windows-11" : fact->second;
    auto results = std::make_shared<recorded_results>(read_session(file));
    const auto name = "results of " + recording;
    if (results->empty())
        transport::fail(transport::transport_error::bad_recording,
                        recording + ": it holds no command with a proved result; emsctl inspect shows what it holds");
    guest::machine_options options;
    options.has_login = false;  // the recording does not hold the password
    const auto door = facts.find("door");
    options.direct_shell = door != facts.end() && door->second == "shell";
    auto machine = make_machine("healthy", profile, std::move(options));
    machine->os().code_page = static_cast<unsigned>(results->code_page());
    machine->os().stand_in = [results](const guest::process& self) { return results->answer(self); };
    auto stream = make_sim_stream(std::move(executor), std::move(machine), name);
    stream = transport::make_paced(std::move(stream), line_rate);
    return std::make_unique<recorded_line>(std::move(stream), std::move(results), name);
}

}  // namespace emsctl
