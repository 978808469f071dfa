#include "sac/guest/powershell_interpreter.hpp"
#include "sac/guest/powershell_redirection.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest::powershell {

task<void> interpreter::run(const node& statements, output& out) {
    for (const auto& one : statements.kids) {
        if (statements.flag)
            os().log_executed("powershell",
                              std::string_view(one->from->text).substr(one->begin, one->end - one->begin));
        std::optional<terminating> failed;
        try {
            co_await run_statement(*one, out);
        } catch (terminating& thrown) {
            failed.emplace(std::move(thrown));
        } catch (const value_error& what) {
            failed.emplace();
            failed->record = {what.message, what.id, what.category, what.type, "", "", one.get(), false};
        }
        if (!failed) continue;
        ok = false;
        if (failed->ends_script || try_depth > 0) throw *failed;
        write_error(failed->record);
    }
}

task<void> interpreter::run_block(const node& block, output& out) {
    // Simulated programs end where .NET would run out of stack.
    if (depth_ > 90)
        raise({"The script failed due to call depth overflow.", "CallDepthOverflow", "InvalidOperation",
               "ParentContainsErrorRecordException", std::to_string(depth_) + ":Int32", "", &block, false});
    struct depth {
        int& at;
        explicit depth(int& d) : at(d) { ++at; }
        ~depth() { --at; }
    } guard(depth_);
    co_await run(*block.kids.back(), out);
}

task<void> interpreter::run_statement(const node& statement, output& out) {
    switch (statement.what) {
        case kind::pipeline:
            co_await run_pipeline(statement, out);
            break;
        case kind::assign:
            co_await assignment(statement);
            break;
        case kind::if_else: {
            for (std::size_t i = 0; i < statement.kids.size(); i += 2) {
                const bool is_else = i + 1 == statement.kids.size();
                if (!is_else) {
                    const auto condition = co_await eval_statement(*statement.kids[i]);
                    if (!to_bool(condition)) continue;
                }
                co_await run_block(*statement.kids[is_else ? i : i + 1], out);
                break;
            }
            break;
        }
        case kind::while_loop:
        case kind::do_while:
        case kind::do_until:
        case kind::for_loop:
        case kind::foreach:
            co_await loop(statement, out);
            break;
        case kind::switch_on:
            co_await switch_on(statement, out);
            break;
        case kind::try_catch:
            co_await try_catch(statement, out);
            break;
        case kind::function:
            scopes_.back().functions[statement.text] = statement.kids[0].get();
            ok = true;
            break;
        case kind::raise: {
            value what;
            if (!statement.kids.empty()) {
                what = co_await eval_statement(*statement.kids[0]);
            } else {
                what = get("_");
            }
            error_record record{"ScriptHalted", "ScriptHalted", "OperationStopped", "RuntimeException", "", "",
                                &statement,     false};
            if (const auto* o = what.as<object_ptr>(); o && (*o)->record) {
                record = *(*o)->record;
            } else if (!what.is_null()) {
                record.message = record.id = to_text(what);
                const auto type = type_name(what);
                record.target = record.message + ":" + type.substr(type.rfind('.') + 1);
            }
            ok = false;
            throw terminating{record, true};
        }
        case kind::leave: {
            value code;
            if (!statement.kids.empty()) code = co_await eval_statement(*statement.kids[0]);
            int number = 0;
            try {
                number = static_cast<int>(to_integer(code));
            } catch (const value_error&) {
                number = 0;
            }
            throw exit_thrown{number};
        }
        case kind::give_back:
            if (!statement.kids.empty()) co_await run_statement(*statement.kids[0], out);
            throw return_thrown{};
        case kind::break_out:
            throw break_thrown{};
        case kind::go_on:
            throw continue_thrown{};
        default: {
            const auto what = co_await eval(statement);
            for (auto& item : items_of(what)) co_await out.put(item);
        }
    }
}

