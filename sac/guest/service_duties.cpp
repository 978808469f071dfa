#include "sac/guest/service_duties.hpp"

#include <openssl/sha.h>

#include <algorithm>

#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

constexpr const char* store = "Remote Desktop";
constexpr const char* key_container = "TSSecKeySet1";

event_record remote_connection_manager(unsigned id, unsigned level) {
    event_record out;
    out.provider = "Microsoft-Windows-TerminalServices-RemoteConnectionManager";
    out.provider_guid = "{c76baa63-ae81-421c-b425-340b4b24157f}";
    out.event_source_name = "TermService";
    out.id = id;
    out.qualifiers = level == 2 ? 49152 : level == 3 ? 32768 : 16384;
    out.level = level;
    out.keywords = 0x80000000000000;
    return out;
}

event_record schannel(const windows& os, unsigned id) {
    event_record out;
    out.provider = "Schannel";
    out.provider_guid = "{1f678132-5938-4686-9fdc-c8ff68f15c85}";
    out.id = id;
    out.level = 2;
    out.keywords = 0x8000000000000000;
    for (const auto* p : os.processes.all())
        if (p->image == "lsass.exe") out.process_id = p->pid;
    out.user_sid = "S-1-5-18";
    return out;
}

void log_certificate_failure(windows& os, unsigned id, const std::string& status) {
    auto event = remote_connection_manager(id, 2);
    event.data = {{"", status}};
    event.message =
        id == 1057 ? "The RD Session Host Server has failed to create a new self signed certificate to be used for RD "
                     "Session Host Server authentication on SSL connections. The relevant status code was " +
                         status + "."
                   : "The RD Session Host Server has failed to replace the expired self signed certificate used for RD "
                     "Session Host Server authentication on SSL connections. The relevant status code was " +
                         status + ".";
    os.events.write(std::move(event));
}

// Any opaque bytes will do for a key file; these depend on the machine, so that two machines differ.
std::string key_bytes(const windows& os) {
    std::string out("\x02\0\0\0\0\0\0\0", 8);
    std::string seed = os.machine_guid() + key_container;
    while (out.size() < 2224) {
        unsigned char digest[SHA256_DIGEST_LENGTH];
        SHA256(reinterpret_cast<const unsigned char*>(seed.data()), seed.size(), digest);
        seed.assign(reinterpret_cast<const char*>(digest), sizeof digest);
        out += seed;
    }
    return out;
}

bool is_rdp(const service& what) {
    return text::equal_no_case(what.name, "TermService");
}

// The switches that the service reads when it starts; the policy's wins over the machine's own.
bool lets_remote_desktop_in(const windows& os) {
    const std::string settings = R"(HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server)";
    const auto own = os.reg.dword(settings, "fDenyTSConnections");
    const auto policy =
        os.reg.dword(R"(HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services)", "fDenyTSConnections");
    const auto listener = os.reg.dword(settings + R"(\WinStations\RDP-Tcp)", "fEnableWinStation");
    const auto enabled = os.reg.dword(settings, "TSEnabled");
    return policy.value_or(own.value_or(0)) == 0 && listener.value_or(1) != 0 && enabled.value_or(1) != 0;
}

void begin_remote_desktop(windows& os, const service& what) {
    look_after_rdp_certificate(os);
    if (!os.tls.any()) {
        auto event = schannel(os, 36871);
        event.data = {{"Type", "server"}, {"ErrorState", "10013"}};
        event.message =
            "A fatal error occurred while creating a TLS server credential. The internal error state is 10013.";
        os.events.write(std::move(event));
    }
    if (!os.certs.in(store).empty() && !is_rdp_key_readable(os)) {
        auto event = schannel(os, 36870);
        event.data = {{"Type", "server"}, {"ErrorCode", "0x8009030d"}, {"ErrorStatus", "10001"}};
        event.message =
            "A fatal error occurred when attempting to access the TLS server credential private key. The error code "
            "returned from the cryptographic module is 0x8009030D. The internal error state is 10001.";
        os.events.write(std::move(event));
    }
    if (!lets_remote_desktop_in(os)) return;
    // A taken port leaves the service running without a listener.
    const auto port = os.rdp_port();
    if (os.net.listen(true, port, what.pid, what.name)) os.net.listen(false, port, what.pid, what.name);
}

}  // namespace

void begin_duties(windows& os, const service& what, const service_behaviour& behaviour) {
    for (const auto port : behaviour.tcp) os.net.listen(true, port, what.pid, what.name);
    for (const auto port : behaviour.udp) os.net.listen(false, port, what.pid, what.name);
    if (is_rdp(what)) begin_remote_desktop(os, what);
    if (text::equal_no_case(what.name, "SessionEnv")) look_after_rdp_certificate(os);
}

void end_duties(windows& os, const service& what) {
    os.net.close(what.pid, what.name);
}

bool is_rdp_key_readable(const windows& os) {
    const auto& all = os.certs.in(store);
    const bool has_one = !all.empty() && !all.front().key_file.empty();
    return os.files.read(has_one ? all.front().key_file : os.rdp_key_file(), network_service()).error == 0;
}

bool has_rdp_listener(const windows& os) {
    const auto sockets = os.net.all();
    return std::any_of(sockets.begin(), sockets.end(), [&](const socket_info& s) {
        return s.is_tcp && s.remote_port == 0 && s.local_port == os.rdp_port() &&
               text::equal_no_case(s.component, "TermService");
    });
}

bool has_working_rdp_certificate(const windows& os) {
    const auto& all = os.certs.in(store);
    const auto now = os.clock.utc();
    return is_rdp_key_readable(os) && std::any_of(all.begin(), all.end(), [&](const certificate& c) {
               return c.text.not_before <= now && now < c.text.not_after && !c.key_container.empty();
           });
}

void look_after_rdp_certificate(windows& os) {
    const auto now = os.clock.utc();
    const auto have = os.certs.in(store);
    const bool has_expired = !have.empty() && std::all_of(have.begin(), have.end(), [&](const certificate& c) {
        return c.text.not_after <= now;
    });
    if (!have.empty() && !has_expired) return;
    const unsigned failure = have.empty() ? 1057 : 1058;
    const auto file = os.rdp_key_file();
    const auto system = local_system();
    if (const auto* key = os.files.find(file)) {
        if (!may(key->security, system, rights::file_read | rights::file_write) || !is_rdp_key_readable(os))
            return log_certificate_failure(os, failure, "Access is denied");
    } else {
        if (os.files.write(file, key_bytes(os), system))
            return log_certificate_failure(os, failure, "Keyset does not exist");
        os.files.set_security(file, *parse_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FA;;;BA)"));
    }
    for (const auto& old : have) os.certs.remove(store, old.text.thumbprint);
    self_signed_request request;
    request.common_name = os.name;
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    request.not_before = second;
    request.not_after = second + std::chrono::days(183);
    const auto named = os.machine_guid() + iso_time(now);
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(named.data()), named.size(), digest);
    digest[0] = static_cast<unsigned char>((digest[0] & 0x3f) | 0x10);  // positive, and no leading zero
    request.serial.assign(reinterpret_cast<const char*>(digest), 16);
    const auto der = make_self_signed(request);
    os.certs.add(store, der, key_container, file);
    auto event = remote_connection_manager(1056, 3);
    event.data = {{"", os.name}};
    event.message =
        "A new self signed certificate to be used for RD Session Host Server authentication on SSL connections was "
        "generated. The name on this certificate is " +
        os.name + ". The SHA1 hash of the certificate is provided in the event data.";
    os.events.write(std::move(event));
}

}  // namespace emsctl::guest
