// Pipelines and what their elements turn out to be: cmdlets, functions, blocks, scripts, programs.
#include "sac/guest/powershell_cmdlets.hpp"
#include "sac/guest/powershell_redirection.hpp"

namespace emsctl::guest::powershell {

namespace {

// One command of a pipeline. Items are put into it; what it makes goes to `out`.
class stage : public output {
  public:
    stage(interpreter& shell, const node& command, output& out, bool is_first)
        : shell_(shell), command_(command), next_(out), has_input_(!is_first) {}

    task<void> begin(interpreter::arguments given, values redirections);
    task<void> put(value what) override;
    task<void> end();

  private:
    output& out() { return redirected_ ? redirected_->out() : next_; }
    void resolve();

    interpreter& shell_;
    const node& command_;
    output& next_;
    bool has_input_;
    std::unique_ptr<redirected> redirected_;
    interpreter::arguments given_;
    const cmdlet* cmdlet_ = nullptr;
    const node* block_ = nullptr;
    bool is_dotted_ = false;
    std::string name_;
    std::unique_ptr<call> call_;
    values input_;
};

void stage::resolve() {
    const auto target = given_.front().what;
    const auto& word = *command_.kids[0];
    is_dotted_ = command_.text == ".";
    if (const auto* b = target.as<block_ref>()) {
        block_ = b->body;
        return;
    }
    name_ = word.flag ? word.text : to_text(target);
    // A bare number or string is no command, but parsing saw to that; & takes any text.
    if (auto known = alias_of(name_); !known.empty()) name_ = known;
    if ((block_ = shell_.function(name_))) return;
    const auto found = cmdlets().find(name_);
    if (found != cmdlets().end()) cmdlet_ = &found->second;
}

task<void> stage::begin(interpreter::arguments given, values redirections) {
    given_ = std::move(given);
    resolve();
    if (!command_.redirections.empty())
        redirected_ = std::make_unique<redirected>(shell_, command_, redirections, next_);
    if (cmdlet_) {
        given_.erase(given_.begin());
        call_.reset(new call{shell_, *cmdlet_, &command_, out(), {}, std::nullopt, {}, false});
        bind(*call_, given_);
    }
    co_return;
}

task<void> stage::put(value what) {
    if (!cmdlet_ || cmdlet_->takes_all) {
        input_.push_back(std::move(what));
        co_return;
    }
    call_->item = std::move(what);
    co_await cmdlet_->run(*call_);
    co_await shell_.pass_on_errors();
}

task<void> stage::end() {
    if (cmdlet_) {
        call_->input = std::move(input_);
        if (cmdlet_->takes_all || !has_input_) co_await cmdlet_->run(*call_);
        shell_.ok = !call_->has_failed;
        co_await shell_.pass_on_errors();
        co_return;
    }
    given_.erase(given_.begin());
    if (is_dotted_ && block_) {
        co_await shell_.run_block(*block_, out());
        co_return;
    }
    if (is_dotted_ && text::ends_with_no_case(name_, ".ps1")) {
        shell_.refuse("dot-sourcing a script");
        shell_.unknown_command(name_, command_);
    }
    if (block_) {
        co_await shell_.call_block(*block_, std::move(given_), std::move(input_), out());
        co_await shell_.pass_on_errors();
        co_return;
    }
    if (text::ends_with_no_case(name_, ".ps1")) {
        co_await shell_.call_script(name_, std::move(given_), out(), &command_);
        co_await shell_.pass_on_errors();
        co_return;
    }
    std::optional<values> input;
    if (has_input_) input = std::move(input_);
    co_await shell_.call_program(command_, name_, std::move(given_), std::move(input), out());
}

}  // namespace

task<interpreter::arguments> interpreter::eval_arguments(const node& command) {
    arguments out;
    for (const auto& kid : command.kids) {
        argument one;
        one.from = kid.get();
        if (kid->what == kind::parameter) {
            one.parameter = kid->text;
            one.has_value = kid->flag;
            if (kid->flag) one.what = co_await eval(*kid->kids[0]);
        } else {
            one.what = co_await eval(*kid);
        }
        out.push_back(std::move(one));
    }
    co_return out;
}

task<void> interpreter::run_pipeline(const node& pipeline, output& out) {
    std::vector<std::unique_ptr<stage>> stages;
    output* next = &out;
    const bool begins_with_command = pipeline.kids[0]->what == kind::command;
    for (std::size_t i = pipeline.kids.size(); i-- > (begins_with_command ? 0U : 1U);) {
        stages.insert(stages.begin(), std::make_unique<stage>(*this, *pipeline.kids[i], *next, i == 0));
        next = stages.front().get();
    }
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const auto& command = *pipeline.kids[i + (begins_with_command ? 0 : 1)];
        auto given = co_await eval_arguments(command);
        values names;
        for (const auto& one : command.redirections) {
            value name;
            if (one.target) name = co_await eval(*one.target);
            names.push_back(name);
        }
        co_await stages[i]->begin(std::move(given), std::move(names));
    }
    if (!begins_with_command) {
        const auto& first = *pipeline.kids[0];
        const auto& expression = *first.kids[0];
        const auto what = co_await eval(expression);
        std::unique_ptr<redirected> redirection;
        if (!first.redirections.empty()) {
            values names;
            for (const auto& one : first.redirections) {
                value name;
                if (one.target) name = co_await eval(*one.target);
                names.push_back(name);
            }
            redirection = std::make_unique<redirected>(*this, first, names, *next);
            next = &redirection->out();
        }
        if (stages.empty()) ok = true;
        const bool is_silent =
            (expression.what == kind::postfix || (expression.what == kind::unary && expression.text.size() == 2 &&
                                                  (expression.text == "++" || expression.text == "--")));
        const bool is_void = expression.what == kind::call && what.is_null();
        if (!is_silent && !is_void) {
            if (what.is_null()) {
                if (!stages.empty()) co_await next->put(value());
            } else {
                for (auto& item : items_of(what)) co_await next->put(item);
            }
        }
    }
    for (auto& one : stages) co_await one->end();
}

