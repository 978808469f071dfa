// Cmdlets that choose, order and reshape what goes through a pipeline.
#include <algorithm>

#include "sac/guest/powershell_cmdlets.hpp"

namespace emsctl::guest::powershell {

namespace {

task<void> for_each_object(call& c) {
    if (c.has("Begin") || c.has("End")) c.refuse("Begin");
    const auto process = c.arg("Process");
    const auto item = c.item.value_or(value());
    if (const auto* block = process.as<block_ref>()) {
        const auto outer = c.shell.get("_");
        c.shell.set_here("_", item);
        std::exception_ptr thrown;
        try {
            co_await c.shell.run_block(*block->body, c.out);
        } catch (const return_thrown&) {
        } catch (...) {
            thrown = std::current_exception();
        }
        c.shell.set_here("_", outer);
        if (thrown) std::rethrow_exception(thrown);
        co_return;
    }
    const auto name = to_text(process);
    auto found = property_of(item, name);
    if (!found) found = method_of(c.shell, item, name, {});
    if (found && !found->is_null()) co_await c.out.put(*found);
}

task<void> where_object(call& c) {
    if (!c.item) co_return;
    bool keeps = false;
    const auto filter = c.arg("FilterScript");
    if (const auto* block = filter.as<block_ref>()) {
        const auto answer = co_await c.shell.call_with_item(*block->body, *c.item);
        keeps = to_bool(answer);
    } else {
        const auto what = property_of(*c.item, to_text(filter)).value_or(value());
        keeps = to_bool(what);
        for (const auto* sign :
             {"EQ", "NE", "GT", "GE", "LT", "LE", "Like", "NotLike", "Match", "NotMatch", "In", "Contains"})
            if (c.has(sign)) keeps = to_bool(binary_result(c.shell, "-" + text::lower(sign), what, c.arg(sign)));
    }
    if (keeps) co_await c.out.put(*c.item);
}

// A property by name, or what a block or @{n=;e=} makes of the item.
task<value> selected(call& c, const value property, const value item) {
    value wanted = property;
    if (const auto* t = property.as<table_ptr>()) {
        for (const auto* key : {"e", "Expression"})
            if (const auto* found = (*t)->find(value(key))) wanted = *found;
    }
    if (const auto* block = wanted.as<block_ref>()) {
        auto made = co_await c.shell.call_with_item(*block->body, item);
        co_return made;
    }
    co_return property_of(item, to_text(wanted)).value_or(value());
}

std::string label_of(const value& property) {
    if (const auto* t = property.as<table_ptr>())
        for (const auto* key : {"n", "Name", "l", "Label"})
            if (const auto* found = (*t)->find(value(key))) return to_text(*found);
    return to_text(property);
}

task<void> select_object(call& c) {
    auto items = std::move(c.input);
    const auto size = static_cast<std::int64_t>(items.size());
    const auto at = [&](std::int64_t n) { return items.begin() + std::clamp<std::int64_t>(n, 0, size); };
    if (c.has("Index")) {
        values picked;
        for (const auto& n : c.list("Index"))
            if (to_integer(n) >= 0 && to_integer(n) < size)
                picked.push_back(items[static_cast<std::size_t>(to_integer(n))]);
        items = picked;
    } else {
        const auto skip = c.has("Skip") ? to_integer(c.arg("Skip")) : 0;
        auto begin = at(skip), end = items.end();
        if (c.has("First")) end = at(skip + to_integer(c.arg("First")));
        if (c.has("Last")) begin = at(std::max(skip, size - to_integer(c.arg("Last"))));
        items = values(begin, std::max(begin, end));
    }
    values seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
        value made = items[i];
        if (c.has("ExpandProperty")) {
            const auto name = c.text_of("ExpandProperty");
            const auto found = property_of(items[i], name);
            if (!found) {
                c.error("Property \"" + name + "\" cannot be found.", "ExpandPropertyNotFound", "InvalidArgument",
                        "PSArgumentException", to_text(items[i]) + ":PSObject");
                continue;
            }
            for (auto& one : items_of(*found)) co_await c.out.put(one);
            continue;
        }
        if (c.has("Property")) {
            auto picked = make_object("System.Management.Automation.PSCustomObject");
            const auto properties = c.list("Property");
            for (std::size_t k = 0; k < properties.size(); ++k) {
                const auto label = label_of(properties[k]);
                if (label == "*") {
                    if (const auto* o = items[i].as<object_ptr>())
                        for (const auto& [name, what] : (*o)->properties) picked->set(name, what);
                    continue;
                }
                auto what = co_await selected(c, properties[k], items[i]);
                picked->set(label, std::move(what));
            }
            made = value(picked);
        }
        if (c.flag("Unique")) {
            const auto text = to_text(made);
            if (std::any_of(seen.begin(), seen.end(), [&](const value& old) { return to_text(old) == text; })) continue;
            seen.push_back(made);
        }
        co_await c.out.put(made);
    }
}

task<void> sort_object(call& c) {
    std::vector<std::pair<values, value>> keyed;
    auto properties = c.list("Property");
    for (std::size_t i = 0; i < c.input.size(); ++i) {
        values keys;
        for (std::size_t k = 0; k < properties.size(); ++k) {
            auto key = co_await selected(c, properties[k], c.input[i]);
            keys.push_back(std::move(key));
        }
        if (properties.empty()) keys.push_back(c.input[i]);
        keyed.emplace_back(std::move(keys), c.input[i]);
    }
    const bool is_descending = c.flag("Descending");
    const auto order = [&](const values& a, const values& b) {
        for (std::size_t i = 0; i < a.size(); ++i) {
            int way = 0;
            try {
                way = compare_values(a[i], b[i]);
            } catch (const value_error&) {
                way = compare_values(value(to_text(a[i])), value(to_text(b[i])));
            }
            if (way) return way;
        }
        return 0;
    };
    std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
        const auto way = order(a.first, b.first);
        return is_descending ? way > 0 : way < 0;
    });
    for (std::size_t i = 0; i < keyed.size(); ++i) {
        if (c.flag("Unique") && i > 0 && order(keyed[i - 1].first, keyed[i].first) == 0) continue;
        co_await c.out.put(keyed[i].second);
    }
}

