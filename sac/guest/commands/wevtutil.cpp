// wevtutil qe: events of a channel that fit an XPath query, as XML. The query language is the part the repairs use:
// *[System[...]] with Provider[@Name='x'], EventID, Level, TimeCreated[timediff(@SystemTime) <= ms], and, or, ().
#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include "sac/guest/commands/repair_programs.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

using test = std::function<bool(const event_record&, wall_time now)>;

struct query_error {};

class query_parser {
  public:
    explicit query_parser(std::string_view text) : s_(text) {}

    test parse() {
        blanks();
        if (s_ == "*") return [](const event_record&, wall_time) { return true; };
        need("*");
        need("[");
        need("System");
        need("[");
        auto out = any();
        need("]");
        need("]");
        blanks();
        if (!s_.empty()) throw query_error{};
        return out;
    }

  private:
    void blanks() {
        while (!s_.empty() && (s_[0] == ' ' || s_[0] == '\t')) s_.remove_prefix(1);
    }
    bool take(std::string_view what) {
        blanks();
        if (!s_.starts_with(what)) return false;
        s_.remove_prefix(what.size());
        return true;
    }
    bool take_word(std::string_view what) {
        blanks();
        if (!s_.starts_with(what) || s_.size() == what.size() || (s_[what.size()] != ' ' && s_[what.size()] != '('))
            return false;
        s_.remove_prefix(what.size());
        return true;
    }
    void need(std::string_view what) {
        if (!take(what)) throw query_error{};
    }
    test any() {
        if (++depth_ > 50) throw query_error{};
        auto left = all();
        while (take_word("or")) {
            auto right = all();
            left = [left, right](const event_record& e, wall_time now) { return left(e, now) || right(e, now); };
        }
        --depth_;
        return left;
    }
    test all() {
        auto left = one();
        while (take_word("and")) {
            auto right = one();
            left = [left, right](const event_record& e, wall_time now) { return left(e, now) && right(e, now); };
        }
        return left;
    }
    test one() {
        if (take("(")) {
            auto inner = any();
            need(")");
            return inner;
        }
        if (take("Provider")) {
            need("[");
            auto inner = names();
            need("]");
            return inner;
        }
        if (take("TimeCreated")) {
            need("[");
            need("timediff");
            need("(");
            need("@SystemTime");
            need(")");
            const auto sign = comparison();
            const auto limit = number();
            need("]");
            return [sign, limit](const event_record& e, wall_time now) {
                const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - e.time).count();
                return holds(sign, passed, limit);
            };
        }
        const bool is_level = take("Level");
        if (!is_level) need("EventID");
        const auto sign = comparison();
        const auto wanted = number();
        return [sign, wanted, is_level](const event_record& e, wall_time) {
            return holds(sign, static_cast<std::int64_t>(is_level ? e.level : e.id), wanted);
        };
    }
    test names() {
        need("@Name");
        need("=");
        blanks();
        if (s_.empty() || (s_[0] != '\'' && s_[0] != '"')) throw query_error{};
        const auto end = s_.find(s_[0], 1);
        if (end == std::string_view::npos) throw query_error{};
        const std::string name(s_.substr(1, end - 1));
        s_.remove_prefix(end + 1);
        test out = [name](const event_record& e, wall_time) { return e.provider == name; };
        if (take_word("or")) {
            auto right = names();
            return [out, right](const event_record& e, wall_time now) { return out(e, now) || right(e, now); };
        }
        return out;
    }
    std::string comparison() {
        for (const auto* sign : {"<=", ">=", "!=", "<", ">", "="})
            if (take(sign)) return sign;
        throw query_error{};
    }
    std::int64_t number() {
        blanks();
        std::int64_t out = 0;
        std::size_t digits = 0;
        while (digits < s_.size() && digits < 18 && s_[digits] >= '0' && s_[digits] <= '9')
            out = out * 10 + (s_[digits++] - '0');
        if (!digits) throw query_error{};
        s_.remove_prefix(digits);
        return out;
    }
    static bool holds(const std::string& sign, std::int64_t a, std::int64_t b) {
        if (sign == "<=") return a <= b;
        if (sign == ">=") return a >= b;
        if (sign == "!=") return a != b;
        if (sign == "<") return a < b;
        if (sign == ">") return a > b;
        return a == b;
    }

    std::string_view s_;
    int depth_ = 0;
};

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '\'')
            out += "&apos;";
        else
            out += c;
    }
    return out;
}

