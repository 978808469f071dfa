#include "transport/ssh_session.hpp"

#include <libssh2.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>
#include <cstring>

#include "transport/line_clock.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

using tcp = asio::ip::tcp;
constexpr std::size_t most_unread = 1 << 20;

void start_library() {
    static const int started = libssh2_init(0);
    if (started != 0) fail(transport_error::unsupported, "libssh2 cannot be started");
}

void prefer(LIBSSH2_SESSION* session, const ssh_algorithms& wanted) {
    const auto set = [&](int method, const std::vector<std::string>& names) {
        libssh2_session_method_pref(session, method, joined(names, ",").c_str());
    };
    set(LIBSSH2_METHOD_KEX, wanted.kex);
    set(LIBSSH2_METHOD_HOSTKEY, wanted.host_keys);
    for (const int direction : {LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC}) set(direction, wanted.ciphers);
    for (const int direction : {LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC}) set(direction, wanted.macs);
}

void answer_all(const char*, int, const char*, int, int count, const LIBSSH2_USERAUTH_KBDINT_PROMPT*,
                LIBSSH2_USERAUTH_KBDINT_RESPONSE* answers, void** abstract) {
    const auto* password = static_cast<const std::string*>(*abstract);
    for (int i = 0; i < count; ++i) {
        answers[i].text = ::strdup(password->c_str());  // libssh2 frees it
        answers[i].length = static_cast<unsigned>(password->size());
    }
}

}  // namespace

struct ssh_session::state {
    state(tcp::socket s, std::string n)
        : socket(std::move(s)), name(std::move(n)), wake(socket.get_executor()), news(socket.get_executor()) {}
    ~state() {
        if (session) libssh2_session_free(session);
    }
    state(const state&) = delete;
    state& operator=(const state&) = delete;

    tcp::socket socket;  // libssh2 reads and writes it; Asio only waits for it
    std::string name;
    std::string password;  // while keyboard-interactive runs
    LIBSSH2_SESSION* session = nullptr;
    LIBSSH2_CHANNEL* channel = nullptr;

    line_timer wake;  // of the pump: there is something to write, room to read, or an end
    line_timer news;  // of readers and writers
    std::string arrived;
    std::string outgoing;
    std::size_t queued = 0;   // bytes ever given to write
    std::size_t written = 0;  // of these, taken by the connection
    bool is_closed = false;
    std::string end;  // why the channel ended
    bool has_ended = false;
    line_clock::duration keep_alive{0};  // 0: never
    line_clock::time_point next_sign = line_clock::time_point::max();

    std::string last_words() const {
        char* text = nullptr;
        libssh2_session_last_error(session, &text, nullptr, 0);
        return text ? text : "";
    }