task<void> measure_object(call& c) {
    auto made = make_object("Microsoft.PowerShell.Commands.GenericMeasureInfo");
    made->set("Count", value(static_cast<int>(c.input.size())));
    double sum = 0;
    value least, most;
    const bool has_numbers = c.flag("Sum") || c.flag("Average") || c.flag("Maximum") || c.flag("Minimum");
    for (const auto& item : c.input) {
        if (!has_numbers) break;
        const auto what = c.has("Property") ? property_of(item, c.text_of("Property")).value_or(value()) : item;
        sum += std::get<double>(cast_to("double", what, 0).is);
        if (least.is_null() || compare_values(what, least) < 0) least = what;
        if (most.is_null() || compare_values(what, most) > 0) most = what;
    }
    made->set("Average",
              c.flag("Average") && !c.input.empty() ? value(sum / static_cast<double>(c.input.size())) : value());
    made->set("Sum", c.flag("Sum") ? value(sum) : value());
    made->set("Maximum", c.flag("Maximum") ? most : value());
    made->set("Minimum", c.flag("Minimum") ? least : value());
    made->set("Property", c.arg("Property"));
    co_await c.out.put(value(made));
}

task<void> group_object(call& c) {
    std::vector<std::pair<value, values>> groups;
    for (std::size_t i = 0; i < c.input.size(); ++i) {
        auto key = c.input[i];
        if (c.has("Property")) key = co_await selected(c, c.arg("Property"), c.input[i]);
        auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto& g) { return equal_values(g.first, key, false); });
        if (found == groups.end()) found = groups.insert(groups.end(), {key, {}});
        found->second.push_back(c.input[i]);
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
        auto made = make_object("Microsoft.PowerShell.Commands.GroupInfo");
        made->set("Count", value(static_cast<int>(groups[i].second.size())));
        made->set("Name", to_text(groups[i].first));
        made->set("Group", make_array(groups[i].second));
        co_await c.out.put(value(made));
    }
}

}  // namespace

void add_object_cmdlets(cmdlet_table& table) {
    for (const auto& one : {
             cmdlet{"ForEach-Object", "Process@0 Begin End InputObject", for_each_object},
             cmdlet{"Where-Object", "FilterScript@0 Property EQ NE GT GE LT LE Like NotLike Match NotMatch In Contains",
                    where_object},
             cmdlet{"Select-Object", "Property@0 First Last Skip Index ExpandProperty Unique!", select_object, true},
             cmdlet{"Sort-Object", "Property@0 Descending! Unique!", sort_object, true},
             cmdlet{"Measure-Object", "Property@0 Sum! Average! Maximum! Minimum!", measure_object, true},
             cmdlet{"Group-Object", "Property@0", group_object, true},
         })
        table[one.name] = one;
}

}  // namespace emsctl::guest::powershell
