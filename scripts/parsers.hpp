// Output of Windows programs -> typed rows. Pure and locale-free: shapes are read (numbers, SIDs, registry types),
// never words. What is not understood is an error that names the line; nothing is guessed.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scripts/runbook.hpp"

namespace emsctl::scripts {

struct parsed {
    nlohmann::json value;
    std::optional<std::string> error;  // "line 3: ...: the text"
};

// By how.parse; fields and separator come from `how` too.
parsed parse_output(std::string_view text, const reading& how);

// {keys: [{key, values: {NAME: {type, data, number}}}], values: of the first key}. Data of a number type also as
// `number`. Subkeys that were only listed have no values.
parsed parse_reg(std::string_view text);
// [{proto, local_address, local_port, foreign_address, foreign_port, state, pid, listening, component, image}]
parsed parse_netstat(std::string_view text);
// {services: [{name, display, type, state, win32_exit, pid, start, delayed, binary, account, depends_on}]}, and the
// members of the first service beside it. For query, queryex, qc and enumdepend.
parsed parse_sc(std::string_view text);
// qwinsta: [{name, user, id, mine, listener}]
parsed parse_sessions(std::string_view text);
// bcdedit /enum: a list of {title, identifier, elements by their names}; a list of values where there are several.
parsed parse_bcd(std::string_view text);
// {owner, group, protected, text, aces: [{type, flags, rights, mask, sid, inherited}]}
parsed parse_sddl(std::string_view text);
// wevtutil /f:xml: [{provider, id, level, time, record, channel, computer, data: [text]}]
parsed parse_events(std::string_view text);
// Quoted fields; a single line without any quote is tasklist's sentence for "none" and gives no rows. With names:
// rows are objects; else lists.
parsed parse_csv(std::string_view text, const std::vector<std::string>& names);
parsed parse_fields(std::string_view text, std::string_view separator, const std::vector<std::string>& names);
parsed parse_lines(std::string_view text);   // lines that are not blank
parsed parse_number(std::string_view text);  // decimal or 0x, and nothing else

// 1: the SDDL's list grants `right` (F M RX R W) to `sid` (a SID or its two letters) and denies nothing of it; 0: not;
// -1: not SDDL, or not a right. Groups the SID may be in are not considered.
int sddl_grants(std::string_view sddl, std::string_view right, std::string_view sid) noexcept;

// The lines of a text without their ends; the last empty one is left out.
std::vector<std::string_view> lines_of(std::string_view text);
std::string_view trimmed(std::string_view text);
parsed not_understood(std::size_t line, std::string_view why, std::string_view text);

}  // namespace emsctl::scripts
