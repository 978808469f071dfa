// tasklist [/svc] [/fi FILTER] [/fo table|list|csv] [/nh], and the plain cases of taskkill.
#include <algorithm>

#include "sac/guest/commands/programs.hpp"
#include "sac/guest/local_time.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

struct filter {
    std::string field, relation, value;

    bool passes(const process_info& p) const {
        const auto number = std::strtoul(value.c_str(), nullptr, 10);
        if (field == "PID") {
            return relation == "EQ"   ? p.pid == number
                   : relation == "NE" ? p.pid != number
                   : relation == "GT" ? p.pid > number
                   : relation == "LT" ? p.pid < number
                   : relation == "GE" ? p.pid >= number
                                      : p.pid <= number;
        }
        const bool same = text::matches_wildcards(p.image, value);
        return relation == "EQ" ? same : !same;
    }
};

std::optional<filter> parse_filter(std::string_view s) {
    filter out;
    std::string* fields[] = {&out.field, &out.relation};
    for (auto* field : fields) {
        const auto end = s.find(' ');
        if (end == std::string_view::npos) return std::nullopt;
        *field = text::upper(s.substr(0, end));
        s.remove_prefix(end);
        while (s.starts_with(' ')) s.remove_prefix(1);
    }
    out.value = s;
    constexpr const char* relations[] = {"EQ", "NE", "GT", "LT", "GE", "LE"};
    const bool is_known = (out.field == "PID" || out.field == "IMAGENAME") &&
                          std::find(std::begin(relations), std::end(relations), out.relation) != std::end(relations);
    if (!is_known || out.value.empty()) return std::nullopt;
    return out;
}

