#include "sac/guest/disks.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace emsctl::guest {

namespace {

char upper(char letter) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
}

}  // namespace

char disks::drive(const partition& what) {
    return what.letter ? what.letter : static_cast<char>(what.volume);
}

disk& disks::add(disk what) {
    what.number = static_cast<unsigned>(disks_.size());
    unsigned volumes = 0;
    for (const auto& d : disks_)
        for (const auto& p : d.partitions) volumes += p.volume != 0;
    unsigned number = 0;
    for (auto& p : what.partitions) {
        p.number = ++number;
        if (p.fs.empty()) continue;
        p.volume = ++volumes;
        p.usual_letter = p.letter;
        if (!what.is_online) p.letter = '\0';
        if (!files_.has_volume(drive(p))) files_.add_volume(drive(p), p.size);
    }
    return disks_.emplace_back(std::move(what));
}

const disk* disks::find(unsigned number) const {
    return number < disks_.size() ? &disks_[number] : nullptr;
}

partition* disks::get(std::string_view id) {
    for (auto& d : disks_)
        for (auto& p : d.partitions)
            if (text::equal_no_case(p.id, id)) return &p;
    return nullptr;
}

const partition* disks::with_id(std::string_view id) const {
    for (const auto& d : disks_)
        for (const auto& p : d.partitions)
            if (d.is_online && text::equal_no_case(p.id, id)) return &p;
    return nullptr;
}

const partition* disks::with_letter(char letter) const {
    for (const auto& d : disks_)
        for (const auto& p : d.partitions)
            if (p.letter && p.letter == upper(letter)) return &p;
    return nullptr;
}

const partition* disks::volume(unsigned number) const {
    for (const auto& d : disks_)
        for (const auto& p : d.partitions)
            if (d.is_online && p.volume == number && number != 0) return &p;
    return nullptr;
}

bool disks::is_letter_free(char letter) const {
    return file_system::is_letter(letter) && !files_.has_volume(upper(letter));
}

bool disks::assign(const std::string& id, char letter) {
    auto* p = get(id);
    letter = upper(letter);
    if (p && p->letter == letter) return true;
    if (!p || p->volume == 0 || !is_letter_free(letter)) return false;
    files_.rename_volume(drive(*p), letter);
    p->letter = p->usual_letter = letter;
    return true;
}

void disks::remove_letter(const std::string& id) {
    auto* p = get(id);
    if (!p || !p->letter) return;
    files_.rename_volume(p->letter, static_cast<char>(p->volume));
    p->letter = p->usual_letter = '\0';
}

void disks::set_online(unsigned number, bool is_online) {
    if (number >= disks_.size() || disks_[number].is_online == is_online) return;
    disks_[number].is_online = is_online;
    for (auto& p : disks_[number].partitions) {
        if (p.volume == 0) continue;
        const auto now = drive(p);
        p.letter = is_online && p.usual_letter && is_letter_free(p.usual_letter) ? p.usual_letter : '\0';
        if (drive(p) != now) files_.rename_volume(now, drive(p));
    }
}

void disks::clear_read_only(unsigned number) {
    if (number < disks_.size()) disks_[number].is_read_only = false;
}

nlohmann::json disks::state() const {
    auto out = nlohmann::json::array();
    for (const auto& d : disks_) {
        auto parts = nlohmann::json::array();
        for (const auto& p : d.partitions)
            parts.push_back({{"type", p.type},
                             {"label", p.label},
                             {"fs", p.fs},
                             {"size", p.size},
                             {"letter", p.letter ? std::string(1, p.letter) : ""},
                             {"active", p.is_active}});
        out.push_back(
            {{"gpt", d.is_gpt}, {"online", d.is_online}, {"read_only", d.is_read_only}, {"partitions", parts}});
    }
    return out;
}

}  // namespace emsctl::guest
