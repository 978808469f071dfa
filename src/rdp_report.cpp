#include "src/rdp_report.hpp"

#include "src/exit_status.hpp"

namespace emsctl {

using transport::iso_time;
using transport::rdp_findings;
using transport::rdp_offer;
using transport::rdp_protocol;
using transport::tls_trial;

namespace {

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size() + 2), ' ');
    return text;
}

std::string answer_text(const rdp_offer& offer) {
    if (offer.is == rdp_offer::answer::offered) return "offered";
    return (offer.is == rdp_offer::answer::refused ? "refused: " : "unknown: ") + offer.end.seen;
}

std::string answer_text(const tls_trial& trial) {
    if (trial.is == tls_trial::answer::accepted) return "accepted";
    return (trial.is == tls_trial::answer::refused ? "refused: " : "not tried: ") + trial.end.seen;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string certificate_text(const transport::certificate_facts& c) {
    std::string text = "  certificate\n    subject        " + c.subject + "\n    issuer         " +
                       (c.is_self_signed ? "itself" : c.issuer) + "\n";
    if (!c.names.empty()) text += "    names          " + joined(c.names) + "\n";
    return text + "    valid          " + iso_time(c.not_before) + " to " + iso_time(c.not_after) +
           "\n    key            " + c.key + ", " + c.signature + "\n    SHA-1          " + c.sha1 +
           "\n    SHA-256        " + c.sha256 + "\n";
}

// Names for programs; they stay when the words for people change.
const char* key_of(rdp_protocol protocol) {
    switch (protocol) {
        case rdp_protocol::standard:
            return "standard";
        case rdp_protocol::tls:
            return "tls";
        case rdp_protocol::credssp:
            return "credssp";
        case rdp_protocol::rdstls:
            return "rdstls";
        case rdp_protocol::credssp_early_auth:
            return "credssp_early_auth";
    }
    return "other";
}

const char* key_of(rdp_offer::answer answer) {
    if (answer == rdp_offer::answer::offered) return "offered";
    return answer == rdp_offer::answer::refused ? "refused" : "unknown";
}

const char* key_of(tls_trial::answer answer) {
    if (answer == tls_trial::answer::accepted) return "accepted";
    return answer == tls_trial::answer::refused ? "refused" : "untried";
}

nlohmann::json certificate_json(const transport::certificate_facts& c) {
    return {{"subject", c.subject},
            {"issuer", c.issuer},
            {"names", c.names},
            {"not_before", iso_time(c.not_before)},
            {"not_after", iso_time(c.not_after)},
            {"self_signed", c.is_self_signed},
            {"key", c.key},
            {"signature", c.signature},
            {"sha1", c.sha1},
            {"sha256", c.sha256}};
}

nlohmann::json negotiation_json(const rdp_findings& f, const rdp_verdict& verdict) {
    nlohmann::json document = {{"requires_nla", verdict.requires_nla}, {"requires_tls", verdict.requires_tls}};
    document["negotiates"] = f.reply && f.reply->negotiates;
    if (f.reply && !f.reply->failure) {
        document["selected"] = key_of(f.reply->selected);
        document["flags"] = f.reply->flags;
    }
    if (f.reply && f.reply->failure) document["failure"] = name_of(*f.reply->failure);
    document["protocols"] = nlohmann::json::array();
    for (const auto& offer : f.protocols)
        document["protocols"].push_back(
            {{"protocol", key_of(offer.protocol)}, {"answer", key_of(offer.is)}, {"seen", offer.end.seen}});
    return document;
}

nlohmann::json tls_json(const rdp_findings& f) {
    nlohmann::json document;
    if (f.tls) document = {{"version", f.tls->version}, {"cipher", f.tls->cipher}};
    document["versions"] = nlohmann::json::array();
    for (const auto& trial : f.versions)
        document["versions"].push_back(
            {{"version", trial.version}, {"answer", key_of(trial.is)}, {"seen", trial.end.seen}});
    return document;
}

}  // namespace

std::string rdp_text(const rdp_findings& f, const rdp_verdict& verdict) {
    std::string text;
    if (f.tls && f.tls->certificate) text += certificate_text(*f.tls->certificate);
    if (!f.protocols.empty()) text += "  security protocols\n";
    for (const auto& offer : f.protocols)
        text += "    " + padded(name_of(offer.protocol), 40) + answer_text(offer) + "\n";
    if (verdict.requires_nla)
        text += "    Network Level Authentication is required.\n";
    else if (verdict.requires_tls)
        text += "    TLS is required; Network Level Authentication is not.\n";
    if (!f.versions.empty()) text += "  versions of TLS\n";
    for (const auto& trial : f.versions) text += "    " + padded(trial.version, 6) + answer_text(trial) + "\n";
    for (const auto& note : verdict.notes) text += "  note: " + note + "\n";
    for (const auto& problem : verdict.problems)
        text += "Wrong at " + problem.station + ": " + problem.seen + ". " + problem.advice + "\n";
    if (verdict.problems.empty()) text += "Answers as RDP, up to where a login would begin.\n";
    return text;
}

nlohmann::json rdp_json(const std::vector<passed_station>& stations, const rdp_findings& f,
                        const rdp_verdict& verdict) {
    nlohmann::json document = {
        {"schema", 1}, {"works", verdict.problems.empty()}, {"exit_status", verdict.status}, {"address", f.address}};
    document["stations"] = nlohmann::json::array();
    for (const auto& station : stations)
        document["stations"].push_back(
            {{"station", station.name}, {"found", station.found}, {"took_ms", station.took_ms}});
    document["negotiation"] = negotiation_json(f, verdict);
    document["tls"] = tls_json(f);
    document["certificate"] = nullptr;
    if (f.tls && f.tls->certificate) document["certificate"] = certificate_json(*f.tls->certificate);
    document["problems"] = nlohmann::json::array();
    for (const auto& problem : verdict.problems)
        document["problems"].push_back({{"station", problem.station},
                                        {"seen", problem.seen},
                                        {"advice", problem.advice},
                                        {"internal_error", problem.is_internal_error}});
    document["notes"] = verdict.notes;
    return document;
}

}  // namespace emsctl
