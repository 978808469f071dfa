#include "sac/film.hpp"

#include <tuple>

#include "sac/screen_paint.hpp"

namespace emsctl::sac {
namespace {

film::row row_of(const screen& picture, int number) {
    int end = picture.columns();
    while (end > 0 && picture.at(number, end - 1) == cell{}) --end;
    film::row out;
    for (int column = 0; column < end; ++column) {
        const cell& c = picture.at(number, column);
        const bool same = !out.empty() && out.back().foreground == c.foreground &&
                          out.back().background == c.background && out.back().flags == c.flags;
        if (!same) out.push_back({"", c.foreground, c.background, c.flags});
        append_utf8(out.back().text, c.character);
    }
    return out;
}

}  // namespace

bool film::run::operator<(const run& other) const {
    return std::tie(text, foreground, background, flags) <
           std::tie(other.text, other.foreground, other.background, other.flags);
}

film_maker::film_maker(std::chrono::microseconds step, int height, int width) : step_(step), screen_(height, width) {
    out_.height = height;
    out_.width = width;
    shown_.assign(static_cast<std::size_t>(height), index_of({}));
    texts_.resize(static_cast<std::size_t>(height));
    out_.frames.emplace_back();
}

std::size_t film_maker::index_of(film::row row) {
    const auto [known, is_new] = known_.try_emplace(std::move(row), out_.rows.size());
    if (is_new) out_.rows.push_back(known->first);
    return known->second;
}

void film_maker::take(std::chrono::microseconds at) {
    if (!is_new_) return;
    is_new_ = false;
    film::frame next{at, {}};
    for (int row = 0; row < screen_.rows(); ++row) {
        const auto i = static_cast<std::size_t>(row);
        auto text = paint_row(screen_, row);
        if (text == texts_[i]) continue;
        texts_[i] = std::move(text);
        const auto index = index_of(row_of(screen_, row));
        if (index != shown_[i]) next.changed.emplace_back(row, index);
        shown_[i] = index;
    }
    if (!next.changed.empty()) out_.frames.push_back(std::move(next));
}

void film_maker::output(std::string_view bytes, std::chrono::microseconds at) {
    // The picture that stood until now, unless the last one is still fresh.
    if (at - out_.frames.back().at >= step_) take(latest_);
    parser_.feed(bytes, screen_);
    is_new_ = true;
    latest_ = at;
}

void film_maker::hidden(std::size_t bytes, std::chrono::microseconds at) {
    output(std::string(bytes, '*'), at);
}

void film_maker::mark(std::string_view label, std::chrono::microseconds at) {
    take(at);
    latest_ = at;
    out_.marks.push_back({at, std::string(label), out_.frames.size() - 1});
}

film film_maker::finish() {
    take(latest_);
    out_.length = latest_;
    return std::move(out_);
}

}  // namespace emsctl::sac
