#include "sac/guest/powershell_interpreter.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest::powershell {

namespace {

error_record method_missing(const value& what, const std::string& name, const node& at) {
    if (what.is_null())
        return {"You cannot call a method on a null-valued expression.",
                "InvokeMethodOnNull",
                "InvalidOperation",
                "RuntimeException",
                "",
                "",
                &at,
                false};
    return {
        "Method invocation failed because [" + type_name(what) + "] does not contain a method named '" + name + "'.",
        "MethodNotFound",
        "InvalidOperation",
        "RuntimeException",
        name + ":String",
        "",
        &at,
        false};
}

bool is_counting(const std::string& name) {
    return text::equal_no_case(name, "Count") || text::equal_no_case(name, "Length");
}

value index_of(const value& object, const value& key, const node& at) {
    if (object.is_null())
        throw terminating{{"Cannot index into a null array.", "NullArray", "InvalidOperation", "RuntimeException", "",
                           "", &at, false}};
    if (const auto* t = object.as<table_ptr>()) {
        const auto* found = (*t)->find(key);
        return found ? *found : value();
    }
    if (is_collection(key)) {
        values out;
        for (const auto& one : items_of(key)) out.push_back(index_of(object, one, at));
        return make_array(std::move(out));
    }
    const auto pick = [&](std::size_t size) -> std::optional<std::size_t> {
        auto n = to_integer(key);
        if (n < 0) n += static_cast<std::int64_t>(size);
        if (n < 0 || n >= static_cast<std::int64_t>(size)) return std::nullopt;
        return static_cast<std::size_t>(n);
    };
    if (const auto* s = object.as<std::string>()) {
        const auto n = pick(s->size());
        return n ? value(s->substr(*n, 1)) : value();
    }
    if (is_collection(object)) {
        const auto items = items_of(object);
        const auto n = pick(items.size());
        return n ? items[*n] : value();
    }
    throw terminating{{"Unable to index into an object of type " + type_name(object) + ".", "CannotIndex",
                       "InvalidOperation", "RuntimeException", to_text(key) + ":" + type_name(key).substr(7), "", &at,
                       false}};
}

}  // namespace

void interpreter::raise(const value_error& what, const node& at) const {
    raise({what.message, what.id, what.category, what.type, "", "", &at, false});
}

task<value> interpreter::eval_statement(const node& statement) {
    if (statement.what == kind::pipeline && statement.kids.size() == 1 && statement.kids[0]->what == kind::expression &&
        statement.kids[0]->redirections.empty()) {
        auto what = co_await eval(*statement.kids[0]->kids[0]);
        co_return what;
    }
    if (statement.what == kind::assign) {
        co_await assignment(statement);
        auto what = co_await eval(*statement.kids[0]);
        co_return what;
    }
    collector all;
    co_await run_statement(statement, all);
    co_return all.result();
}

