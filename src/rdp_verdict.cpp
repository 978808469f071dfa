#include "src/rdp_verdict.hpp"

#include <algorithm>

#include "src/exit_status.hpp"

namespace emsctl {

using transport::iso_time;
using transport::rdp_ending;
using transport::rdp_failure;
using transport::rdp_findings;
using transport::rdp_offer;
using transport::rdp_station;
using transport::tls_trial;

namespace {

constexpr const char* look_inside =
    "On the machine's console, `emsctl run rdp-internal-error CONSOLE` looks for the cause.";
constexpr const char* symptom = "This is what Remote Desktop clients show as \"An internal error has occurred\": ";

rdp_problem of_the_way(const rdp_findings& f) {
    rdp_problem problem{transport::name_of(f.ended_at), f.end.seen, ""};
    if (f.ended_at == rdp_station::name) {
        problem.advice = "Check the spelling and the name server, or give the machine's address.";
        return problem;
    }
    problem.seen = f.address + ": " + f.end.seen;
    switch (f.end.how) {
        case rdp_ending::refused:
            problem.advice =
                "Nothing listens on this port, or a firewall answers for it: Remote Desktop is stopped, has another "
                "port, or could not take this one. " +
                std::string(look_inside);
            break;
        case rdp_ending::silent:
            problem.advice =
                "The machine is off, the address is another's, or a firewall drops what comes (a cloud's network rules "
                "are one). If its console answers, the machine runs and the network is the place to look.";
            break;
        default:
            problem.advice = "Look at the network between here and there first.";
    }
    return problem;
}

std::string advice_for(std::optional<rdp_failure> failure) {
    if (failure == rdp_failure::ssl_cert_not_on_server)
        return "Its certificate is missing or its private key cannot be read. " + std::string(look_inside);
    if (failure == rdp_failure::ssl_with_user_auth_required_by_server)
        return "Log in with a client that has the user's certificate; nothing is known to be broken.";
    return "A client of today is refused with this. " + std::string(look_inside);
}

rdp_problem of_the_negotiation(const rdp_findings& f) {
    rdp_problem problem{transport::name_of(f.ended_at), "", ""};
    switch (f.end.how) {
        case rdp_ending::reset:
        case rdp_ending::closed:
            problem.seen = f.end.seen + " right after the X.224 connection request";
            problem.is_internal_error = true;
            problem.advice = symptom + std::string("something listens and does not begin a session. ") + look_inside +
                             " Many attempts to log in, from anywhere, do this too: see who may reach the port.";
            break;
        case rdp_ending::silent:
            problem.seen = "TCP connects, but the X.224 connection request is not answered: " + f.end.seen;
            problem.advice =
                "The machine may still be starting, its Remote Desktop service may hang, or what connects "
                "is a gateway whose machine is down. " +
                std::string(look_inside);
            break;
        case rdp_ending::not_rdp:
            problem.seen = "what answers is " + f.end.seen;
            problem.advice =
                "Another program has this port, or Remote Desktop has another one. " + std::string(look_inside);
            break;
        case rdp_ending::turned_down:
            problem.seen = "the server refuses with " + f.end.seen + ": " + meaning_of(*f.end.failure);
            problem.advice = advice_for(f.end.failure);
            break;
        default:
            problem.seen = f.end.seen;
            problem.advice = look_inside;
    }
    return problem;
}

rdp_problem of_tls(const rdp_findings& f) {
    rdp_problem problem{transport::name_of(f.ended_at), "", ""};
    switch (f.end.how) {
        case rdp_ending::reset:
        case rdp_ending::closed:
            problem.seen = f.end.seen + " during the TLS handshake";
            problem.is_internal_error = true;
            problem.advice = symptom +
                             std::string(
                                 "the server cannot use its certificate's private key (the rights on "
                                 "MachineKeys), or TLS is switched off. ") +
                             look_inside;
            break;
        case rdp_ending::alert:
            problem.seen = "the server ended the TLS handshake with " + f.end.seen;
            problem.is_internal_error = true;
            problem.advice = symptom +
                             std::string(
                                 "the server has no version of TLS, cipher or certificate that it could use "
                                 "here. ") +
                             look_inside;
            break;
        case rdp_ending::silent:
            problem.seen = "the TLS handshake stands still: " + f.end.seen;
            problem.advice =
                "The server chose TLS and then says nothing: its service may hang, or a firewall drops what "
                "is longer. " +
                std::string(look_inside);
            break;
        case rdp_ending::not_tls:
            problem.seen = "the server chose TLS, and " + f.end.seen;
            problem.advice = "Something between here and there, or the server itself, breaks the conversation.";
            break;
        default:
            problem.seen = f.end.seen;
            problem.advice = look_inside;
    }
    return problem;
}

bool is_offered(const rdp_findings& f, transport::rdp_protocol protocol) {
    return std::ranges::any_of(f.protocols, [&](const rdp_offer& offer) {
        return offer.protocol == protocol && offer.is == rdp_offer::answer::offered;
    });
}

bool is_refused_with(const rdp_findings& f, rdp_failure failure) {
    return std::ranges::any_of(f.protocols, [&](const rdp_offer& o) { return o.end.failure == failure; });
}

tls_trial::answer answer_for(const rdp_findings& f, const std::string& version) {
    const auto trial = std::ranges::find(f.versions, version, &tls_trial::version);
    return trial == f.versions.end() ? tls_trial::answer::untried : trial->is;
}

void judge_certificate(const transport::certificate_facts& c, std::chrono::system_clock::time_point now,
                       rdp_verdict& verdict) {
    const std::string whose = "the certificate of " + c.subject;
    if (now > c.not_after)
        verdict.problems.push_back(
            {"certificate", whose + " expired on " + iso_time(c.not_after) + " (by this machine's clock)",
             "Clients warn or refuse. Windows renews its own certificate only when it can: `emsctl run "
             "rdp-internal-error CONSOLE` looks for why it did not, and renews it."});
    else if (now < c.not_before)
        verdict.problems.push_back(
            {"certificate", whose + " is not valid before " + iso_time(c.not_before) + " (by this machine's clock)",
             "One of the two clocks is wrong: compare this machine's with the other's."});
    else if (c.not_after - now < std::chrono::hours(24 * 7))
        verdict.notes.push_back(whose + " expires within a week, on " + iso_time(c.not_after) + ".");
    if (c.is_self_signed)
        verdict.notes.push_back(
            "The certificate is self-signed, as Windows makes it: clients warn, nothing is broken.");
    if (c.signature.find("SHA1") != std::string::npos || c.signature.find("MD5") != std::string::npos)
        verdict.notes.push_back("The certificate is signed with " + c.signature + ", which some clients refuse.");
    if (c.key.starts_with("RSA ") && std::stoi(c.key.substr(4)) < 2048)
        verdict.notes.push_back("The certificate's key is short (" + c.key + "); some clients refuse it.");
}

void judge_versions(const rdp_findings& f, rdp_verdict& verdict) {
    const auto is = [&](const char* version, tls_trial::answer answer) { return answer_for(f, version) == answer; };
    using enum tls_trial::answer;
    const bool any_old = is("1.0", accepted) || is("1.1", accepted);
    if (any_old && is("1.2", refused) && !is("1.3", accepted))
        verdict.problems.push_back(
            {"TLS", "the server accepts no version of TLS after 1." + std::string(is("1.1", accepted) ? "1" : "0"),
             std::string(symptom) + "clients of today do not offer the older ones. TLS 1.2 is switched off. " +
                 look_inside,
             true});
    else if (any_old)
        verdict.notes.push_back("TLS 1.0 or 1.1 is still accepted; nobody needs it any more.");
}

// A server that takes only standard security is an old or a cautious one, and it works.
bool answers_in_the_old_way(const rdp_findings& f) {
    return f.end.failure == rdp_failure::ssl_not_allowed_by_server && is_offered(f, transport::rdp_protocol::standard);
}

}  // namespace

rdp_verdict judge_rdp(const rdp_findings& f, std::chrono::system_clock::time_point now) {
    rdp_verdict verdict;
    verdict.status = exit_ok;
    if (f.end.is_an_end() && (f.ended_at == rdp_station::name || f.ended_at == rdp_station::connection)) {
        verdict.problems.push_back(of_the_way(f));
        verdict.status = exit_no_console;
        return verdict;
    }
    if (f.end.is_an_end() && !answers_in_the_old_way(f))
        verdict.problems.push_back(f.ended_at == rdp_station::tls ? of_tls(f) : of_the_negotiation(f));
    verdict.requires_nla = is_refused_with(f, rdp_failure::hybrid_required_by_server);
    verdict.requires_tls = verdict.requires_nla || is_refused_with(f, rdp_failure::ssl_required_by_server);
    if (is_offered(f, transport::rdp_protocol::standard))
        verdict.notes.push_back("Standard RDP security is offered, which does not prove whose machine it is.");
    if (f.tls && f.tls->certificate) judge_certificate(*f.tls->certificate, now, verdict);
    judge_versions(f, verdict);
    if (!verdict.problems.empty()) verdict.status = exit_found;
    return verdict;
}

}  // namespace emsctl
