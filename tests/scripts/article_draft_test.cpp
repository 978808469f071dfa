// Drafts: what they may do, that the parser takes them whatever the article holds, and that proposals can be taken.
#include "scripts/article/article_draft.hpp"

#include <doctest/doctest.h>

#include <random>
#include <sstream>

#include "scripts/article/article_reader.hpp"
#include "scripts/runbook_lint.hpp"

using namespace emsctl::scripts;

namespace {

const std::string german = R"(---
title: "Der Zeitdienst läuft nicht"
---
# Der Zeitdienst läuft nicht

## Nachsehen

1. In der Eingabeaufforderung:

   ```console
   C:\>sc query <Service Name>
   ```

2. Und `reg query HKLM\SYSTEM\Select /v Current` dazu.

## Beheben

```cmd
sc config <ServiceName> start= auto
sc start <ServiceName>
sc stop spooler sc start spooler
```

```powershell
Set-ItemProperty -Path 'HKLM:\SOFTWARE\Contoso' -Name Port -Value $Port -Type DWord
Restart-Computer
```
)";

const std::string japanese = R"(# ディスクの修復

修復するには、次を実行します。

```
reg load HKLM\OFF F:\Windows\System32\config\SYSTEM
reg add "HKLM\OFF\Setup" /v CmdLine /t REG_SZ /d "{{x}}" /f
reg unload HKLM\OFF
bcdedit /store F:\boot\bcd /set {<識別子>} recoveryenabled no
```

- `chkdsk F: /f`
)";

const std::string portuguese = R"(## Conexão

| Caso | Comando |
|---|---|
| Serviço | `net start [nome do serviço]` |

```azurepowershell
$vm = Get-AzVM -Name "<VM name>"
```

    netsh advfirewall firewall set rule name="<REGRA>" new enable=yes
)";

std::string errors_of(const std::string& yaml) {
    std::string all;
    for (const auto& error : parse_runbook(yaml, "a.yaml").errors) all += to_string(error) + "\n";
    return all;
}

runbook_draft draft_of(const std::string& markdown) {
    return draft_runbook(markdown, "a", "a.md");
}

// Each step by hand that has a proposal gives way to it, as a person would do it.
std::string with_proposals(const std::string& yaml) {
    std::istringstream lines(yaml);
    std::string out, step;
    bool taking = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("  ## In its place")) {
            step.clear();
            taking = true;
        } else if (taking && line.starts_with("  # ")) {
            out += "  " + line.substr(4) + "\n";
        } else {
            taking = false;
            if (line.starts_with("  - name:")) {
                out += step;
                step.clear();
            }
            step += line + "\n";
        }
    }
    return out + step;
}

const draft_step* step_with(const runbook_draft& draft, const std::string& part) {
    for (const auto& step : draft.steps)
        if (step.command.find(part) != std::string::npos) return &step;
    return nullptr;
}

}  // namespace

