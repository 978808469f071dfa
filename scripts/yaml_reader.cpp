#include "scripts/yaml_reader.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <set>
#include <sstream>

namespace emsctl::scripts {
namespace {

constexpr std::size_t size_limit = 1u << 20;
constexpr std::size_t depth_limit = 24;
constexpr std::size_t node_limit = 20'000;

struct too_much : std::exception {};

bool is_utf8(const std::string& text) {
    try {
        static_cast<void>(nlohmann::json(text).dump());
    } catch (const nlohmann::json::type_error&) {
        return false;
    }
    return true;
}

// yaml-cpp's node tree keeps the first of two equal keys in silence and expands aliases; its events hide nothing.
class builder : public YAML::EventHandler {
  public:
    explicit builder(yaml_document& result) : result_(result) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { scalar(mark, "", true); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        complain(mark, "aliases (*name) are not allowed in a runbook");
        scalar(mark, "", false);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check(mark, tag, anchor);
        if (!is_utf8(value))
            complain(mark, "this is not UTF-8; in double quotes \\N and \\L are escapes, and a backslash is \\\\");
        scalar(mark, value, tag == "?");  // "!": it was quoted
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        check(mark, tag, anchor);
        open(mark, yaml_node::kind::list);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        check(mark, tag, anchor);
        open(mark, yaml_node::kind::map);
    }
    void OnMapEnd() override { close(); }

  private:
    struct level {
        yaml_node node;
        std::optional<yaml_node> key;  // a map's key that waits for its value
        std::set<std::string> keys;
    };

    static place of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }
    void complain(const YAML::Mark& mark, std::string message) {
        result_.problems.push_back({of(mark), std::move(message)});
    }
    void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != 0) complain(mark, "anchors (&name) are not allowed in a runbook");
        if (!tag.empty() && tag != "?" && tag != "!") complain(mark, "tags (" + tag + ") are not allowed in a runbook");
    }
    void scalar(const YAML::Mark& mark, const std::string& text, bool plain) {
        yaml_node node;
        node.text = text;
        node.is_plain = plain;
        node.at = of(mark);
        put(std::move(node));
    }
    void open(const YAML::Mark& mark, yaml_node::kind what) {
        if (levels_.size() >= depth_limit) {
            complain(mark, "nested too deeply");
            throw too_much();
        }
        levels_.emplace_back();
        levels_.back().node.what = what;
        levels_.back().node.at = of(mark);
    }
    void close() {
        auto node = std::move(levels_.back().node);
        levels_.pop_back();
        put(std::move(node));
    }
    void put(yaml_node node) {
        if (++nodes_ > node_limit) {
            result_.problems.push_back({node.at, "too many parts for a runbook"});
            throw too_much();
        }
        if (levels_.empty()) {
            result_.root = std::move(node);
            return;
        }
        auto& top = levels_.back();
        if (top.node.what == yaml_node::kind::list) {
            top.node.items.push_back(std::move(node));
        } else if (!top.key) {
            if (node.what != yaml_node::kind::scalar)
                result_.problems.push_back({node.at, "a key must be plain text"});
            else if (!top.keys.insert(node.text).second)
                result_.problems.push_back({node.at, "the key \"" + node.text + "\" stands here twice"});
            top.key = std::move(node);
        } else {
            top.node.members.emplace_back(std::move(*top.key), std::move(node));
            top.key.reset();
        }
    }

    yaml_document& result_;
    std::vector<level> levels_;
    std::size_t nodes_ = 0;
};

}  // namespace

const yaml_node* yaml_node::find(std::string_view key) const {
    for (const auto& [name, value] : members)
        if (name.text == key) return &value;
    return nullptr;
}

yaml_document read_yaml(std::string_view text) {
    yaml_document result;
    if (text.size() > size_limit) {
        result.problems.push_back({{1, 1}, "the file is too large for a runbook"});
        return result;
    }
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
        result.problems.push_back({{1, 1}, "the file holds NUL bytes: it is not text"});
        return result;
    }
    std::istringstream stream{std::string(text)};
    try {
        YAML::Parser parser(stream);
        builder handler(result);
        if (!parser.HandleNextDocument(handler)) result.problems.push_back({{1, 1}, "the file is empty"});
        yaml_document rest;
        builder more(rest);
        if (result.root && parser.HandleNextDocument(more) && rest.root)
            result.problems.push_back({rest.root->at, "a second document in the file"});
    } catch (const YAML::Exception& error) {
        result.problems.push_back({{error.mark.line + 1, error.mark.column + 1}, error.msg});
    } catch (const too_much&) {
    }
    if (!result.problems.empty()) result.root.reset();
    return result;
}

}  // namespace emsctl::scripts
