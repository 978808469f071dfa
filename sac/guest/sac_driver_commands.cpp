// The commands of the SAC prompt.
#include <charconv>
#include <cstdio>

#include "sac/guest/sac_driver.hpp"

namespace emsctl::guest {
namespace {

constexpr unsigned status_unsuccessful = 0xC0000001;
constexpr unsigned status_not_implemented = 0xC0000002;
constexpr unsigned status_invalid_cid = 0xC000000B;

bool starts(const std::string& line, std::string_view prefix) {
    return std::string_view(line).substr(0, prefix.size()) == prefix;
}

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(" \t", at)) != std::string::npos) {
        const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

std::optional<unsigned long> number(const std::string& text) {
    unsigned long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        const std::size_t size = end == std::string_view::npos ? text.size() : end + 2;
        lines.emplace_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

}  // namespace

// The order is the driver's: the first test that holds decides, and several look at the start of the line only, so
// that "type" lists processes and "ping" toggles paging.
sac_driver::answer sac_driver::run(const std::string& line, instant now) {
    const std::vector<std::string> words = split(line);
    if (starts(line, "t")) return paged(process_list(now));
    if (starts(line, "?") || starts(line, "help")) {
        std::vector<std::string> lines;
        for (int i = 12; i <= 31; ++i) lines.emplace_back(messages_[i]);
        return paged(std::move(lines));
    }
    if (starts(line, "f")) {
        has_threads_ = !has_threads_;
        write(messages_[has_threads_ ? 7 : 8]);
    } else if (starts(line, "p")) {
        is_paging_ = !is_paging_;
        write(messages_[is_paging_ ? 9 : 10]);
    } else if (starts(line, "id")) {
        identification(now);
    } else if (starts(line, "crashdump")) {
        host_.crash(now);
        return answer::silent;
    } else if (starts(line, "lock")) {
        for (auto& c : channels_)
            if (c && c->session) c->session->lock();
        write(messages_[147]);
    } else if (starts(line, "shutdown") || starts(line, "restart")) {
        return power(line[0] == 'r', now);
    } else if (starts(line, "d")) {
        host_.refuse("SAC command d: the form of the kernel log is not known");
    } else if (starts(line, "cmd")) {
        return new_command_channel(now);
    } else if (line == "ch" || starts(line, "ch ")) {
        return channels_command(words, now);
    } else if (!line.empty() && std::string_view("klrmsi").find(line[0]) != std::string_view::npos &&
               words[0].size() == 1) {
        return run_word(line[0], words, now);
    } else if (!line.empty()) {
        write(messages_[105]);
    }
    return answer::prompt;
}

sac_driver::answer sac_driver::run_word(char letter, const std::vector<std::string>& words, instant) {
    if (letter == 's') return time_command(words);
    if (letter == 'i') {
        if (words.size() == 1) {
            addresses();
        } else {
            host_.refuse("SAC command i with an address");
            write(messages_[52]);
            write(messages_.filled(48, status_not_implemented));
        }
        return answer::prompt;
    }
    const auto pid = words.size() > 1 ? number(words[1]) : std::nullopt;
    if (!pid || (letter == 'm' && (words.size() < 3 || !number(words[2])))) {
        write(messages_[6]);
        return answer::prompt;
    }
    bool exists = false;
    for (const sac_process& p : host_.processes()) exists = exists || p.pid == *pid;
    const int failed = letter == 'k' ? 55 : letter == 'l' ? 57 : letter == 'r' ? 59 : 61;
    unsigned status = exists ? 0 : status_invalid_cid;
    if (exists && letter == 'k' && !host_.kill(*pid)) status = status_unsuccessful;
    if (exists && letter == 'm') {
        host_.refuse("SAC command m");
        status = status_not_implemented;
    }
    if (exists && letter == 'l') lowered_.insert(*pid);
    if (exists && letter == 'r' && lowered_.erase(*pid) == 0) {
        write(messages_[63]);
    } else if (status == 0) {
        write(messages_[failed + 1]);
    } else {
        write(messages_[failed]);
        write(messages_.filled(48, status));
    }
    return answer::prompt;
}

sac_driver::answer sac_driver::channels_command(const std::vector<std::string>& words, instant now) {
    if (words.size() == 1) {
        list_channels();
        return answer::prompt;
    }
    const std::string& option = words[1];
    if (option == "-?") return paged(lines_of(messages_[136]));
    const bool by_index = option == "-si" || option == "-ci";
    if ((!by_index && option != "-sn" && option != "-cn") || words.size() < 3) {
        write(messages_[6]);
        return answer::prompt;
    }
    std::optional<std::size_t> index;
    if (by_index) {
        const auto given = number(words[2]);
        if (given && *given < slots && channels_[*given]) index = *given;
    } else {
        index = find(words[2]);
    }
    if (!index)
        write(messages_[by_index ? 137 : 107]);
    else if (option[1] == 's')
        show_switch_screen(*index);  // the prompt that follows goes into the buffer only
    else
        return close(*index, now);
    return answer::prompt;
}

sac_driver::answer sac_driver::close(std::size_t index, instant now) {
    if (index == 0) {
        write(messages_[106]);
    } else if (channels_[index]->closing) {
        event(messages_.filled(135, channels_[index]->name.c_str()));
        return answer::silent;
    } else {
        channels_[index]->closing = now + profile_.channel_close;
    }
    return answer::prompt;
}

void sac_driver::list_channels() {
    write(messages_[108]);
    for (std::size_t i = 0; i < slots; ++i)
        if (channels_[i]) write(std::to_string(i) + " (AV)    " + channels_[i]->name + "\r\n");
}

sac_driver::answer sac_driver::new_command_channel(instant now) {
    if (host_.are_sessions_disabled()) {
        write(messages_[148]);
    } else if (!is_registered_) {
        write(messages_[131]);
    } else if (next_cmd_failure_) {
        const int number = *std::exchange(next_cmd_failure_, std::nullopt);
        write(messages_[number]);
        if (number == 128) write(messages_.filled(48, status_unsuccessful));
    } else if (const auto slot = free_slot()) {
        launches_.push_back({*slot, now + profile_.channel_launch});
        write(messages_[121]);
    } else {
        write(messages_[154]);
    }
    return answer::prompt;
}

sac_driver::answer sac_driver::power(bool is_restart, instant now) {
    if (now - boot_time_ < profile_.minimum_uptime) {
        power_ = pending_power{is_restart, boot_time_ + profile_.minimum_uptime};
        event(messages_[is_restart ? 114 : 115]);
    } else if (is_restart) {
        host_.restart(now);
    } else {
        host_.shut_down(now);
    }
    return answer::silent;
}

void sac_driver::identification(instant now) {
    const machine_identity id = host_.identity();
    const auto row = [&](int label, const std::string& value) {
        if (!value.empty()) write(std::string(messages_[label]) + value + "\r\n");
    };
    row(92, id.name);
    row(93, id.guid);
    row(94, id.architecture);
    row(95, id.version);
    row(96, id.build);
    row(97, id.product);
    row(99, id.service_pack);
    const int up = static_cast<int>((now - boot_time_) / std::chrono::seconds(1));
    write(messages_.filled(113, up / 3600, up / 60 % 60, up % 60));
}

std::vector<std::string> sac_driver::process_list(instant now) const {
    const long up = static_cast<long>((now - boot_time_) / std::chrono::milliseconds(1));
    long total = 0;
    const std::vector<sac_process> processes = host_.processes();
    for (const sac_process& p : processes) total += static_cast<long>(p.memory_kb);
    // Times, faults, priorities and handles are not simulated: they are zero in every row.
    host_.refuse("SAC command t: counters other than the working set");
    std::string text =
        messages_.filled(69, 0L, up / 86400000, up / 3600000 % 24, up / 60000 % 60, up / 1000 % 60, up % 1000) +
        std::string(messages_[70]) + messages_.filled(73, 0L, 0L, total, 0L, 0L) +
        messages_.filled(74, 0L, 0L, 0L, 0L, 0L, 0L) + std::string(messages_[75]) + messages_.filled(76, 0L, 0L);
    for (const sac_process& p : processes)
        text += messages_.filled(77, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, static_cast<long>(p.memory_kb), 0L, 0L, 0L, 0L, 0L,
                                 static_cast<long>(p.pid), p.image.c_str());
    return lines_of(text);
}

void sac_driver::addresses() {
    if (profile_.announces_addresses) write(messages_[83]);
    const std::vector<sac_address> all = host_.addresses();
    if (all.empty()) write(messages_[85]);
    for (const sac_address& a : all)
        write(messages_.filled(86, a.number, a.ip.c_str(), a.mask.c_str(), a.gateway.c_str()));
}

sac_driver::answer sac_driver::time_command(const std::vector<std::string>& words) {
    using namespace std::chrono;
    if (words.size() == 1) {
        const auto now = host_.utc();
        const auto day = floor<days>(now);
        const year_month_day date(day);
        const hh_mm_ss clock(floor<milliseconds>(now - day));
        write(messages_.filled(49, static_cast<int>(static_cast<unsigned>(date.month())),
                               static_cast<int>(static_cast<unsigned>(date.day())), static_cast<int>(date.year()),
                               static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                               static_cast<int>(clock.seconds().count()),
                               static_cast<int>(clock.subseconds().count())));
        return answer::prompt;
    }
    unsigned month = 0, date = 0, hour = 0, minute = 0;
    int full_year = 0;
    if (words.size() != 3 || std::sscanf(words[1].c_str(), "%u/%u/%d", &month, &date, &full_year) != 3 ||
        std::sscanf(words[2].c_str(), "%u:%u", &hour, &minute) != 2 || hour > 23 || minute > 59 ||
        !year_month_day(year(2000), std::chrono::month(month), day(date)).ok()) {
        write(messages_[6]);
    } else if (full_year < 1980 || full_year > 2099) {
        write(messages_[88]);
    } else if (host_.set_utc(sys_days(year(full_year) / std::chrono::month(month) / day(date)) + hours(hour) +
                             minutes(minute))) {
        write(messages_.filled(87, static_cast<int>(month), static_cast<int>(date), full_year, static_cast<int>(hour),
                               static_cast<int>(minute)));
    } else {
        write(messages_.filled(48, status_not_implemented));
    }
    return answer::prompt;
}

sac_driver::answer sac_driver::paged(std::vector<std::string> lines) {
    rest_ = std::move(lines);
    more();
    return answer::silent;
}

void sac_driver::more() {
    std::size_t shown = 0;
    while (shown < rest_.size() && !(is_paging_ && shown == profile_.page_lines)) write(rest_[shown++]);
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(shown));
    if (rest_.empty())
        prompt();
    else
        write(messages_[82]);
}

}  // namespace emsctl::guest
