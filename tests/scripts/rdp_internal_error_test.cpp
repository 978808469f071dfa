// The shipped runbook against answers in the shapes of Windows: a healthy machine, and one with every fault at once
// that is repaired as the commands arrive.
#include <doctest/doctest.h>
#include <unistd.h>

#include "scripts/runner.hpp"
#include "tests/support/registry_machine.hpp"

using namespace emsctl::scripts;
using emsctl::test::fake_target;
using emsctl::test::said;
using emsctl::test::wait_for;

TEST_SUITE_BEGIN("scripts/runbooks/rdp-internal-error");

namespace {

struct recorder : observer {
    void on(const event&) override {}
};

struct windows_answers {
    bool other_has_port = false, other_auto = false, key_ok = true, certificate_ok = true, has_certificate = true,
         tls_off = false, tls_hidden = false;
    fake_target line{[this](const command& c) { return answer(c.text); }};
    std::string key = "D:\\ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys\\f686aace6942fb7f7ceb231212eef4a4_0A-1B";

    static std::string service(const std::string& name, int state, int pid) {
        return "\nSERVICE_NAME: " + name +
               "\n        TYPE               : 10  WIN32_OWN_PROCESS\n        STATE              : " +
               std::to_string(state) + "  " + (state == 4 ? "RUNNING" : "STOPPED") +
               " \n                                (STOPPABLE, NOT_PAUSABLE)\n        WIN32_EXIT_CODE    : 0  (0x0)\n"
               "        SERVICE_EXIT_CODE  : 0  (0x0)\n        CHECKPOINT         : 0x0\n        WAIT_HINT          : "
               "0x0\n"
               "        PID                : " +
               std::to_string(pid) + "\n        FLAGS              : \n";
    }
    static std::string config(const std::string& name, const std::string& start) {
        return "[SC] QueryServiceConfig SUCCESS\n\nSERVICE_NAME: " + name +
               "\n        TYPE               : 10  WIN32_OWN_PROCESS\n        START_TYPE         : " + start +
               "\n        ERROR_CONTROL      : 1   NORMAL\n        BINARY_PATH_NAME   : C:\\x y\\a.exe\n        "
               "LOAD_ORDER_GROUP   : \n"
               "        TAG                : 0\n        DISPLAY_NAME       : A B\n        DEPENDENCIES       : \n"
               "        SERVICE_START_NAME : LocalSystem\n";
    }
    std::string protocols() const {
        return std::string("\nHKEY_LOCAL_MACHINE\\x\n    Enabled    REG_DWORD    ") + (tls_off ? "0x0" : "0x1") +
               "\n    DisabledByDefault    REG_DWORD    " + (tls_hidden ? "0x1" : "0x0") + "\n\n";
    }
    outcome answer(const std::string& t) {
        const auto has = [&](const char* part) { return t.find(part) != t.npos; };
        if (has("MachineGuid")) return said("\nHKEY_LOCAL_MACHINE\\x\n    MachineGuid    REG_SZ    0A-1B\n\n");
        if (t == "hostname") return said("vm\n");
        if (has("S-1-16-12288")) return said("Etikett  S-1-16-12288\n");
        if (has("/v PortNumber")) return said("\nHKEY_LOCAL_MACHINE\\x\n    PortNumber    REG_DWORD    0xd3e\n\n");
        const std::string head = "\nActive Connections\n\n  Proto  Local Address  Foreign Address  State  PID\n";
        if (has("TCPv6"))
            return said(head + "  TCP    [::]:3390    [::]:0    LISTENING    " + (other_has_port ? "77" : "416") +
                        "\n");
        if (has("netstat"))
            return said(head + "  TCP    0.0.0.0:3390    0.0.0.0:0    LISTENING    " + (other_has_port ? "77" : "416") +
                        "\n");
        if (has("PID eq 77")) return said("\"a.exe\",\"77\",\"Port Eater\"\n");
        if (has("PID eq 416")) return said("\"svchost.exe\",\"416\",\"TermService\"\n");
        if (has("queryex TermService")) return said(service("TermService", 4, 416));
        if (has("Get-Process -Id 416")) return said("since|2026-02-01T00:00:05.0000000Z\n");
        if (has("queryex")) return said(service("Port Eater", other_has_port ? 4 : 1, 77));
        if (has("enumdepend")) return said("Enum: entriesRead  = 0\n");
        if (has("sc query \"Port Eater\"")) return said(service("Port Eater", other_has_port ? 4 : 1, 0));
        if (has("sc qc \"Port Eater\""))
            return said(config("Port Eater", other_auto ? "2   AUTO_START" : "3   DEMAND_START"));
        if (has("sc config \"Port Eater\" start= demand")) return other_auto = false, said("ok");
        if (has("Stop-Service -Name 'Port Eater'")) return other_has_port = false, said("");
        if (has("sc query")) return said(service("TermService", 4, 416));
        if (has("sc qc TermService")) return said(config("TermService", "3   DEMAND_START"));
        if (t == "qwinsta")
            return said(" SESSIONNAME  USERNAME  ID  STATE\n services    0  Disc\n>console    ann    1  Active\n" +
                        std::string(other_has_port ? "" : " rdp-tcp    65536  Listen\n"));
        if (has("echo %ProgramData%")) return said("D:\\ProgramData\n");
        if (has("echo %SystemRoot%")) return said("D:\\Windows\n");
        if (has("dir /b")) return said("f686aace6942fb7f7ceb231212eef4a4_0a-1b\n");
        if (has("Get-Acl"))
            return said(std::string("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)") + (key_ok ? "(A;;FR;;;NS)" : "") + "\n");
        if (has("icacls") && has("/grant *S-1-5-20:(R)")) return key_ok = true, said("");
        if (has("SSLCertificateSHA1Hash")) return said("", 1);
        if (has("now|")) return said("now|2026-03-01T00:00:00.0000000Z\n");
        if (has("Remove-Item")) return has_certificate = false, said("");
        if (has("ToBase64String")) return said("AAEC\n");
        if (has("'cert|"))
            return said(!has_certificate
                            ? ""
                            : std::string("cert|AB12|2025-08-01T00:00:00.0000000Z|") +
                                  (certificate_ok ? "2026-08-01" : "2026-02-01") + "T00:00:00.0000000Z|True|CN=vm\n");
        if (has("Cert:")) return said(has_certificate ? "AB12\n" : "");
        if (has("wevtutil")) return said("");
        if (has("Restart-Service -Name SessionEnv")) {
            has_certificate = certificate_ok = true;
            return said("");
        }
        if (has("Restart-Service -Name TermService")) return said("");
        if (has("reg add")) {
            (has("DisabledByDefault") ? tls_hidden : tls_off) = false;
            return said("");
        }
        if (has("TLS 1.2")) return said(protocols());
        if (has("PartOfDomain")) return said("machine|VM|False|WORKGROUP\n");
        if (has("LastBootUpTime")) return said("boot|20260201000000.500000+000\n");
        return said("", 9009);
    }
};

}  // namespace

