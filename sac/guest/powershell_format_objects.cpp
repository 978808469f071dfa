// What the console host makes of objects: lines of text, tables of a few columns, lists of more.
#include <algorithm>

#include "sac/guest/powershell_interpreter.hpp"

namespace emsctl::guest::powershell {

task<void> collector::put(value what) {
    all.push_back(std::move(what));
    co_return;
}

value collector::result() const {
    if (all.empty()) return {};
    if (all.size() == 1) return all[0];
    return make_array(all);
}

namespace {

bool is_text(const object& o) {
    return !o.text.empty() && o.columns.empty() && o.type != "System.Management.Automation.PSCustomObject";
}

std::string cell(const value& what) {
    if (is_collection(what)) {
        std::string out;
        for (const auto& item : items_of(what)) out += (out.empty() ? "" : ", ") + to_text(item);
        return "{" + out + "}";
    }
    return display_text(what);
}

bool is_right(const value& what) {
    return what.as<integer>() || what.as<double>();
}

}  // namespace

void write_list(const std::vector<object_ptr>& objects, sink& to) {
    to.line("");
    for (const auto& one : objects) {
        to.line("");
        std::size_t width = 0;
        for (const auto& [name, what] : one->properties) width = std::max(width, name.size());
        for (const auto& [name, what] : one->properties)
            to.line(name + std::string(width - name.size(), ' ') + " : " + cell(what));
    }
    to.line("");
    to.line("");
    to.line("");
}

void write_table(const std::vector<object_ptr>& objects, const std::vector<std::string>& columns, sink& to) {
    std::vector<std::size_t> widths;
    for (const auto& column : columns) {
        auto width = column.size();
        for (const auto& one : objects)
            if (const auto* what = one->find(column)) width = std::max(width, cell(*what).size());
        widths.push_back(width);
    }
    const auto line = [&](auto&& text_of, auto&& right) {
        std::string out;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string piece = text_of(i);
            const std::string pad(widths[i] - std::min(widths[i], piece.size()), ' ');
            out += (i ? " " : "") + (right(i) ? pad + piece : piece + pad);
        }
        to.line(out);
    };
    const auto is_number = [&](std::size_t i) {
        const auto* what = objects[0]->find(columns[i]);
        return what && is_right(*what);
    };
    to.line("");
    line([&](std::size_t i) { return columns[i]; }, is_number);
    line([&](std::size_t i) { return std::string(columns[i].size(), '-'); }, is_number);
    for (const auto& one : objects)
        line(
            [&](std::size_t i) {
                const auto* what = one->find(columns[i]);
                return what ? cell(*what) : std::string();
            },
            is_number);
    to.line("");
    to.line("");
}

void write_objects(const std::vector<object_ptr>& objects, sink& to) {
    if (objects.empty()) return;
    auto columns = objects[0]->columns;
    if (columns.empty() && objects[0]->properties.size() <= 4)
        for (const auto& [name, what] : objects[0]->properties) columns.push_back(name);
    if (columns.empty())
        write_list(objects, to);
    else
        write_table(objects, columns, to);
}

sink* formatter::direct() {
    if (!is_host_) return nullptr;
    flush();
    return &to_;
}

void formatter::flush() {
    const auto objects = std::exchange(pending_, {});
    write_objects(objects, to_);
}

task<void> formatter::put(value what) {
    if (what.is_null()) co_return;
    if (const auto* o = what.as<object_ptr>()) {
        if ((*o)->record) {
            flush();
            to_.line(((*o)->record->activity.empty() ? "" : (*o)->record->activity + " : ") + (*o)->record->message);
            co_return;
        }
        if (!is_text(**o)) {
            if (!pending_.empty() && pending_[0]->type != (*o)->type) flush();
            pending_.push_back(*o);
            co_return;
        }
    }
    if (const auto* t = what.as<table_ptr>()) {
        std::vector<object_ptr> rows;
        for (const auto& [key, v] : (*t)->entries) {
            auto row = make_object("System.Collections.DictionaryEntry");
            row->set("Name", key);
            row->set("Value", v);
            rows.push_back(row);
        }
        flush();
        write_objects(rows, to_);
        co_return;
    }
    flush();
    if (is_collection(what)) {
        for (const auto& item : items_of(what)) to_.line(display_text(item));
    } else if (const auto* d = what.as<date_time>()) {
        to_.line("");
        to_.line(format_date(*d, "F"));
        to_.line("");
    } else {
        to_.line(display_text(what));
    }
}

}  // namespace emsctl::guest::powershell