    static asio::awaitable<void> wait(std::shared_ptr<state> self) {
        const int directions = libssh2_session_block_directions(self->session);
        const bool writes = (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
        const auto what = writes ? tcp::socket::wait_write : tcp::socket::wait_read;
        boost::system::error_code error;
        co_await self->socket.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
        if (error) throw boost::system::system_error(error, self->name);
    }

    // Calls until it is done: the same call with the same arguments, as libssh2 demands.
    static asio::awaitable<int> drive(std::shared_ptr<state> self, std::function<int()> call) {
        while (true) {
            const int result = call();
            if (result != LIBSSH2_ERROR_EAGAIN) co_return result;
            co_await wait(self);
        }
    }

    static asio::awaitable<void> pump(std::shared_ptr<state> self);
    static asio::awaitable<void> pause(std::shared_ptr<state> self, bool may_read, bool must_write);
    bool read_all();
    void ask_for_sign_of_life(bool is_sending);
};

// What is there, until nothing is left or enough waits to be read; false at the channel's end.
bool ssh_session::state::read_all() {
    std::array<char, 16384> buffer;
    while (arrived.size() < most_unread) {
        const auto count = libssh2_channel_read_ex(channel, 0, buffer.data(), buffer.size());
        if (count == LIBSSH2_ERROR_EAGAIN) return true;
        if (count < 0) {
            end = name + ": " + last_words();
            return false;
        }
        if (count == 0) return libssh2_channel_eof(channel) == 0;
        arrived.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return true;
}

// libssh2 gives a half-sent sign of life up and then refuses everything else. So it is sent only into an empty road.
void ssh_session::state::ask_for_sign_of_life(bool is_sending) {
    if (keep_alive.count() == 0 || line_clock::now() < next_sign) return;
    next_sign = line_clock::now() + keep_alive;
    if (is_sending) return;
    pollfd ready{socket.native_handle(), POLLOUT, 0};
    int left = 0;
    if (::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0) libssh2_keepalive_send(session, &left);
}

asio::awaitable<void> ssh_session::state::pause(std::shared_ptr<state> self, bool may_read, bool must_write) {
    self->wake.expires_at(self->next_sign);
    if (!may_read && !must_write) {
        boost::system::error_code woken;
        co_await self->wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        co_return;
    }
    const auto what = must_write ? tcp::socket::wait_write : tcp::socket::wait_read;
    auto either = asio::experimental::make_parallel_group(self->socket.async_wait(what, asio::deferred),
                                                          self->wake.async_wait(asio::deferred));
    co_await either.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
}

// The only one that talks to libssh2 once the channel is open: a packet that is half sent must be finished before
// anything else is asked of the session.
asio::awaitable<void> ssh_session::state::pump(std::shared_ptr<state> self) {
    std::string sending;
    while (!self->is_closed) {
        bool is_half_sent = false;
        if (sending.empty()) sending = std::exchange(self->outgoing, {});
        while (!sending.empty()) {
            const auto count = libssh2_channel_write_ex(self->channel, 0, sending.data(), sending.size());
            if (count == LIBSSH2_ERROR_EAGAIN || count == 0) {
                is_half_sent = (libssh2_session_block_directions(self->session) & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
                break;
            }
            if (count < 0) {
                self->end = self->name + ": " + self->last_words();
                break;
            }
            sending.erase(0, static_cast<std::size_t>(count));
            self->written += static_cast<std::size_t>(count);
            if (sending.empty()) sending = std::exchange(self->outgoing, {});
        }
        bool goes_on = self->end.empty();
        if (goes_on && !is_half_sent) goes_on = self->read_all();
        if (goes_on) self->ask_for_sign_of_life(is_half_sent || !sending.empty());
        if (!goes_on) break;
        self->news.cancel();
        co_await pause(self, self->arrived.size() < most_unread || !sending.empty(), is_half_sent);
    }
    self->has_ended = true;
    self->news.cancel();
    if (self->is_closed && sending.empty()) libssh2_session_disconnect(self->session, "done");
    boost::system::error_code ignored;
    self->socket.close(ignored);
}

class ssh_channel final : public byte_stream {
  public:
    explicit ssh_channel(std::shared_ptr<ssh_session::state> s) : state_(std::move(s)) {}
    ~ssh_channel() override { ssh_channel::close(); }

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        while (state_->arrived.empty()) {
            if (state_->is_closed || state_->has_ended) ended();
            co_await news();
        }
        const bool was_full = state_->arrived.size() >= most_unread;
        const std::size_t count = std::min(buffer.size(), state_->arrived.size());
        std::copy_n(state_->arrived.begin(), count, buffer.begin());
        state_->arrived.erase(0, count);
        if (was_full) state_->wake.cancel();
        co_return count;
    }

    asio::awaitable<void> write_all(std::string bytes, sensitivity) override {
        state_->outgoing += bytes;
        state_->queued += bytes.size();
        const std::size_t mark = state_->queued;
        state_->wake.cancel();
        while (state_->written < mark) {
            if (state_->is_closed || state_->has_ended) ended();
            co_await news();
        }
    }

    asio::awaitable<void> signal(out_of_band what) override {
        if (what.what == out_of_band::kind::line_break)
            fail(transport_error::unsupported,
                 describe() + ": libssh2 has no BREAK for a channel with a shell; exec:ssh ... and its ~B has");
        co_await byte_stream::signal(what);
    }

    void close() noexcept override {
        state_->is_closed = true;
        state_->wake.cancel();
        state_->news.cancel();
    }
    std::string describe() const override { return state_->name; }
    asio::any_io_executor get_executor() override { return state_->socket.get_executor(); }

  private:
    [[noreturn]] void ended() { fail(transport_error::closed, state_->end.empty() ? state_->name : state_->end); }

    asio::awaitable<void> news() {
        line_timer& timer = state_->news;
        if (timer.expiry() != line_clock::time_point::max()) timer.expires_at(line_clock::time_point::max());
        boost::system::error_code woken;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const auto cancelled = co_await asio::this_coro::cancellation_state;
        if (cancelled.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted, describe());
    }

    std::shared_ptr<ssh_session::state> state_;
};

asio::awaitable<std::shared_ptr<ssh_session>> ssh_session::handshake(tcp::socket socket, std::string name,
                                                                     ssh_algorithms wanted) {
    start_library();
    socket.non_blocking(true);
    // A peer that is gone is noticed by TCP when something is to be sent; on an idle line nothing asks for it yet.
    const unsigned patience_ms = 60'000;
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
    auto s = std::make_shared<state>(std::move(socket), name);
    s->session = libssh2_session_init_ex(nullptr, nullptr, nullptr, &s->password);
    libssh2_session_set_blocking(s->session, 0);
    prefer(s->session, wanted);
    const std::function<int()> call = [&s] { return libssh2_session_handshake(s->session, s->socket.native_handle()); };
    const int result = co_await state::drive(s, call);
    if (result == LIBSSH2_ERROR_KEX_FAILURE || result == LIBSSH2_ERROR_METHOD_NONE)
        fail(transport_error::unsupported,
             name + ": " + library() + " and this server have no algorithm in common (" + s->last_words() + ")");
    if (result == LIBSSH2_ERROR_SOCKET_DISCONNECT || result == LIBSSH2_ERROR_BANNER_RECV ||
        result == LIBSSH2_ERROR_SOCKET_RECV)
        fail(transport_error::bad_protocol, name + ": what answers there is no SSH server, or it hung up");
    if (result != 0) fail(transport_error::bad_protocol, name + ": " + s->last_words());
    co_return std::shared_ptr<ssh_session>(new ssh_session(s));
}

ssh_session::~ssh_session() = default;

std::string ssh_session::library() {
    return std::string("libssh2 ") + libssh2_version(0);
}

ssh_algorithms ssh_session::can_do(const ssh_algorithms& wanted) {
    start_library();
    LIBSSH2_SESSION* session = libssh2_session_init_ex(nullptr, nullptr, nullptr, nullptr);
    const auto known = [session](int method, const std::vector<std::string>& names) {
        const char** supported = nullptr;
        const int count = libssh2_session_supported_algs(session, method, &supported);
        std::vector<std::string> out;
        for (const auto& name : names)
            if (std::any_of(supported, supported + std::max(count, 0), [&](const char* one) { return name == one; }))
                out.push_back(name);
        if (supported) libssh2_free(session, supported);
        return out;
    };
    ssh_algorithms out;
    out.kex = known(LIBSSH2_METHOD_KEX, wanted.kex);
    out.host_keys = known(LIBSSH2_METHOD_HOSTKEY, wanted.host_keys);
    out.ciphers = known(LIBSSH2_METHOD_CRYPT_CS, wanted.ciphers);
    out.macs = known(LIBSSH2_METHOD_MAC_CS, wanted.macs);
    libssh2_session_free(session);
    return out;
}

host_key ssh_session::shown_key() const {
    std::size_t size = 0;
    int type = 0;
    const char* blob = libssh2_session_hostkey(state_->session, &size, &type);
    host_key key;
    key.blob.assign(blob, size);
    // The blob begins with its type as a string (RFC 4253 section 6.6).
    if (size > 4) key.type = key.blob.substr(4, static_cast<unsigned char>(key.blob[3]));
    return key;
}

std::string ssh_session::agreed() const {
    std::string text;
    for (const int method :
         {LIBSSH2_METHOD_KEX, LIBSSH2_METHOD_HOSTKEY, LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_MAC_CS})
        if (const char* name = libssh2_session_methods(state_->session, method))
            text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}

std::string ssh_session::banner() const {
    const char* text = libssh2_session_banner_get(state_->session);
    return text ? text : "";
}

asio::awaitable<std::string> ssh_session::methods(std::string user) {
    const auto s = state_;
    char* list = nullptr;
    const std::function<int()> call = [&] {
        list = libssh2_userauth_list(s->session, user.data(), static_cast<unsigned>(user.size()));
        return list ? 0 : libssh2_session_last_errno(s->session);
    };
    const int result = co_await state::drive(s, call);
    if (list) co_return std::string(list);
    if (libssh2_userauth_authenticated(s->session)) co_return std::string();
    fail(transport_error::bad_protocol, s->name + ": " + s->last_words() + " (" + std::to_string(result) + ")");
}

asio::awaitable<bool> ssh_session::log_in_with_key(std::string user, std::string key, std::string passphrase) {
    const auto s = state_;
    const std::function<int()> call = [&] {
        return libssh2_userauth_publickey_frommemory(s->session, user.data(), user.size(), nullptr, 0, key.data(),
                                                     key.size(), passphrase.c_str());
    };
    co_return co_await state::drive(s, call) == 0;
}

asio::awaitable<bool> ssh_session::log_in_with_agent(std::string user) {
    const auto s = state_;
    LIBSSH2_AGENT* agent = libssh2_agent_init(s->session);
    bool done = false;
    // The agent is a local socket; libssh2 has no way to ask it without waiting.
    if (agent && libssh2_agent_connect(agent) == 0 && libssh2_agent_list_identities(agent) == 0) {
        libssh2_agent_publickey* before = nullptr;
        libssh2_agent_publickey* identity = nullptr;
        while (!done && libssh2_agent_get_identity(agent, &identity, before) == 0) {
            const std::function<int()> call = [&] { return libssh2_agent_userauth(agent, user.c_str(), identity); };
            const int result = co_await state::drive(s, call);
            done = result == 0;
            before = identity;
        }
    }
    if (agent) {
        libssh2_agent_disconnect(agent);
        libssh2_agent_free(agent);
    }
    co_return done;
}

asio::awaitable<bool> ssh_session::log_in_with_password(std::string user, std::string password) {
    const auto s = state_;
    const std::function<int()> call = [&] {
        return libssh2_userauth_password_ex(s->session, user.data(), static_cast<unsigned>(user.size()),
                                            password.data(), static_cast<unsigned>(password.size()), nullptr);
    };
    co_return co_await state::drive(s, call) == 0;
}

asio::awaitable<bool> ssh_session::log_in_with_answers(std::string user, std::string password) {
    const auto s = state_;
    s->password = std::move(password);
    const std::function<int()> call = [&] {
        return libssh2_userauth_keyboard_interactive_ex(s->session, user.data(), static_cast<unsigned>(user.size()),
                                                        answer_all);
    };
    const int result = co_await state::drive(s, call);
    s->password.clear();
    co_return result == 0;
}

asio::awaitable<std::unique_ptr<byte_stream>> ssh_session::open_channel(std::shared_ptr<ssh_session> self,
                                                                        bool terminal, std::string command,
                                                                        std::chrono::seconds keep_alive) {
    const auto s = self->state_;
    const std::function<int()> open = [&] {
        s->channel = libssh2_channel_open_ex(s->session, "session", 7, 2 << 20, 32768, nullptr, 0);
        return s->channel ? 0 : libssh2_session_last_errno(s->session);
    };
    int result = co_await state::drive(s, open);
    if (result != 0) fail(transport_error::forbidden, s->name + ": no session: " + s->last_words());
    libssh2_channel_handle_extended_data2(s->channel, LIBSSH2_CHANNEL_EXTENDED_DATA_MERGE);
    if (terminal) {
        // Raw: ECHO, ICANON, ISIG, ICRNL, ONLCR, OPOST and IXON off, CS8 on (RFC 4254 section 8).
        const std::array<std::pair<int, int>, 8> modes = {
            {{53, 0}, {51, 0}, {50, 0}, {36, 0}, {72, 0}, {70, 0}, {38, 0}, {91, 1}}};
        std::string bytes;
        for (const auto& [code, value] : modes) {
            bytes.push_back(static_cast<char>(code));
            bytes.append(3, '\0');
            bytes.push_back(static_cast<char>(value));
        }
        bytes.push_back('\0');
        const std::function<int()> ask = [&] {
            return libssh2_channel_request_pty_ex(s->channel, "vt100", 5, bytes.data(),
                                                  static_cast<unsigned>(bytes.size()), 80, 24, 0, 0);
        };
        // Serial gateways have no terminal to give and need none.
        co_await state::drive(s, ask);
    }
    const char* kind = command.empty() ? "shell" : "exec";
    const std::function<int()> start = [&] {
        return libssh2_channel_process_startup(s->channel, kind, static_cast<unsigned>(std::strlen(kind)),
                                               command.empty() ? nullptr : command.data(),
                                               static_cast<unsigned>(command.size()));
    };
    result = co_await state::drive(s, start);
    if (result != 0)
        fail(transport_error::forbidden, s->name + ": the server starts no " + kind + ": " + s->last_words());
    if (keep_alive.count() > 0) {
        s->keep_alive = std::max(keep_alive, std::chrono::seconds(2));
        s->next_sign = line_clock::now() + s->keep_alive;
        libssh2_keepalive_config(s->session, 1, 2);  // when, we decide; 2 s is its least
    }
    asio::co_spawn(s->socket.get_executor(), state::pump(s), [s](std::exception_ptr) {
        s->has_ended = true;
        s->news.cancel();
    });
    co_return std::make_unique<ssh_channel>(s);
}

}  // namespace emsctl::transport
