#include "transport/escape_guard.hpp"

#include <algorithm>

#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

constexpr char ctrl_bracket = 0x1D;
constexpr char ctrl_e = 0x05;

class guarded final : public byte_stream {
  public:
    guarded(std::unique_ptr<byte_stream> inner, escape_rule rule) : inner_(std::move(inner)), guard_(rule) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override { return inner_->read_some(buffer); }
    asio::awaitable<void> write_all(std::string bytes, sensitivity kind) override {
        return inner_->write_all(guard_.pass(bytes), kind);
    }
    asio::awaitable<void> signal(out_of_band what) override { return inner_->signal(what); }
    void mark(const std::string& label, const std::string& picture) override { inner_->mark(label, picture); }
    void keep(keeping what) override { inner_->keep(what); }
    void close() noexcept override { inner_->close(); }
    std::string describe() const override { return inner_->describe(); }
    asio::any_io_executor get_executor() override { return inner_->get_executor(); }

  private:
    std::unique_ptr<byte_stream> inner_;
    escape_guard guard_;
};

}  // namespace

std::optional<escape_rule> escape_rule_of(const std::vector<std::string>& command) {
    if (command.empty()) return std::nullopt;
    const std::string program = command[0].substr(command[0].rfind('/') + 1);
    const auto has = [&](const char* word) { return std::ranges::find(command, word) != command.end(); };
    const escape_rule tilde{'~', true, true};
    if (program == "virsh" && has("console")) return escape_rule{ctrl_bracket, false, false};
    if (program == "xl" && has("console")) return escape_rule{ctrl_bracket, false, false};
    if (program == "az" && has("serial-console")) return escape_rule{ctrl_bracket, false, false};
    if (program == "telnet") return escape_rule{ctrl_bracket, false, false};
    if (program == "console") return escape_rule{ctrl_e, false, false};
    if (program == "ipmitool" && has("sol")) return tilde;
    if (program == "gcloud" && has("connect-to-serial-port")) return tilde;
    if (program == "ssh") {
        for (std::size_t i = 1; i + 1 < command.size(); ++i)
            if (command[i] == "-e" && command[i + 1] == "none") return std::nullopt;
        return tilde;
    }
    return std::nullopt;
}

std::string escape_guard::pass(const std::string& bytes) {
    std::string out;
    bool at_start = at_start_;
    for (const char c : bytes) {
        const bool is_kept = c == rule_.key && (at_start || !rule_.only_after_newline);
        if (is_kept && !rule_.is_doubled)
            fail(transport_error::unsupported, "the program that leads to the console keeps the key " +
                                                   std::to_string(static_cast<int>(c)) +
                                                   " for itself; nothing was sent");
        if (is_kept) out.push_back(c);
        out.push_back(c);
        at_start = c == '\r' || c == '\n';
    }
    at_start_ = at_start;
    return out;
}

std::unique_ptr<byte_stream> make_guarded(std::unique_ptr<byte_stream> inner, escape_rule rule) {
    return std::make_unique<guarded>(std::move(inner), rule);
}

}  // namespace emsctl::transport