task<void> interpreter::call_block(const node& block, arguments given, values input, output& out) {
    struct opened {
        std::deque<scope>& all;
        explicit opened(std::deque<scope>& scopes) : all(scopes) { all.emplace_back(); }
        ~opened() { all.pop_back(); }
    } guard(scopes_);
    bind_parameters(block, given);
    // Defaults come after what was given, in order.
    if (block.kids[0])
        for (const auto& one : block.kids[0]->kids) {
            if (scopes_.back().variables.contains(one->text)) continue;
            value what;
            if (!one->kids.empty()) what = co_await eval(*one->kids[0]);
            if (one->kids.empty() && !one->types.empty()) {
                const auto& type = one->types.back();
                if (type == "switch" || type == "bool") what = value(false);
                if (type == "int") what = value(0);
                if (type == "string") what = value("");
            }
            set_here(one->text, what);
        }
    set_here("input", make_array(std::move(input)));
    try {
        co_await run_block(block, out);
    } catch (const return_thrown&) {
    }
    ok = true;
}

void interpreter::bind_parameters(const node& block, arguments& given) {
    values rest;
    auto* parameters = block.kids[0].get();
    const auto put = [&](const node& one, value what) {
        for (const auto& type : one.types) {
            if (!is_known_type(type)) continue;
            try {
                what = cast_to(type, what, zone());
            } catch (const value_error& failed) {
                raise({"Cannot process argument transformation on parameter '" + one.text + "'. " + failed.message,
                       "ParameterArgumentTransformationError", "InvalidData",
                       "ParameterBindingArgumentTransformationException", ":", "", &block, false});
            }
        }
        set_here(one.text, std::move(what));
    };
    const auto named = [&](const std::string& name) -> const node* {
        const node* meant = nullptr;
        if (parameters)
            for (const auto& one : parameters->kids) {
                if (text::equal_no_case(one->text, name)) return one.get();
                if (text::starts_with_no_case(one->text, name)) meant = one.get();
            }
        return meant;
    };
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (given[i].parameter.empty()) {
            rest.push_back(given[i].what);
            continue;
        }
        const auto* one = named(given[i].parameter);
        if (!one) {
            rest.emplace_back("-" + given[i].parameter);
            if (given[i].has_value) rest.push_back(given[i].what);
            continue;
        }
        const bool is_switch = !one->types.empty() && one->types.back() == "switch";
        if (given[i].has_value || is_switch)
            put(*one, given[i].has_value ? given[i].what : value(true));
        else if (i + 1 < given.size())
            put(*one, given[++i].what);
    }
    std::size_t at = 0;
    if (parameters)
        for (const auto& one : parameters->kids) {
            const bool is_switch = !one->types.empty() && one->types.back() == "switch";
            if (at < rest.size() && !is_switch && !scopes_.back().variables.contains(one->text)) put(*one, rest[at++]);
        }
    set_here("args", make_array(values(rest.begin() + static_cast<std::ptrdiff_t>(at), rest.end())));
}

task<value> interpreter::call_with_item(const node& block, value item) {
    const auto outer = get("_");
    set_here("_", std::move(item));
    collector all;
    std::exception_ptr thrown;
    try {
        co_await run_block(block, all);
    } catch (const return_thrown&) {
    } catch (...) {
        thrown = std::current_exception();
    }
    set_here("_", outer);
    if (thrown) std::rethrow_exception(thrown);
    co_return all.result();
}

task<void> interpreter::call_script(std::string name, arguments given, output& out, const node* at) {
    const auto path = full_path(name);
    const auto bytes = os().files.read(path, self_.who);
    const bool has_path = name.find_first_of("\\/") != std::string::npos;
    if (!bytes || !has_path) {
        if (bytes.error == win32::access_denied && has_path)
            raise({"Access to the path '" + path + "' is denied.", "UnauthorizedAccessException", "SecurityError",
                   "UnauthorizedAccessException", "", "", at, false});
        unknown_command(name, *at);
    }
    const node* tree = nullptr;
    const source* text = nullptr;
    sources_.push_back(
        std::make_unique<source>(source{os().files.display_path(path), text::decode_file(bytes.value, 1252)}));
    text = sources_.back().get();
    try {
        trees_.push_back(parse(*text));
        tree = trees_.back().get();
    } catch (const syntax_error& wrong) {
        if (wrong.is_refused) refuse("syntax: " + wrong.message);
        auto place = std::make_unique<node>();
        place->from = text;
        place->begin = wrong.at;
        place->end = wrong.end;
        trees_.push_back(std::move(place));
        raise({wrong.message, wrong.id, "ParserError", "ParseException", ":", "", trees_.back().get(), false});
    }
    tree->kids.back()->flag = true;  // its statements are logged
    const auto height = scopes_.size();
    scopes_.emplace_back();
    scopes_.back().is_script = true;
    scopes_.back().file = text->file;
    std::exception_ptr thrown;
    std::optional<int> code;
    try {
        co_await call_block(*tree, std::move(given), {}, out);
    } catch (const exit_thrown& ended) {
        code = ended.code;
    } catch (...) {
        thrown = std::current_exception();
    }
    while (scopes_.size() > height) scopes_.pop_back();
    if (code) {
        scopes_.front().variables["LASTEXITCODE"] = value(*code);
        ok = *code == 0;
    }
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace emsctl::guest::powershell
