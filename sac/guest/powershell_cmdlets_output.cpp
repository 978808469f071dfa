// Cmdlets that write: to the pipeline, to the host, as text, CSV or JSON.
#include <nlohmann/json.hpp>

#include "sac/guest/powershell_cmdlets.hpp"

namespace emsctl::guest::powershell {

namespace {

task<void> write_output(call& c) {
    const auto what = c.item ? *c.item : c.arg("InputObject");
    for (auto& one : items_of(what)) co_await c.out.put(one);
}

task<void> write_error(call& c) {
    const auto message = c.item ? to_text(*c.item) : c.text_of("Message");
    const auto id =
        c.has("ErrorId") ? c.text_of("ErrorId") : std::string("Microsoft.PowerShell.Commands.WriteErrorException");
    error_record what{message, id, "NotSpecified", "WriteErrorException", ":", "Write-Error", c.at, false};
    c.has_failed = true;
    c.shell.write_error(what, c.text_of("ErrorAction"));
    co_return;
}

task<void> write_host(call& c) {
    c.shell.host().flush();
    std::string line;
    for (const auto& one : items_of(c.item ? *c.item : c.arg("Object")))
        line += (line.empty() ? "" : " ") + display_text(one);
    c.shell.self().out.write(line + (c.flag("NoNewline") ? "" : "\r\n"));
    co_return;
}

task<void> write_warning(call& c) {
    const auto how = c.shell.preference("WarningPreference");
    if (text::equal_no_case(how, "SilentlyContinue") || text::equal_no_case(how, "Ignore")) co_return;
    c.shell.host().flush();
    c.shell.self().out.line("WARNING: " + (c.item ? to_text(*c.item) : c.text_of("Message")));
}

task<void> write_nothing(call&) {
    co_return;
}

class text_sink : public sink {
  public:
    void write(std::string_view what) override { text += what; }
    std::string text;
};

task<void> out_string(call& c) {
    text_sink to;
    formatter made(to);
    for (std::size_t i = 0; i < c.input.size(); ++i) co_await made.put(c.input[i]);
    made.flush();
    if (c.flag("Stream")) {
        for (auto& line : text::split_lines(to.text)) co_await c.out.put(value(line));
    } else {
        co_await c.out.put(value(to.text));
    }
}

task<void> out_default(call& c) {
    for (std::size_t i = 0; i < c.input.size(); ++i) co_await c.shell.host().put(c.input[i]);
    c.shell.host().flush();
}

std::string csv_field(const value& what) {
    if (what.is_null()) return "";
    std::string out = "\"";
    for (const char ch : display_text(what)) out += ch == '"' ? std::string("\"\"") : std::string(1, ch);
    return out + "\"";
}

task<void> convert_to_csv(call& c) {
    const auto delimiter = c.has("Delimiter") ? c.text_of("Delimiter") : std::string(",");
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < c.input.size(); ++i) {
        const auto* o = c.input[i].as<object_ptr>();
        std::vector<std::pair<std::string, value>> properties;
        if (o)
            properties = (*o)->properties;
        else if (const auto length = property_of(c.input[i], "Length"))
            properties.emplace_back("Length", *length);
        if (i == 0) {
            if (!c.flag("NoTypeInformation")) co_await c.out.put(value("#TYPE " + type_name(c.input[i])));
            std::string header;
            for (const auto& [name, what] : properties) {
                columns.push_back(name);
                header += (header.empty() ? "" : delimiter) + "\"" + name + "\"";
            }
            co_await c.out.put(value(header));
        }
        std::string row;
        for (std::size_t k = 0; k < columns.size(); ++k) {
            value what;
            for (const auto& [name, known] : properties)
                if (name == columns[k]) what = known;
            row += (k ? delimiter : "") + csv_field(what);
        }
        co_await c.out.put(value(row));
    }
}

nlohmann::ordered_json to_json(const value& what, std::int64_t depth) {
    if (what.is_null()) return nullptr;
    if (const auto* b = what.as<bool>()) return *b;
    if (const auto* n = what.as<integer>()) return n->number;
    if (const auto* d = what.as<double>()) return *d;
    if (const auto* e = what.as<enumeration>()) return e->number;
    if (const auto* d = what.as<date_time>()) {
        const auto ms = std::chrono::floor<std::chrono::milliseconds>(to_utc(*d).clock).time_since_epoch().count();
        return "/Date(" + std::to_string(ms) + ")/";
    }
    if (depth < 0) return to_text(what);
    if (is_collection(what)) {
        auto out = nlohmann::ordered_json::array();
        for (const auto& one : items_of(what)) out.push_back(to_json(one, depth - 1));
        return out;
    }
    auto out = nlohmann::ordered_json::object();
    if (const auto* o = what.as<object_ptr>()) {
        for (const auto& [name, one] : (*o)->properties) out[name] = to_json(one, depth - 1);
        return out;
    }
    if (const auto* t = what.as<table_ptr>()) {
        for (const auto& [key, one] : (*t)->entries) out[to_text(key)] = to_json(one, depth - 1);
        return out;
    }
    return to_text(what);
}

task<void> convert_to_json(call& c) {
    // The indented layout of 5.1 is a matter of its own; only the compressed one is known to the last blank.
    if (!c.flag("Compress")) c.refuse("without -Compress");
    const auto depth = c.has("Depth") ? to_integer(c.arg("Depth")) : 2;
    const auto what = c.input.size() == 1 ? c.input[0] : c.input.empty() ? c.arg("InputObject") : make_array(c.input);
    co_await c.out.put(value(to_json(what, depth).dump()));
}

task<void> format_objects(call& c) {
    const bool is_list = std::string_view(c.what.name) == "Format-List";
    std::vector<object_ptr> rows;
    std::vector<std::string> columns;
    for (const auto& item : c.input) {
        const auto* o = item.as<object_ptr>();
        if (!o) {
            co_await c.out.put(item);
            continue;
        }
        if (!c.has("Property")) {
            rows.push_back(*o);
            continue;
        }
        auto row = make_object((*o)->type);
        for (const auto& name : c.list("Property")) {
            if (!name.as<std::string>()) c.refuse("Property (calculated)");
            if (to_text(name) == "*")
                row->properties = (*o)->properties;
            else
                row->set(to_text(name), property_of(item, to_text(name)).value_or(value()));
        }
        rows.push_back(row);
    }
    if (rows.empty()) co_return;
    if (!c.has("Property") && !is_list) columns = rows[0]->columns;
    if (columns.empty())
        for (const auto& [name, what] : rows[0]->properties) columns.push_back(name);
    text_sink to;
    if (is_list)
        write_list(rows, to);
    else
        write_table(rows, columns, to);
    for (auto& line : text::split_lines(to.text)) co_await c.out.put(value(line));
}

}  // namespace