task<value> interpreter::eval(const node& n) {
    switch (n.what) {
        case kind::constant: {
            if (n.flag)  // a bare word that is a number is one
                if (auto number = parse_number(n.text)) co_return *number;
            co_return n.constant;
        }
        case kind::expandable: {
            auto made = co_await eval_text(n);
            co_return made;
        }
        case kind::variable:
            co_return get(n.text);
        case kind::list: {
            values items;
            for (const auto& one : n.kids) {
                auto item = co_await eval(*one);
                items.push_back(std::move(item));
            }
            co_return make_array(std::move(items));
        }
        case kind::array_of:
        case kind::sub: {
            collector all;
            co_await run(*n.kids[0], all);
            if (n.what == kind::sub) co_return all.result();
            co_return make_array(std::move(all.all));
        }
        case kind::paren: {
            auto what = co_await eval_statement(*n.kids[0]);
            co_return what;
        }
        case kind::hash: {
            auto made = std::make_shared<table>();
            for (std::size_t i = 0; i + 1 < n.kids.size(); i += 2) {
                const auto key = co_await eval(*n.kids[i]);
                auto what = co_await eval_statement(*n.kids[i + 1]);
                made->set(key, std::move(what));
            }
            co_return value(made);
        }
        case kind::block:
            co_return value(block_ref{&n});
        case kind::type: {
            if (!is_known_type(normal_type(n.text))) {
                refuse("[" + n.text + "]");
                raise({"Unable to find type [" + n.text + "].", "TypeNotFound", "InvalidOperation", "RuntimeException",
                       n.text + ":TypeName", "", &n, false});
            }
            co_return value(type_ref{normal_type(n.text)});
        }
        case kind::cast: {
            auto what = co_await eval(*n.kids[0]);
            if (!is_known_type(n.text)) {
                refuse("[" + n.text + "]");
                raise({"Unable to find type [" + n.text + "].", "TypeNotFound", "InvalidOperation", "RuntimeException",
                       n.text + ":TypeName", "", &n, false});
            }
            try {
                what = cast_to(n.text, what, zone());
            } catch (const value_error& failed) {
                raise(failed, n);
            }
            co_return what;
        }
        case kind::unary:
        case kind::postfix: {
            auto what = co_await eval_unary(n);
            co_return what;
        }
        case kind::binary: {
            auto what = co_await eval_binary(n);
            co_return what;
        }
        case kind::member:
        case kind::call: {
            auto what = co_await eval_member(n);
            co_return what;
        }
        case kind::index: {
            const auto object = co_await eval(*n.kids[0]);
            const auto key = co_await eval(*n.kids[1]);
            try {
                co_return index_of(object, key, n);
            } catch (const value_error& failed) {
                raise(failed, n);
            }
        }
        default: {
            auto what = co_await eval_statement(n);
            co_return what;
        }
    }
}

task<value> interpreter::eval_text(const node& n) {
    std::string text;
    for (const auto& part : n.kids) {
        const auto what = co_await eval(*part);
        text += to_text(what);
    }
    co_return value(std::move(text));
}

task<value> interpreter::eval_unary(const node& n) {
    if (n.text == "++" || n.text == "--") {
        const auto old = co_await eval(*n.kids[0]);
        value changed;
        try {
            changed = binary_result(*this, n.text.substr(0, 1), to_number(old), value(1));
        } catch (const value_error& failed) {
            raise(failed, n);
        }
        co_await assign(*n.kids[0], changed);
        co_return n.what == kind::postfix ? to_number(old) : changed;
    }
    const auto what = co_await eval(*n.kids[0]);
    try {
        if (n.text == "-not") co_return value(!to_bool(what));
        if (n.text == "-bnot") co_return value(~to_integer(what));
        if (n.text == "-") co_return binary_result(*this, "-", value(0), to_number(what));
        if (n.text == "+") co_return to_number(what);
        if (n.text == "-join") co_return binary_result(*this, "-join", what, value(""));
        co_return binary_result(*this, "-split", what, value("\\s+"));
    } catch (const value_error& failed) {
        raise(failed, n);
    }
}

task<value> interpreter::eval_binary(const node& n) {
    const auto left = co_await eval(*n.kids[0]);
    if (n.text == "-and" && !to_bool(left)) co_return value(false);
    if (n.text == "-or" && to_bool(left)) co_return value(true);
    const auto right = co_await eval(*n.kids[1]);
    try {
        co_return binary_result(*this, n.text, left, right);
    } catch (const value_error& failed) {
        raise(failed, n);
    }
}

