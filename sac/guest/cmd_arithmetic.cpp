// set /a: 32-bit integers, the operators of C, names of variables without percent signs.
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstdlib>

#include "sac/guest/cmd_interpreter.hpp"
#include "sac/guest/text.hpp"

namespace emsctl::guest {

namespace {

struct failure {
    int code;
    const char* message;
};
[[noreturn]] void unbalanced() {
    throw failure{1073750988, "Unbalanced parenthesis."};
}
[[noreturn]] void missing_operand() {
    throw failure{1073750989, "Missing operand."};
}
[[noreturn]] void missing_operator() {
    throw failure{1073750990, "Missing operator."};
}
[[noreturn]] void invalid_number() {
    throw failure{1073750991,
                  "Invalid number.  Numeric constants are either decimal (17),\r\nhexadecimal (0x11), or octal (021)."};
}
[[noreturn]] void number_too_large() {
    throw failure{1073750992, "Invalid number.  Numbers are limited to 32-bits of precision."};
}
[[noreturn]] void division_by_zero() {
    throw failure{1073750993, "Divide by zero error."};
}

std::int32_t wrap(std::int64_t value) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
}

class calculator {
  public:
    calculator(std::string_view text, environment& env) : s_(text), env_(env) {}

    std::int32_t all() {
        auto value = assignment();
        for (;;) {
            blanks();
            if (at_ >= s_.size()) return value;
            if (s_[at_] == ')') unbalanced();
            if (s_[at_] != ',') missing_operator();
            ++at_;
            value = assignment();
        }
    }

  private:
    void blanks() {
        while (at_ < s_.size() && (s_[at_] == ' ' || s_[at_] == '\t' || s_[at_] == '"')) ++at_;
    }
    bool take(std::string_view token) {
        blanks();
        if (s_.substr(at_, token.size()) != token) return false;
        at_ += token.size();
        return true;
    }
    char peek() {
        blanks();
        return at_ < s_.size() ? s_[at_] : '\0';
    }

    std::string name() {
        const auto from = at_;
        while (at_ < s_.size() && std::string_view(" \t\"()!~*/%+-<>&^|=,").find(s_[at_]) == std::string_view::npos)
            ++at_;
        return std::string(s_.substr(from, at_ - from));
    }

    std::int32_t value_of(const std::string& name) const {
        const auto found = env_.find(name);
        if (found == env_.end()) return 0;
        return static_cast<std::int32_t>(std::strtol(found->second.c_str(), nullptr, 0));
    }

    std::int32_t assignment() {
        blanks();
        const auto start = at_;
        if (at_ < s_.size() && !std::isdigit(static_cast<unsigned char>(s_[at_]))) {
            const auto target = name();
            blanks();
            if (!target.empty() && at_ < s_.size()) {
                for (const std::string_view op : {"<<=", ">>=", "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|=", "="}) {
                    if (s_.substr(at_, op.size()) != op) continue;
                    at_ += op.size();
                    const auto right = assignment();
                    const auto result = op == "=" ? right : apply(op.substr(0, op.size() - 1), value_of(target), right);
                    env_[target] = std::to_string(result);
                    return result;
                }
            }
        }
        at_ = start;
        return binary(0);
    }

    static std::int32_t apply(std::string_view op, std::int32_t a, std::int32_t b) {
        const std::int64_t x = a, y = b;
        if (op == "+") return wrap(x + y);
        if (op == "-") return wrap(x - y);
        if (op == "*") return wrap(x * y);
        if (op == "/" || op == "%") {
            if (b == 0) division_by_zero();
            return op == "/" ? wrap(x / y) : wrap(x % y);
        }
        if (op == "<<") return b < 0 || b > 31 ? 0 : wrap(x << y);
        if (op == ">>") return b < 0 || b > 31 ? (a < 0 ? -1 : 0) : wrap(x >> y);
        if (op == "&") return a & b;
        if (op == "^") return a ^ b;
        return a | b;
    }

    std::int32_t binary(std::size_t level) {
        static constexpr std::string_view levels[][3] = {{"|", "", ""},    {"^", "", ""},  {"&", "", ""},
                                                         {"<<", ">>", ""}, {"+", "-", ""}, {"*", "/", "%"}};
        if (level == std::size(levels)) return unary();
        auto left = binary(level + 1);
        for (bool again = true; again;) {
            again = false;
            for (const auto op : levels[level])
                if (!op.empty() && take(op)) {
                    left = apply(op, left, binary(level + 1));
                    again = true;
                    break;
                }
        }
        return left;
    }

    std::int32_t unary() {
        if (take("!")) return unary() == 0;
        if (take("~")) return ~unary();
        if (take("-")) return wrap(-static_cast<std::int64_t>(unary()));
        if (take("+")) return unary();
        if (take("(")) {
            auto value = assignment();
            while (take(",")) value = assignment();
            if (!take(")")) unbalanced();
            return value;
        }
        const char c = peek();
        if (std::isdigit(static_cast<unsigned char>(c))) return constant();
        const auto word = name();
        if (word.empty()) missing_operand();
        return value_of(word);
    }

    std::int32_t constant() {
        const auto from = at_;
        while (at_ < s_.size() && std::isalnum(static_cast<unsigned char>(s_[at_]))) ++at_;
        const std::string digits(s_.substr(from, at_ - from));
        char* end = nullptr;
        errno = 0;
        const auto value = std::strtoll(digits.c_str(), &end, 0);
        if (*end != '\0') invalid_number();
        const bool is_hex = digits.size() > 1 && (digits[1] == 'x' || digits[1] == 'X');
        if (value > (is_hex ? 0xffffffffLL : 0x7fffffffLL)) number_too_large();
        return wrap(value);
    }

    std::string_view s_;
    std::size_t at_ = 0;
    environment& env_;
};

}  // namespace

arithmetic_answer evaluate_arithmetic(std::string_view expression, environment& env) {
    arithmetic_answer out;
    if (text::trim(expression).empty()) {
        out.error = 1;
        out.message = "The syntax of the command is incorrect.";
        return out;
    }
    try {
        out.value = calculator(expression, env).all();
    } catch (const failure& error) {
        out.error = error.code;
        out.message = error.message;
    }
    return out;
}

}  // namespace emsctl::guest