TEST_SUITE("scripts/article_draft") {
    TEST_CASE("a draft lints clean and cannot change anything: it reads, asks, and leaves the rest to a person") {
        for (const auto& article : {german, japanese, portuguese}) {
            const auto draft = draft_of(article);
            std::string said;
            for (const auto& message : lint_runbook(draft.yaml, "a.yaml")) said += to_string(message) + "\n";
            CHECK(said == "");
            const auto parsed = parse_runbook(draft.yaml, "a.yaml");
            REQUIRE(parsed.book);
            for (const auto* step : all_steps(*parsed.book, true)) {
                const bool is_harmless = std::holds_alternative<read_step>(step->action) ||
                                         std::holds_alternative<decision_step>(step->action) ||
                                         std::holds_alternative<manual_step>(step->action);
                CHECK(is_harmless);
                if (const auto* d = std::get_if<decision_step>(&step->action)) CHECK_FALSE(d->safe);
            }
            for (const auto& v : parsed.book->variables) CHECK(v.fallback.is_null());
        }
    }

    TEST_CASE("the proposals beside the steps by hand are steps that the parser takes") {
        for (const auto& article : {german, japanese, portuguese}) {
            const auto yaml = with_proposals(draft_of(article).yaml);
            CAPTURE(yaml);
            CHECK(errors_of(yaml) == "");
        }
        const auto taken = with_proposals(draft_of(german).yaml);
        CHECK(taken.find("    service:\n      name: \"{{ service_name }}\"\n      start: auto\n") != std::string::npos);
        CHECK(taken.find("    restart:\n") != std::string::npos);
    }

    TEST_CASE("reading and changing are told apart by the gate, and what is not known has high risk") {
        const auto draft = draft_of(german);
        CHECK(draft.title == "Der Zeitdienst läuft nicht");
        REQUIRE(step_with(draft, "sc query"));
        CHECK(step_with(draft, "sc query")->kind == drafted_as::reads);
        CHECK(step_with(draft, "reg query")->kind == drafted_as::reads);
        CHECK(step_with(draft, "sc start <")->kind == drafted_as::changes);
        CHECK(step_with(draft, "sc start <")->risk == risk_level::medium);
        CHECK(step_with(draft, "sc stop spooler")->risk == risk_level::high);
        CHECK(step_with(draft_of("```cmd\nfrobnicate /now\n```\n"), "frob")->kind == drafted_as::unknown);
        CHECK(step_with(draft_of("```cmd\nfrobnicate /now\n```\n"), "frob")->risk == risk_level::high);
        CHECK(step_with(draft_of(portuguese), "Get-AzVM")->kind == drafted_as::outside);
    }

    TEST_CASE("what lowers security is of high risk, and what no runbook may do is not proposed") {
        const auto weak =
            draft_of("```cmd\nreg add \"HKLM\\SYSTEM\\A\\RDP-Tcp\" /v UserAuthentication /t REG_DWORD /d 0 /f\n```\n");
        CHECK(weak.steps.at(0).risk == risk_level::high);
        CHECK(weak.yaml.find("#   risk: high") != std::string::npos);
        const auto fatal = draft_of(
            "```cmd\nreg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\LSM /v Start /t REG_DWORD /d 4 /f\n```\n");
        CHECK(fatal.yaml.find("In its place") == std::string::npos);
        CHECK(fatal.yaml.find("No step is proposed") != std::string::npos);
    }

    TEST_CASE("placeholders become variables, one for all spellings, and are asked for before they are needed") {
        const auto draft = draft_of(german);
        REQUIRE(draft.variables.size() == 2);
        CHECK(draft.variables[0].name == "service_name");
        CHECK(draft.variables[0].spellings.size() == 2);
        CHECK(draft.variables[1].name == "port");
        CHECK(draft.yaml.find("cmd: \"sc query {{ service_name }}\"") != std::string::npos);
        CHECK(draft.yaml.find("-Value ''{{ port }}'' -Type") != std::string::npos);
        CHECK(draft.yaml.find("decision: {variable: service_name}") < draft.yaml.find("id: s1-"));
        const auto other = draft_of(japanese);
        REQUIRE(other.variables.size() == 2);
        CHECK(other.variables[0].name == "drive_f");
        CHECK(other.variables[1].name == "value_2");
        CHECK(draft_of(portuguese).variables.size() == 3);
    }

    TEST_CASE("a reading command that was cut off or glued is not run either, and a pager is left out") {
        CHECK(step_with(draft_of("```cmd\nreg query \"HKLM\\A\n```\n"), "reg")->kind != drafted_as::reads);
        CHECK(step_with(draft_of("```cmd\nsc query a sc query b\n```\n"), "sc")->kind != drafted_as::reads);
        const auto paged = draft_of("```cmd\nnetstat -ano | more\n```\n");
        CHECK(paged.steps.at(0).kind == drafted_as::reads);
        CHECK(paged.yaml.find("cmd: \"netstat -ano\"") != std::string::npos);
    }

    TEST_CASE("an article without commands gives no draft") {
        CHECK(draft_of("").yaml.empty());
        CHECK(draft_of("# Words\n\nnothing but words\n").steps.empty());
    }

    TEST_CASE("an endless article ends where a runbook does, in little time") {
        std::string many = "```cmd\n", labels = "```cmd\n", open = "```powershell\n", deep;
        for (int i = 0; i < 20'000; ++i) {
            many += "reg add HKLM\\A /v B" + std::to_string(i) + " /t REG_DWORD /d 1 /f\n";
            labels += "sc query <name " + std::to_string(i) + ">\n";
            open += "Get-Service (\n";
        }
        for (int i = 0; i < 700; ++i) deep += std::string(static_cast<std::size_t>(i) * 2, ' ') + "- a\n";
        for (const auto& text :
             {many, labels, open, deep, "```cmd\n" + std::string(1u << 20, 'x'), std::string(1u << 20, '>'),
              std::string(1u << 20, '['), "```cmd\necho " + std::string(1u << 20, '<')}) {
            const auto draft = draft_of(text);
            if (!draft.yaml.empty()) CHECK(errors_of(draft.yaml) == "");
        }
        const auto cut = draft_of(many);
        CHECK(cut.findings.back().code == "too-long");
    }

    TEST_CASE("whatever an article holds, its draft is a runbook that only looks") {
        const std::vector<std::string> pieces{german,
                                              japanese,
                                              portuguese,
                                              "```",
                                              "~~~\n",
                                              "`",
                                              "{{ x }}",
                                              "{{",
                                              "}}",
                                              "<a b>",
                                              "<<c>>",
                                              "{<d>}",
                                              "[e f]",
                                              "E:\\x ",
                                              "$name ",
                                              "\"",
                                              "'",
                                              "\n",
                                              "\n\n",
                                              "    ",
                                              "- ",
                                              "> ",
                                              "# ",
                                              "\t",
                                              "\x01",
                                              "\xff",
                                              "\xe2\x80",
                                              "|",
                                              "&&",
                                              "(",
                                              ")",
                                              "{",
                                              "}",
                                              "sc query ",
                                              "reg add ",
                                              "Get-Service ",
                                              "Stop-Service ",
                                              "%a%",
                                              "^\n",
                                              "`\n",
                                              ": ",
                                              "##",
                                              "---\n",
                                              "\u2028",
                                              "\u0085",
                                              "<pre>",
                                              "SAC>",
                                              "PS C:\\>",
                                              "diskpart\n",
                                              "```powershell\n",
                                              "```cmd\n",
                                              "%",
                                              "\\",
                                              "*",
                                              "**",
                                              "@'\n",
                                              "\r\n"};
        std::mt19937 random(7);
        int drafted = 0;
        for (int i = 0; i < 1500; ++i) {
            std::string text;
            const auto count = 1 + random() % 40;
            for (unsigned k = 0; k < count; ++k) {
                const auto& piece = pieces[random() % pieces.size()];
                const auto from = piece.size() > 20 ? random() % piece.size() : 0;
                text += piece.substr(from, piece.size() > 20 ? 1 + random() % 120 : piece.size());
            }
            const auto draft = draft_of(text);
            if (draft.yaml.empty()) continue;
            ++drafted;
            CAPTURE(text);
            const auto parsed = parse_runbook(draft.yaml, "a.yaml");
            std::string errors;
            for (const auto& error : parsed.errors) errors += to_string(error) + "\n";
            REQUIRE(errors == "");
            for (const auto* step : all_steps(*parsed.book, true))
                REQUIRE((!acts(*step) || std::holds_alternative<manual_step>(step->action)));
            REQUIRE(errors_of(with_proposals(draft.yaml)) == "");
        }
        CHECK(drafted > 300);
    }
}
