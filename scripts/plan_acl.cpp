#include "scripts/engine.hpp"
#include "scripts/parsers.hpp"
#include "scripts/sha256.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

constexpr std::string_view administrators = "S-1-5-32-544";
constexpr std::uint32_t write_dac = 0x40000;

// Quotes of PowerShell end with typographic ones too; file names with either are not worth the risk.
std::string single_quoted(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\'' || static_cast<unsigned char>(text[i]) < 0x20 || text.compare(i, 2, "\xe2\x80") == 0)
            throw step_error("a path that cannot be quoted: " + text);
    return "'" + text + "'";
}

// The list alone, "D:...", as icacls /restore wants it.
std::string list_of(const std::string& sddl) {
    const auto from = sddl.find("D:");
    if (from == std::string::npos) throw step_error("the file has no access list: " + sddl);
    auto to = sddl.find("S:", from);
    // "S:" may also end a SID's letters inside an entry; the audit list stands outside parentheses.
    while (to != std::string::npos && sddl[to - 1] != ')') to = sddl.find("S:", to + 1);
    const auto list = sddl.substr(from, to == std::string::npos ? to : to - from);
    if (list.find_first_of("\"$`\r\n") != std::string::npos)
        throw step_error("an access list in an unknown form: " + list);
    return list;
}

bool may_change_list(const nlohmann::json& sddl) {
    if (sddl.value("owner", "") == administrators) return true;
    for (const auto& ace : sddl["aces"])
        if (ace["type"] == "A" && ace["sid"] == administrators && (ace["mask"].get<std::uint32_t>() & write_dac))
            return true;
    return false;
}

}  // namespace

asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const acl_step& wanted) {
    const auto path = run.say(wanted.path);
    const auto slash = path.rfind('\\');
    if (slash == std::string::npos || slash + 1 == path.size() || path.find_first_of("*?\"$`") != std::string::npos)
        throw step_error("not the path of one file: " + path);
    reading how;
    how.in = shell::powershell;
    how.command.text = "(Get-Acl -LiteralPath " + single_quoted(path) + ").Sddl";
    how.parse = output_format::sddl;
    how.keep = {"owner", "protected", "aces"};
    const auto now = co_await run.read(how);
    const auto& sddl = now["parsed"];
    const auto text = sddl["text"].get<std::string>();
    std::string grants, missing;
    for (const auto& [sid, right] : wanted.grants) {
        if (sddl_grants(text, right, sid) == 1) continue;
        grants += " *" + sid + ":(" + right + ")";
        missing += (missing.empty() ? "" : ", ") + sid + " " + right;
    }
    if (grants.empty()) co_return std::nullopt;

    change_plan plan;
    plan.from = text;
    plan.to = "also " + missing;
    plan.what = path + ": grants " + missing;
    plan.before["sddl"] = text;
    const auto file = cmd_quoted(path);
    const bool take = !may_change_list(sddl);
    if (take) {
        plan.what += ", after making the administrators its owner";
        plan.commands.push_back({shell::cmd, "takeown /f " + file + " /a", {0}, {}});
    }
    plan.commands.push_back({shell::cmd, "icacls " + file + " /c /grant" + grants, {0}, {}});

    reading where;
    where.command.text = "echo %SystemRoot%";
    const auto root = co_await run.read(where);
    const auto saved = root["parsed"].get<std::string>() + "\\Temp\\emsctl-" + sha256(path).substr(0, 8) + ".acl";
    plan.way_back.push_back({shell::powershell,
                             "[IO.File]::WriteAllText(" + single_quoted(saved) + ", \"" + path.substr(slash + 1) +
                                 "`r`n" + list_of(text) + "`r`n\", [Text.Encoding]::Unicode)",
                             {0},
                             {}});
    const auto folder = slash == 2 ? path.substr(0, 3) : path.substr(0, slash);
    plan.way_back.push_back(
        {shell::cmd, "icacls " + cmd_quoted(folder) + " /restore " + cmd_quoted(saved) + " /c", {0}, {}});
    // takeown destroys the owner, and the saved list does not hold it.
    if (take) {
        const auto owner = sddl.value("owner", "");
        if (!owner.starts_with("S-1-")) throw step_error("the owner of the file is not known: " + text);
        plan.way_back.push_back({shell::cmd, "icacls " + file + " /setowner *" + owner, {0}, {}});
    }
    plan.way_back.push_back({shell::cmd, "del " + cmd_quoted(saved), {0}, {}});
    plan.undo = undo_class::exact;
    plan.present = plan.proof = how;
    plan.present_before = state_of(how, now);
    plan.holds = [list = wanted.grants](const nlohmann::json& result) {
        const auto after = result["parsed"]["text"].get<std::string>();
        for (const auto& [sid, right] : list)
            if (sddl_grants(after, right, sid) != 1) return false;
        return true;
    };
    plan.within = std::chrono::seconds(0);
    co_return plan;
}

}  // namespace emsctl::scripts