void add_output_cmdlets(cmdlet_table& table) {
    for (const auto& one : {
             cmdlet{"Write-Output", "InputObject@0+ NoEnumerate!", write_output},
             cmdlet{"Write-Error", "Message@0 ErrorId Category", write_error},
             cmdlet{"Write-Host", "Object@0+ NoNewline! ForegroundColor BackgroundColor", write_host},
             cmdlet{"Write-Warning", "Message@0", write_warning},
             cmdlet{"Write-Verbose", "Message@0", write_nothing},
             cmdlet{"Write-Debug", "Message@0", write_nothing},
             cmdlet{"Write-Progress", "Activity@0 Status@1 PercentComplete Completed!", write_nothing},
             cmdlet{"Out-Null", "InputObject", write_nothing, true},
             cmdlet{"Out-String", "Stream! Width", out_string, true},
             cmdlet{"Out-Host", "", out_default, true},
             cmdlet{"Out-Default", "", out_default, true},
             cmdlet{"ConvertTo-Csv", "NoTypeInformation! Delimiter@1", convert_to_csv, true},
             cmdlet{"ConvertTo-Json", "InputObject@0 Depth Compress!", convert_to_json, true},
             cmdlet{"Format-List", "Property@0 Force!", format_objects, true},
             cmdlet{"Format-Table", "Property@0 AutoSize! Wrap! HideTableHeaders!", format_objects, true},
         })
        table[one.name] = one;
}

}  // namespace emsctl::guest::powershell