task<void> interpreter::try_catch(const node& statement, output& out) {
    std::optional<terminating> failed;
    std::exception_ptr leaving;
    ++try_depth;
    try {
        co_await run_block(*statement.kids[0], out);
    } catch (terminating& thrown) {
        failed.emplace(std::move(thrown));
    } catch (...) {
        leaving = std::current_exception();
    }
    --try_depth;
    for (std::size_t i = 2; failed && i < statement.kids.size(); ++i) {
        const auto& handler = *statement.kids[i];
        bool is_meant = handler.types.empty();
        for (const auto& type : handler.types) {
            const auto wanted = type.substr(type.rfind('.') + 1);
            if (text::equal_no_case(wanted, failed->record.type) || text::equal_no_case(wanted, "Exception"))
                is_meant = true;
        }
        if (!is_meant) continue;
        const auto record = failed->record;
        failed.reset();
        const auto outer = get("_");
        set_here("_", record_value(record));
        errors_.insert(errors_.begin(), record_value(record));
        try {
            co_await run_block(*handler.kids[0], out);
        } catch (...) {
            leaving = std::current_exception();
        }
        set_here("_", outer);
    }
    if (statement.kids[1]) co_await run_block(*statement.kids[1], out);
    if (leaving) std::rethrow_exception(leaving);
    if (failed) throw *failed;
}

task<void> interpreter::loop(const node& statement, output& out) {
    const auto& body = *statement.kids.back();
    values items;
    if (statement.what == kind::foreach) {
        const auto what = co_await eval_statement(*statement.kids[1]);
        items = items_of(what);
    }
    if (statement.what == kind::for_loop && statement.kids[0]) {
        collector nothing;
        co_await run_statement(*statement.kids[0], nothing);
    }
    const bool tests_last = statement.what == kind::do_while || statement.what == kind::do_until;
    for (std::size_t i = 0;; ++i) {
        if (statement.what == kind::foreach) {
            if (i >= items.size()) break;
            co_await assign(*statement.kids[0], items[i]);
        } else if (!(tests_last && i == 0)) {
            const auto* condition = statement.kids[statement.what == kind::for_loop ? 1 : 0].get();
            if (condition) {
                const auto holds = co_await eval_statement(*condition);
                if (to_bool(holds) == (statement.what == kind::do_until)) break;
            }
            // A script that spins without waiting would never give the machine its time back.
            if (i > 1000000) {
                refuse("a loop of more than a million rounds");
                raise({"The simulated loop ran too long.", "LoopTooLong", "OperationStopped", "RuntimeException", "",
                       "", &statement, false});
            }
        }
        try {
            co_await run_block(body, out);
        } catch (const break_thrown&) {
            break;
        } catch (const continue_thrown&) {
        }
        if (statement.what == kind::for_loop && statement.kids[2]) {
            collector nothing;
            co_await run_statement(*statement.kids[2], nothing);
        }
    }
}

task<void> interpreter::switch_on(const node& statement, output& out) {
    const auto what = co_await eval_statement(*statement.kids[0]);
    const auto items = items_of(what);
    const auto outer = get("_");
    bool is_broken = false;
    for (std::size_t k = 0; k < items.size() && !is_broken; ++k) {
        const auto item = items[k];
        bool is_any = false;
        for (std::size_t i = 1; i + 1 < statement.kids.size(); i += 2) {
            bool is_meant = !statement.kids[i] && !is_any;
            set_here("_", item);
            if (statement.kids[i] && statement.kids[i]->what == kind::block) {
                const auto answer = co_await call_with_item(*statement.kids[i], item);
                is_meant = to_bool(answer);
            } else if (statement.kids[i]) {
                const auto wanted = co_await eval(*statement.kids[i]);
                is_meant = equal_values(item, wanted, false);
            }
            if (!is_meant) continue;
            is_any = true;
            try {
                co_await run_block(*statement.kids[i + 1], out);
            } catch (const break_thrown&) {
                is_broken = true;
            } catch (const continue_thrown&) {
            }
            if (is_broken) break;
        }
    }
    set_here("_", outer);
}

task<void> interpreter::assignment(const node& statement) {
    auto what = co_await eval_statement(*statement.kids[1]);
    if (statement.text != "=") {
        const auto old = co_await eval(*statement.kids[0]);
        try {
            what = binary_result(*this, statement.text.substr(0, 1), old, what);
        } catch (const value_error& failed) {
            raise(failed, statement);
        }
    }
    co_await assign(*statement.kids[0], what);
    // `$x = native` keeps the program's verdict; a plain value is always a success.
    if (statement.kids[1]->what != kind::pipeline || statement.kids[1]->kids[0]->what == kind::expression) ok = true;
}

}  // namespace emsctl::guest::powershell
