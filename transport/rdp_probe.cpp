#include "transport/rdp_probe.hpp"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "transport/detail/rdp_attempt.hpp"

namespace emsctl::transport {
namespace {

using tcp = asio::ip::tcp;
using detail::rdp_attempt;
using detail::tls_wish;

// What the clients of today ask for at first.
constexpr std::uint32_t asked_by_clients = rdp_protocol::tls | rdp_protocol::credssp | rdp_protocol::credssp_early_auth;

struct question {
    rdp_protocol wanted;
    std::uint32_t asked;
};
// CredSSP and RDSTLS are asked for together with TLS, as the specification advises; standard security has no flag.
// Early user authorization is what the first connection asks for.
constexpr std::array<question, 4> questions{{
    {rdp_protocol::standard, 0},
    {rdp_protocol::tls, static_cast<std::uint32_t>(rdp_protocol::tls)},
    {rdp_protocol::credssp, rdp_protocol::tls | rdp_protocol::credssp},
    {rdp_protocol::rdstls, rdp_protocol::tls | rdp_protocol::rdstls},
}};

struct tls_version {
    const char* name;
    int number;
};
constexpr std::array<tls_version, 4> tls_versions{
    {{"1.0", TLS1_VERSION}, {"1.1", TLS1_1_VERSION}, {"1.2", TLS1_2_VERSION}, {"1.3", TLS1_3_VERSION}}};

std::string text_of(const tcp::endpoint& where) {
    const auto host = where.address().to_string();
    return (where.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(where.port());
}

rdp_offer judge(rdp_protocol wanted, const std::optional<rdp_reply>& reply, rdp_end end) {
    rdp_offer offer{wanted, rdp_offer::answer::unknown, std::move(end)};
    if (!reply) return offer;
    offer.is = rdp_offer::answer::refused;
    if (reply->failure) return offer;
    if (reply->selected == wanted)
        offer.is = rdp_offer::answer::offered;
    else
        offer.end.seen = "the server chooses " + name_of(reply->selected) + " instead";
    return offer;
}

class rdp_prober {
  public:
    rdp_prober(asio::any_io_executor executor, rdp_target target, rdp_listener passed)
        : executor_(std::move(executor)), target_(std::move(target)), passed_(std::move(passed)) {}

    asio::awaitable<rdp_findings> probe() {
        co_await look_up();
        if (!findings_.end.is_an_end()) co_await try_as_a_client();
        if (has_ended_for_good()) co_return findings_;
        co_await ask_for_each_protocol();
        if (findings_.reply && !findings_.reply->failure && findings_.reply->selected != rdp_protocol::standard)
            co_await try_each_version();
        co_return findings_;
    }

  private:
    void pass(rdp_station where, const std::string& found) {
        if (passed_) passed_(where, found);
    }

    void end_at(rdp_station where, rdp_end end) {
        findings_.ended_at = where;
        findings_.end = std::move(end);
    }

    // Whether further connections could tell nothing more. One that was cut is worth others: what cuts it may depend on
    // what is asked for.
    bool has_ended_for_good() const {
        if (!findings_.end.is_an_end() || findings_.ended_at == rdp_station::tls) return false;
        if (findings_.ended_at != rdp_station::negotiation) return true;
        return findings_.end.how == rdp_ending::silent || findings_.end.how == rdp_ending::not_rdp;
    }

    asio::awaitable<void> look_up() {
        const auto ask = [](rdp_prober& self) -> asio::awaitable<rdp_end> {
            boost::system::error_code error;
            tcp::resolver resolver(self.executor_);
            auto found = co_await resolver.async_resolve(self.target_.host, self.target_.port,
                                                         asio::redirect_error(asio::use_awaitable, error));
            if (error) co_return detail::end_of(error);
            for (const auto& one : found) self.candidates_.push_back(one.endpoint());
            co_return rdp_end();
        };
        auto asking = ask(*this);
        rdp_end end = co_await detail::limited(std::move(asking), target_.step_limit);
        if (end.is_an_end())
            end_at(rdp_station::name, std::move(end));
        else
            pass(rdp_station::name, candidates_.front().address().to_string());
    }

    // The first address that lets us in is used from then on.
    asio::awaitable<std::unique_ptr<rdp_attempt>> open_first() {
        for (const auto& candidate : candidates_) {
            auto attempt = std::make_unique<rdp_attempt>(executor_, target_.step_limit);
            rdp_end end = co_await attempt->connect(candidate);
            findings_.address = text_of(candidate);
            if (!end.is_an_end()) {
                where_ = candidate;
                pass(rdp_station::connection, "to " + findings_.address);
                co_return attempt;
            }
            end_at(rdp_station::connection, std::move(end));
        }
        co_return nullptr;
    }

    asio::awaitable<void> try_as_a_client() {
        auto attempt = co_await open_first();
        if (!attempt) co_return;
        findings_.end = {};
        rdp_end end = co_await attempt->negotiate(asked_by_clients);
        findings_.reply = attempt->reply();
        if (end.is_an_end()) {
            end_at(rdp_station::negotiation, std::move(end));
            co_return;
        }
        const rdp_reply& reply = *findings_.reply;
        pass(rdp_station::negotiation, reply.negotiates ? "the server chooses " + name_of(reply.selected)
                                                        : "the server does not negotiate: " + name_of(reply.selected));
        if (reply.selected == rdp_protocol::standard) co_return;
        tls_wish wish(TLS1_VERSION, 0, target_.host);
        end = co_await attempt->shake_hands(std::move(wish));
        findings_.tls = attempt->agreement();
        if (findings_.tls)
            pass(rdp_station::tls, findings_.tls->version + ", " + findings_.tls->cipher);
        else
            end_at(rdp_station::tls, std::move(end));
    }

    asio::awaitable<void> ask_for_each_protocol() {
        for (const auto& one : questions) {
            rdp_attempt attempt(executor_, target_.step_limit);
            rdp_end end = co_await attempt.connect(where_);
            if (!end.is_an_end()) end = co_await attempt.negotiate(one.asked);
            findings_.protocols.push_back(judge(one.wanted, attempt.reply(), std::move(end)));
        }
        rdp_end none;
        if (findings_.ended_at == rdp_station::negotiation) none = findings_.end;
        findings_.protocols.push_back(judge(rdp_protocol::credssp_early_auth, findings_.reply, std::move(none)));
    }

    asio::awaitable<void> try_each_version() {
        bool is_silent = findings_.end.how == rdp_ending::silent;
        for (const auto& version : tls_versions) {
            tls_trial trial{version.name};
            if (is_silent)
                trial.end = {rdp_ending::not_tried, "the server is silent"};
            else
                trial.end = co_await try_version(version.number);
            if (!trial.end.is_an_end())
                trial.is = tls_trial::answer::accepted;
            else if (trial.end.how != rdp_ending::not_tried)
                trial.is = tls_trial::answer::refused;
            findings_.versions.push_back(std::move(trial));
        }
    }

    asio::awaitable<rdp_end> try_version(int number) {
        rdp_attempt attempt(executor_, target_.step_limit);
        rdp_end end = co_await attempt.connect(where_);
        if (!end.is_an_end()) end = co_await attempt.negotiate(asked_by_clients);
        if (end.is_an_end()) {
            end = {rdp_ending::not_tried, "the server did not get that far again: " + end.seen};
            co_return end;
        }
        tls_wish wish(number, number, target_.host);
        end = co_await attempt.shake_hands(std::move(wish));
        co_return end;
    }

    asio::any_io_executor executor_;
    rdp_target target_;
    rdp_listener passed_;
    std::vector<tcp::endpoint> candidates_;
    tcp::endpoint where_;
    rdp_findings findings_;
};

}  // namespace

const char* name_of(rdp_station where) {
    switch (where) {
        case rdp_station::name:
            return "name";
        case rdp_station::connection:
            return "connection";
        case rdp_station::negotiation:
            return "negotiation";
        case rdp_station::tls:
            return "TLS";
    }
    return "?";
}

asio::awaitable<rdp_findings> probe_rdp(rdp_target target, rdp_listener passed) {
    rdp_prober prober(co_await asio::this_coro::executor, std::move(target), std::move(passed));
    auto work = prober.probe();
    rdp_findings findings = co_await std::move(work);
    co_return findings;
}

}  // namespace emsctl::transport