std::string xml_of(const event_record& e, const std::string& computer) {
    std::array<char, 32> keywords{};
    std::snprintf(keywords.data(), keywords.size(), "0x%llx", static_cast<unsigned long long>(e.keywords));
    const auto attribute = [](const char* name, const std::string& what) {
        return what.empty() ? std::string() : std::string(" ") + name + "='" + escaped(what) + "'";
    };
    const auto element = [](const char* name, const std::string& what) {
        return std::string("<") + name + ">" + what + "</" + name + ">";
    };
    std::string out = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>";
    out += "<Provider" + attribute("Name", e.provider) + attribute("Guid", e.provider_guid) +
           attribute("EventSourceName", e.event_source_name) + "/>";
    const bool has_qualifiers = e.qualifiers != 0 || e.provider_guid.empty() || !e.event_source_name.empty();
    out += "<EventID" + (has_qualifiers ? attribute("Qualifiers", std::to_string(e.qualifiers)) : "") + ">" +
           std::to_string(e.id) + "</EventID>";
    out += element("Version", std::to_string(e.version)) + element("Level", std::to_string(e.level)) +
           element("Task", std::to_string(e.task)) + element("Opcode", std::to_string(e.opcode)) +
           element("Keywords", keywords.data());
    out += "<TimeCreated SystemTime='" + iso_time(e.time) + "'/>" +
           element("EventRecordID", std::to_string(e.record_id)) + "<Correlation/>";
    out +=
        "<Execution ProcessID='" + std::to_string(e.process_id) + "' ThreadID='" + std::to_string(e.thread_id) + "'/>";
    out += element("Channel", escaped(e.channel)) + element("Computer", escaped(computer)) + "<Security" +
           attribute("UserID", e.user_sid) + "/></System>";
    std::string data;
    for (const auto& [name, what] : e.data) {
        if (e.is_user_data)
            data += "<" + name + ">" + escaped(what) + "</" + name + ">";
        else
            data += "<Data" + attribute("Name", name) + ">" + escaped(what) + "</Data>";
    }
    if (e.is_user_data)
        out += "<UserData><EventXML xmlns='Event_NS'>" + data + "</EventXML></UserData>";
    else
        out += data.empty() ? "<EventData/>" : "<EventData>" + data + "</EventData>";
    return out + "</Event>";
}

int failed(process& self, const std::string& text, int code) {
    self.err.line(text);
    return code;
}

int refuse(process& self, const std::string& what) {
    self.os.log_refused(self.name, "wevtutil " + what);
    return failed(
        self,
        "Invalid option " + what + ". Option name is not specified or is not valid. \r\nThe parameter is incorrect.",
        win32::invalid_parameter);
}

task<int> wevtutil(process& self) {
    if (self.args.empty()) co_return refuse(self, "");
    const auto command = text::lower(self.args[0]);
    if (command != "qe" && command != "query-events") co_return refuse(self, self.args[0]);
    std::string channel, query = "*", format = "xml";
    std::size_t most = SIZE_MAX;
    bool newest_first = false;
    for (std::size_t i = 1; i < self.args.size(); ++i) {
        const auto& arg = self.args[i];
        if (!arg.starts_with('/') && !arg.starts_with('-')) {
            channel = arg;
            continue;
        }
        const auto colon = arg.find(':');
        const auto name = text::lower(arg.substr(1, colon == std::string::npos ? colon : colon - 1));
        const auto what = colon == std::string::npos ? std::string() : arg.substr(colon + 1);
        if (name == "q" || name == "query") {
            query = what;
        } else if (name == "c" || name == "count") {
            if (what.empty() || what.size() > 9 || what.find_first_not_of("0123456789") != std::string::npos)
                co_return refuse(self, arg);
            most = std::stoul(what);
        } else if (name == "rd" || name == "reversedirection") {
            newest_first = text::equal_no_case(what, "true");
        } else if (name == "f" || name == "format") {
            format = text::lower(what);
        } else {
            co_return refuse(self, arg);
        }
    }
    if (channel.empty())
        co_return failed(self, "Too few arguments are supplied. Use wevtutil qe /? for usage.",
                         win32::invalid_parameter);
    if (format != "xml") co_return refuse(self, "/f:" + format);
    if (!self.os.events.has_channel(channel))
        co_return failed(self, "Failed to read events. \r\nThe specified channel could not be found.", 15007);
    test fits;
    try {
        fits = query_parser(query).parse();
    } catch (const query_error&) {
    }
    if (!fits) {
        self.os.log_refused(self.name, "event query " + query);
        co_return failed(self, "Failed to read events. \r\nThe specified query is invalid.", 15001);
    }
    if (text::equal_no_case(channel, "Security") && !self.who.is_elevated)
        co_return failed(self, "Failed to read events. \r\nAccess is denied.", 5);
    std::vector<const event_record*> found;
    for (const auto& one : self.os.events.records())
        if (text::equal_no_case(one.channel, channel) && fits(one, self.os.clock.utc())) found.push_back(&one);
    if (newest_first) std::reverse(found.begin(), found.end());
    for (std::size_t i = 0; i < found.size() && i < most; ++i)
        self.out.line(xml_of(*found[i], self.os.events.computer()));
    co_return 0;
}

}  // namespace

void add_wevtutil_programs(program_table& table) {
    add_program(table, "wevtutil", wevtutil);
}

}  // namespace emsctl::guest
