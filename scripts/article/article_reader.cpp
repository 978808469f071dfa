#include "scripts/article/article_reader.hpp"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <array>
#include <memory>

#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

constexpr std::size_t paragraph_limit = 400;

struct parser_end {
    void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct node_end {
    void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct iterator_end {
    void operator()(cmark_iter* iterator) const { cmark_iter_free(iterator); }
};

std::string literal_of(cmark_node* node) {
    const char* text = cmark_node_get_literal(node);
    return text ? text : "";
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool blank = static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
        if (!blank)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

// Cut between two characters.
std::string shortened(std::string text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
    return text.substr(0, limit) + "...";
}

// The few entities that are met in raw HTML around commands.
std::string without_markup(std::string_view html) {
    constexpr std::array<std::pair<std::string_view, char>, 6> entities{
        {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&nbsp;", ' '}, {"&amp;", '&'}}};
    std::string out;
    for (std::size_t i = 0; i < html.size();) {
        if (html[i] == '<') {
            const auto end = html.find('>', i);
            if (end == std::string_view::npos) break;
            if (html.substr(i, 3) == "<br") out += '\n';
            i = end + 1;
            continue;
        }
        bool found = false;
        for (const auto& [name, c] : entities)
            if (html.substr(i, name.size()) == name) {
                out += c;
                i += name.size();
                found = true;
                break;
            }
        if (!found) out += html[i++];
    }
    return out;
}

// Front matter: YAML between two lines of dashes at the very beginning. It is blanked, so that lines keep their
// numbers.
std::string take_front_matter(std::string& markdown) {
    if (!markdown.starts_with("---\n") && !markdown.starts_with("---\r\n")) return {};
    std::string title;
    std::size_t at = markdown.find('\n') + 1;
    for (int lines = 0; at < markdown.size() && lines < 500; ++lines) {
        const auto end = std::min(markdown.find('\n', at), markdown.size());
        const auto line = trimmed(std::string_view(markdown).substr(at, end - at));
        if (line == "---" || line == "...") {
            for (std::size_t i = 0; i < end; ++i)
                if (markdown[i] != '\n') markdown[i] = ' ';
            return title;
        }
        if (line.starts_with("title:")) {
            auto value = trimmed(line.substr(6));
            if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
                value = value.substr(1, value.size() - 2);
            title = one_line(value);
        }
        at = end + 1;
    }
    return {};
}

class walker {
  public:
    walker(article& result, std::string_view markdown) : result_(result), lines_(lines_of(markdown)) {}

    void walk(cmark_node* root) {
        const std::unique_ptr<cmark_iter, iterator_end> iterator(cmark_iter_new(root));
        for (auto event = cmark_iter_next(iterator.get()); event != CMARK_EVENT_DONE;
             event = cmark_iter_next(iterator.get())) {
            auto* node = cmark_iter_get_node(iterator.get());
            if (event == CMARK_EVENT_ENTER)
                enter(node);
            else
                leave(node);
        }
    }

  private:
    void enter(cmark_node* node) {
        const auto type = cmark_node_get_type(node);
        if (type == CMARK_NODE_HEADING || type == CMARK_NODE_PARAGRAPH || is_cell(node)) begin_text(node);
        if (type == CMARK_NODE_CODE_BLOCK) block(node);
        if (type == CMARK_NODE_HTML_BLOCK) html(node);
        if (type == CMARK_NODE_STRONG && strong_ == 0) strong_text_.clear();
        strong_ += type == CMARK_NODE_STRONG;
        if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) text(node, literal_of(node));
        if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) text(node, " ");
    }

    void leave(cmark_node* node) {
        const auto type = cmark_node_get_type(node);
        if (type == CMARK_NODE_STRONG && --strong_ == 0)
            inlines_.push_back({piece_kind::strong, strong_text_, line_of(node)});
        if (type == CMARK_NODE_HEADING) end_heading(cmark_node_get_heading_level(node));
        if (type == CMARK_NODE_PARAGRAPH || is_cell(node)) end_paragraph(node);
    }

    static bool is_cell(cmark_node* node) { return std::string_view(cmark_node_get_type_string(node)) == "table_cell"; }

    // Nodes inside a line have no line of their own in every version of the library.
    int line_of(cmark_node* node) const {
        for (; node; node = cmark_node_parent(node))
            if (const int line = cmark_node_get_start_line(node); line > 0) return line;
        return first_line_;
    }

    void begin_text(cmark_node* node) {
        text_.clear();
        inlines_.clear();
        strong_ = 0;
        first_line_ = cmark_node_get_start_line(node);
    }

    void text(cmark_node* node, const std::string& literal) {
        text_ += literal;
        if (strong_) strong_text_ += literal;
        if (cmark_node_get_type(node) == CMARK_NODE_CODE && !strong_)
            inlines_.push_back({piece_kind::code, literal, line_of(node)});
    }

    void end_heading(int level) {
        if (level < 1) return;
        while (!headings_.empty() && headings_.back().first >= level) headings_.pop_back();
        headings_.emplace_back(level, shortened(one_line(text_), 160));
        if (result_.title.empty()) result_.title = headings_.back().second;
        paragraph_.clear();
    }

    void end_paragraph(cmark_node* node) {
        const auto whole = one_line(text_);
        if (const auto at = whole.find("[!INCLUDE"); at != std::string::npos)
            note("included", "a text is included here that is not in this file; its commands, if any, are not drafted");
        if (whole.find("[!code-") != std::string::npos || whole.find("[!Code-") != std::string::npos ||
            (whole.starts_with(":::code") && whole.find("source=") != std::string::npos))
            note("included", "commands of another file are shown here; they are not drafted");
        for (auto& one : inlines_) {
            article_piece piece;
            piece.kind = one.kind;
            piece.alone = one_line(one.text) == whole;
            piece.text = std::move(one.text);
            piece.line = one.line;
            piece.heading = path();
            piece.paragraph = shortened(whole, paragraph_limit);
            result_.pieces.push_back(std::move(piece));
        }
        if (!is_cell(node)) paragraph_ = shortened(whole, paragraph_limit);
        inlines_.clear();
    }

    void block(cmark_node* node) {
        article_piece piece;
        int length = 0, offset = 0;
        char fence = 0;
        const bool is_fenced = cmark_node_get_fenced(node, &length, &offset, &fence) != 0;
        const char* info = cmark_node_get_fence_info(node);
        piece.info = one_line(info ? info : "");
        piece.text = literal_of(node);
        piece.line = cmark_node_get_start_line(node) + (is_fenced ? 1 : 0);
        piece.is_indented = !is_fenced;
        piece.heading = path();
        piece.paragraph = paragraph_;
        if (is_fenced && !is_closed(node, fence))
            result_.findings.push_back({article_finding::level::warning, cmark_node_get_start_line(node), "unclosed",
                                        "this code block has no end: the text behind it may be taken for commands"});
        result_.pieces.push_back(std::move(piece));
    }

    bool is_closed(cmark_node* node, char fence) const {
        const auto last = static_cast<std::size_t>(cmark_node_get_end_line(node));
        if (last <= static_cast<std::size_t>(cmark_node_get_start_line(node)) || last > lines_.size()) return false;
        const auto text = trimmed(lines_[last - 1]);
        const auto from = text.find_first_not_of("> \t");
        return from != std::string_view::npos && text.substr(from).find_first_not_of(fence) == std::string_view::npos;
    }

    void html(cmark_node* node) {
        const auto text = literal_of(node);
        const auto from = text.find("<pre");
        if (from == std::string::npos) return;
        article_piece piece;
        piece.kind = piece_kind::html;
        const auto end = std::min(text.find("</pre", from), text.size());
        piece.text = without_markup(std::string_view(text).substr(from, end - from));
        piece.line = cmark_node_get_start_line(node);
        for (const char c : std::string_view(text).substr(0, from)) piece.line += c == '\n';
        piece.heading = path();
        piece.paragraph = paragraph_;
        result_.pieces.push_back(std::move(piece));
    }

    void note(std::string code, std::string message) {
        result_.findings.push_back({article_finding::level::warning, first_line_, std::move(code), std::move(message)});
    }

    std::string path() const {
        std::string text;
        for (const auto& [level, name] : headings_) text += (text.empty() ? "" : " > ") + name;
        return text;
    }

    struct inline_text {
        piece_kind kind;
        std::string text;
        int line;
    };

    article& result_;
    std::vector<std::string_view> lines_;
    std::vector<std::pair<int, std::string>> headings_;
    std::string paragraph_, text_, strong_text_;
    std::vector<inline_text> inlines_;
    int strong_ = 0;
    int first_line_ = 1;
};

}  // namespace

std::optional<std::string> article_refusal(std::string_view bytes) {
    if (bytes.size() > largest_article) return "the file is larger than 2 MiB: no article is";
    if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return "the file is UTF-16; save it as UTF-8";
    if (bytes.find('\0') != std::string_view::npos) return "the file holds NUL bytes: it is not text";
    return std::nullopt;
}

article read_article(std::string_view markdown) {
    article result;
    if (markdown.starts_with("\xef\xbb\xbf")) markdown.remove_prefix(3);
    std::string text(markdown);
    const auto title = take_front_matter(text);
    cmark_gfm_core_extensions_ensure_registered();
    const std::unique_ptr<cmark_parser, parser_end> parser(cmark_parser_new(CMARK_OPT_VALIDATE_UTF8));
    if (auto* table = cmark_find_syntax_extension("table")) cmark_parser_attach_syntax_extension(parser.get(), table);
    cmark_parser_feed(parser.get(), text.data(), text.size());
    const std::unique_ptr<cmark_node, node_end> root(cmark_parser_finish(parser.get()));
    walker(result, text).walk(root.get());
    if (!title.empty()) result.title = title;
    return result;
}

}  // namespace emsctl::scripts