task<value> interpreter::eval_member(const node& n) {
    const auto object = co_await eval(*n.kids[0]);
    const auto named = co_await eval(*n.kids[1]);
    const auto name = to_text(named);
    values args;
    for (std::size_t i = 2; i < n.kids.size(); ++i) {
        auto one = co_await eval(*n.kids[i]);
        args.push_back(std::move(one));
    }
    std::optional<value> answer;
    // What .NET throws arrives wrapped, with the method's name and the number of its arguments.
    const auto wrap = [&](const value_error& what) {
        raise({n.what == kind::call ? "Exception calling \"" + name + "\" with \"" + std::to_string(args.size()) +
                                          "\" argument(s): \"" + what.message + "\""
                                    : what.message,
               what.type, n.what == kind::call ? "NotSpecified" : what.category,
               n.what == kind::call ? "MethodInvocationException" : what.type, "", "", &n, false});
    };
    const auto* type = n.flag ? object.as<type_ref>() : nullptr;
    try {
        if (type)
            answer = n.what == kind::call ? static_method(*this, type->name, name, args)
                                          : static_property(*this, type->name, name);
        else if (n.what == kind::call)
            answer = method_of(*this, object, name, args);
        else
            answer = property_of(object, name);
    } catch (const value_error& what) {
        wrap(what);
    }
    if (answer) co_return *answer;
    if (n.what == kind::call) {
        if (!object.is_null()) refuse((type ? "[" + type->name + "]::" : "[" + type_name(object) + "].") + name + "()");
        raise(method_missing(object, name, n));
    }
    if (type) refuse("[" + type->name + "]::" + name);
    if (!type && is_counting(name)) co_return value(object.is_null() ? 0 : 1);
    // Members of a collection are those of its items.
    if (object.as<array_ptr>()) {
        values found;
        for (const auto& item : items_of(object))
            if (auto one = property_of(item, name); one && !one->is_null())
                for (auto& inner : items_of(*one)) found.push_back(inner);
        if (found.empty()) co_return value();
        if (found.size() == 1) co_return found[0];
        co_return make_array(std::move(found));
    }
    co_return value();
}

task<void> interpreter::assign(const node& target, value what) {
    if (target.what == kind::variable) {
        set(target.text, std::move(what));
    } else if (target.what == kind::cast) {
        try {
            what = cast_to(target.text, what, zone());
        } catch (const value_error& failed) {
            raise(failed, target);
        }
        co_await assign(*target.kids[0], std::move(what));
    } else if (target.what == kind::list) {
        const auto items = items_of(what);
        for (std::size_t i = 0; i < target.kids.size(); ++i) {
            value one;
            if (i + 1 == target.kids.size() && items.size() > target.kids.size())
                one = make_array(values(items.begin() + static_cast<std::ptrdiff_t>(i), items.end()));
            else if (i < items.size())
                one = items[i];
            co_await assign(*target.kids[i], one);
        }
    } else if (target.what == kind::index || (target.what == kind::member && !target.flag)) {
        const auto object = co_await eval(*target.kids[0]);
        const auto key = co_await eval(*target.kids[1]);
        if (const auto* t = object.as<table_ptr>()) {
            (*t)->set(key, std::move(what));
        } else if (const auto* o = object.as<object_ptr>();
                   o && target.what == kind::member && (*o)->find(to_text(key))) {
            (*o)->set(to_text(key), std::move(what));
        } else if (const auto* a = object.as<array_ptr>(); a && target.what == kind::index) {
            auto n = to_integer(key);
            const auto size = static_cast<std::int64_t>((*a)->items.size());
            if (n < 0) n += size;
            if (n < 0 || n >= size)
                raise({"Index was outside the bounds of the array.", "System.IndexOutOfRangeException",
                       "OperationStopped", "IndexOutOfRangeException", "", "", &target, false});
            (*a)->items[static_cast<std::size_t>(n)] = std::move(what);
        } else {
            raise({"The property '" + to_text(key) +
                       "' cannot be found on this object. Verify that the property exists and can be set.",
                   "PropertyNotFound", "InvalidOperation", "RuntimeException", "", "", &target, false});
        }
    } else {
        raise(
            {"The assignment expression is not valid. The input to an assignment operator must be an object that is "
             "able to accept assignments, such as a variable or a property.",
             "InvalidLeftHandSide", "ParserError", "ParentContainsErrorRecordException", ":", "", &target, false});
    }
}

}  // namespace emsctl::guest::powershell
