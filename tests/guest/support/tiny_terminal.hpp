// The least terminal that can follow a painter: 80x24, wrap with the next character, CUP, EL, ED, CUF, BS, CR, LF, and
// whatever else it skips. Written apart from the painters, so that a test can compare pictures.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::guest::support {

class tiny_terminal {
  public:
    static constexpr int columns = 80, rows = 24;

    tiny_terminal() { wipe(); }

    void feed(std::string_view bytes) {
        for (char c : bytes) take(static_cast<unsigned char>(c));
    }
    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        for (const auto& row : cells_) {
            std::string line;
            for (const std::string& cell : row) line += cell;
            line.erase(line.find_last_not_of(' ') + 1);
            all.push_back(line);
        }
        return all;
    }
    int row() const { return row_; }
    int column() const { return column_; }
    bool is_waiting_to_wrap() const { return waits_; }
    std::string title;

  private:
    void wipe() {
        for (auto& row : cells_) row.fill(" ");
    }
    void line_feed() {
        if (row_ < rows - 1) {
            ++row_;
            return;
        }
        for (int i = 0; i + 1 < rows; ++i) cells_[at(i)] = cells_[at(i + 1)];
        cells_[rows - 1].fill(" ");
    }
    static std::size_t at(int index) { return static_cast<std::size_t>(index); }

    void take(unsigned char c) {
        if (!osc_.empty()) {
            if (c == 7) {
                if (osc_.rfind("]0;", 0) == 0) title = osc_.substr(3);
                osc_.clear();
            } else {
                osc_ += static_cast<char>(c);
            }
            return;
        }
        if (!escape_.empty()) {
            escape_ += static_cast<char>(c);
            if (escape_ == "\x1b[") return;
            if (escape_ == "\x1b]") {
                osc_ = "]";
                escape_.clear();
                return;
            }
            if (c < 0x40) return;
            sequence(static_cast<char>(c), escape_.substr(2, escape_.size() - 3));
            escape_.clear();
            return;
        }
        switch (c) {
            case 0:
            case 7:
                return;
            case 0x1b:
                escape_ = "\x1b";
                return;
            case '\r':
                column_ = 0;
                waits_ = false;
                return;
            case '\n':
                line_feed();
                waits_ = false;
                return;
            case '\b':
                if (column_ > 0) --column_;
                waits_ = false;
                return;
            default:
                break;
        }
        if ((c & 0xc0) == 0x80) {
            *last_ += static_cast<char>(c);
            return;
        }
        if (waits_) {
            waits_ = false;
            column_ = 0;
            line_feed();
        }
        last_ = &cells_[at(row_)][at(column_)];
        *last_ = std::string(1, static_cast<char>(c));
        if (column_ == columns - 1)
            waits_ = true;
        else
            ++column_;
    }

    void sequence(char final, const std::string& text) {
        const std::size_t semicolon = text.find(';');
        const auto number = [](const std::string& digits) {
            return digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos ? 0
                                                                                                 : std::stoi(digits);
        };
        const int first = number(text.substr(0, semicolon));
        const int second = semicolon == std::string::npos ? 0 : number(text.substr(semicolon + 1));
        switch (final) {
            case 'H':
                row_ = std::max(first, 1) - 1;
                column_ = std::max(second, 1) - 1;
                waits_ = false;
                break;
            case 'C':
                column_ = std::min(column_ + std::max(first, 1), columns - 1);
                break;
            case 'K':
                for (int i = column_; i < columns; ++i) cells_[at(row_)][at(i)] = " ";
                break;
            case 'J':
                if (first == 2) wipe();
                break;
            default:
                break;
        }
    }

    std::array<std::array<std::string, columns>, rows> cells_;
    int row_ = 0, column_ = 0;
    bool waits_ = false;
    std::string escape_, osc_;
    std::string* last_ = nullptr;
};

}  // namespace emsctl::guest::support