std::string left(std::string text, std::size_t width) {
    text.resize(width, ' ');
    return text;
}
std::string right(const std::string& text, std::size_t width) {
    return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

struct row {
    std::string image, pid, session_name, session, memory;
    std::vector<std::string> services;
};

std::string joined(const std::vector<std::string>& list, const char* separator) {
    std::string out;
    for (const auto& item : list) out += (out.empty() ? "" : separator) + item;
    return out.empty() ? "N/A" : out;
}

// The services column is 44 wide and goes on under itself.
void print_services(process& self, const row& r) {
    std::string line = left(r.image, 25) + " " + right(r.pid, 8) + " ", cell;
    for (std::size_t i = 0; i < r.services.size(); ++i) {
        const auto piece = r.services[i] + (i + 1 < r.services.size() ? ", " : "");
        if (cell.size() + piece.size() > 44 && !cell.empty()) {
            self.out.line(line + left(cell, 44));
            line = std::string(35, ' ');
            cell.clear();
        }
        cell += piece;
    }
    if (r.services.empty()) cell = "N/A";
    self.out.line(line + left(cell, 44));
}

struct options {
    bool services = false, no_header = false;
    std::string format = "table";
    std::vector<filter> filters;
};

int invalid(process& self, const char* tool, const std::string& why) {
    self.err.line("ERROR: " + why);
    self.err.line(std::string("Type \"") + tool + " /?\" for usage.");
    return 1;
}

void print(process& self, const options& want, const std::vector<row>& rows) {
    const bool svc = want.services;
    if (want.format == "csv") {
        if (!want.no_header)
            self.out.line(svc ? R"("Image Name","PID","Services")"
                              : R"("Image Name","PID","Session Name","Session#","Mem Usage")");
        for (const auto& r : rows)
            self.out.line("\"" + r.image + "\",\"" + r.pid + "\",\"" +
                          (svc ? joined(r.services, ",") : r.session_name + "\",\"" + r.session + "\",\"" + r.memory) +
                          "\"");
        return;
    }
    if (want.format == "list") {
        for (const auto& r : rows) {
            self.out.write("\r\nImage Name:   " + r.image + "\r\nPID:          " + r.pid + "\r\n");
            if (svc)
                self.out.line("Services:     " + joined(r.services, ", "));
            else
                self.out.write("Session Name: " + r.session_name + "\r\nSession#:     " + r.session +
                               "\r\nMem Usage:    " + r.memory + "\r\n");
        }
        return;
    }
    self.out.write("\r\n");
    if (!want.no_header) {
        self.out.line(svc ? "Image Name                     PID Services                                    "
                          : "Image Name                     PID Session Name        Session#    Mem Usage");
        self.out.line(svc ? "========================= ======== ============================================"
                          : "========================= ======== ================ =========== ============");
    }
    for (const auto& r : rows) {
        if (svc)
            print_services(self, r);
        else
            self.out.line(left(r.image, 25) + " " + right(r.pid, 8) + " " + left(r.session_name, 16) + " " +
                          right(r.session, 11) + " " + right(r.memory, 12));
    }
}

task<int> tasklist_main(process& self) {
    options want;
    for (std::size_t i = 0; i < self.args.size(); ++i) {
        const auto word = text::lower(self.args[i]);
        const auto next = i + 1 < self.args.size() ? self.args[i + 1] : "";
        if (word == "/svc") {
            want.services = true;
        } else if (word == "/nh") {
            want.no_header = true;
        } else if (word == "/fo" && (++i, true)) {
            want.format = text::lower(next);
            if (want.format != "table" && want.format != "csv" && want.format != "list")
                co_return invalid(self, "TASKLIST",
                                  "Invalid syntax. '" + next + "' value is not allowed for '/fo' option.");
        } else if (word == "/fi" && (++i, true)) {
            const auto parsed = parse_filter(next);
            if (!parsed) {
                self.os.log_refused("tasklist", "tasklist /fi " + next);
                co_return invalid(self, "TASKLIST", "The search filter cannot be recognized.");
            }
            want.filters.push_back(*parsed);
        } else {
            self.os.log_refused("tasklist", "tasklist " + self.args[i]);
            co_return invalid(self, "TASKLIST", "Invalid argument/option - '" + self.args[i] + "'.");
        }
    }
    std::vector<row> rows;
    for (const auto* p : self.os.processes.all()) {
        if (!std::all_of(want.filters.begin(), want.filters.end(), [&](const filter& f) { return f.passes(*p); }))
            continue;
        row r{p->image,
              std::to_string(p->pid),
              p->session == 0 ? "Services" : "Console",
              std::to_string(p->session),
              with_commas(p->memory_kb) + " K",
              {}};
        for (const auto* s : self.os.svc.in_process(p->pid)) r.services.push_back(s->name);
        rows.push_back(std::move(r));
    }
    if (rows.empty())
        self.out.line("INFO: No tasks are running which match the specified criteria.");
    else
        print(self, want, rows);
    co_return 0;
}

task<int> taskkill_main(process& self) {
    std::vector<unsigned> pids;
    bool is_forced = false;
    for (std::size_t i = 0; i < self.args.size(); ++i) {
        const auto word = text::lower(self.args[i]);
        const auto next = i + 1 < self.args.size() ? self.args[i + 1] : "";
        if (word == "/f") {
            is_forced = true;
        } else if (word == "/pid" && (++i, true)) {
            pids.push_back(static_cast<unsigned>(std::strtoul(next.c_str(), nullptr, 10)));
        } else if (word == "/im" && (++i, true)) {
            for (const auto* p : self.os.processes.all())
                if (text::matches_wildcards(p->image, next)) pids.push_back(p->pid);
            if (pids.empty()) {
                self.err.line("ERROR: The process \"" + next + "\" not found.");
                co_return 128;
            }
        } else {
            self.os.log_refused("taskkill", "taskkill " + self.args[i]);
            co_return invalid(self, "TASKKILL", "Invalid argument/option - '" + self.args[i] + "'.");
        }
    }
    int code = 0;
    for (const auto pid : pids) {
        const auto* p = self.os.processes.find(pid);
        if (!p) {
            self.err.line("ERROR: The process \"" + std::to_string(pid) + "\" not found.");
            code = 128;
            continue;
        }
        const auto hosted = self.os.svc.in_process(pid);
        if (p->is_protected || !is_forced || hosted.empty()) {
            self.err.line("ERROR: The process with PID " + std::to_string(pid) + " could not be terminated.");
            self.err.line(p->is_protected || is_forced
                              ? "Reason: Access is denied."
                              : "Reason: This process can only be terminated forcefully (with /F option).");
            code = 1;
            continue;
        }
        std::vector<std::string> names;
        for (const auto* s : hosted) names.push_back(s->name);
        for (const auto& name : names) self.os.svc.fail(name, win32::process_aborted);
        self.out.line("SUCCESS: The process with PID " + std::to_string(pid) + " has been terminated.");
    }
    co_return code;
}

}  // namespace

void add_tasklist_programs(program_table& table) {
    add_program(table, "tasklist", tasklist_main);
    add_program(table, "taskkill", taskkill_main);
}

}  // namespace emsctl::guest