TEST_CASE("a healthy machine is found healthy, and nothing is changed") {
    const auto book = *find_runbook("rdp-internal-error").book;
    windows_answers w;
    recorder watcher;
    const auto r = wait_for(run_runbook(book, w.line, watcher, {}));
    INFO(to_text(r));
    CHECK(r.result == run_result::healthy);
    CHECK(r.warnings.empty());
    CHECK(w.line.changes_sent() == 0);
}

TEST_CASE("everything broken at once is explained, repaired, restarted and proved") {
    const auto book = *find_runbook("rdp-internal-error").book;
    windows_answers w;
    w.other_has_port = w.other_auto = w.tls_off = w.tls_hidden = true;
    w.key_ok = w.certificate_ok = false;
    recorder watcher;
    const auto looked = wait_for(run_runbook(book, w.line, watcher, {}));
    INFO(to_text(looked));
    CHECK(looked.result == run_result::faults_found);
    CHECK(w.line.changes_sent() == 0);
    CHECK(looked.changes.size() == 9);

    char name[] = "/tmp/emsctl-rdp-XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(name);
    run_options options;
    options.mode = run_mode::apply;
    options.journal = folder / "j";
    options.looked = &looked;
    options.variables = {
        {"stop_other_service", "port eater"}, {"other_service_on_demand", "yes"}, {"restart_now", "yes"}};
    const auto r = wait_for(run_runbook(book, w.line, watcher, options));
    std::filesystem::remove_all(folder);
    CAPTURE(to_text(r));
    CHECK(r.result == run_result::repaired);
    CHECK(w.line.restarts == 1);
    CHECK(!w.line.was_sent("takeown"));  // the administrators may change the list already
    for (const auto& c : r.changes) CHECK(c.how == change::state::done);
}

TEST_SUITE_END();
