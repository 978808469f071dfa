#include "transport/detail/admission.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

namespace emsctl::transport::detail {
namespace {

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

unsigned long inode_of(int fd) {
    struct stat facts {};
    return ::fstat(fd, &facts) == 0 ? facts.st_ino : 0;
}

// The inode at the other end of a Unix socket; 0: it was not accepted yet; nothing: the kernel does not say.
std::optional<unsigned long> peer_of(unsigned long inode) {
    const int fd = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0) return std::nullopt;
    struct {
        nlmsghdr head{};
        unix_diag_req body{};
    } ask;
    ask.head.nlmsg_len = sizeof ask;
    ask.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    ask.head.nlmsg_flags = NLM_F_REQUEST;
    ask.body.sdiag_family = AF_UNIX;
    ask.body.udiag_states = ~0u;
    ask.body.udiag_ino = static_cast<unsigned>(inode);
    ask.body.udiag_show = UDIAG_SHOW_PEER;
    ask.body.udiag_cookie[0] = ask.body.udiag_cookie[1] = ~0u;
    alignas(nlmsghdr) std::array<char, 4096> answer{};
    ssize_t size = -1;
    if (::send(fd, &ask, sizeof ask, 0) == sizeof ask) size = ::recv(fd, answer.data(), answer.size(), 0);
    ::close(fd);
    const auto* head = reinterpret_cast<const nlmsghdr*>(answer.data());
    if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(unix_diag_msg))) || head->nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return std::nullopt;
    const auto* message = reinterpret_cast<const unix_diag_msg*>(answer.data() + NLMSG_HDRLEN);
    if (message->udiag_ino != static_cast<unsigned>(inode)) return std::nullopt;
    std::size_t at = NLMSG_LENGTH(sizeof(unix_diag_msg));
    while (at + sizeof(rtattr) <= static_cast<std::size_t>(size)) {
        rtattr part{};
        std::memcpy(&part, answer.data() + at, sizeof part);
        if (part.rta_len < sizeof part) break;
        if (part.rta_type == UNIX_DIAG_PEER && part.rta_len >= sizeof part + 4) {
            unsigned peer = 0;
            std::memcpy(&peer, answer.data() + at + sizeof part, sizeof peer);
            return peer;
        }
        at += RTA_ALIGN(part.rta_len);
    }
    return std::nullopt;
}

// Of the processes we may look into.
std::string process_with(unsigned long inode) {
    const std::string wanted = "socket:[" + std::to_string(inode) + "]";
    std::error_code error;
    for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
        const std::string pid = process.path().filename().string();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        std::error_code hidden;
        for (const auto& open : std::filesystem::directory_iterator(process.path() / "fd", hidden)) {
            if (std::filesystem::read_symlink(open.path(), hidden).string() != wanted) continue;
            std::string name = content_of((process.path() / "comm").string());
            while (name.ends_with('\n')) name.pop_back();
            return "process " + pid + " (" + name + ")";
        }
    }
    return "a program of somebody else";
}

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

struct two_ends {
    sockaddr_storage ours{};
    sockaddr_storage theirs{};
};

std::optional<two_ends> ends_of(int socket) {
    two_ends ends;
    socklen_t size = sizeof ends.ours;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&ends.ours), &size) != 0) return std::nullopt;
    size = sizeof ends.theirs;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&ends.theirs), &size) != 0) return std::nullopt;
    return ends;
}

// As in /proc/net/tcp: the address in words of four bytes, each in the machine's own order, then the port.
std::string in_table(const sockaddr_storage& end) {
    std::string text;
    std::array<char, 16> piece{};
    const auto add = [&](unsigned word) {
        std::snprintf(piece.data(), piece.size(), "%08X", word);
        text += piece.data();
    };
    unsigned port = 0;
    if (end.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(end);
        add(four.sin_addr.s_addr);
        port = ntohs(four.sin_port);
    } else {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(end);
        for (int i = 0; i < 4; ++i) {
            unsigned word = 0;
            std::memcpy(&word, six.sin6_addr.s6_addr + i * 4, 4);
            add(word);
        }
        port = ntohs(six.sin6_port);
    }
    std::snprintf(piece.data(), piece.size(), ":%04X", port);
    return text + piece.data();
}

struct tcp_row {
    std::string local;
    std::string remote;
    std::string state;
    unsigned long inode = 0;
};

std::vector<tcp_row> rows_of(std::string_view table) {
    std::vector<tcp_row> rows;
    std::istringstream lines{std::string(table)};
    std::string line;
    std::getline(lines, line);  // the head
    while (std::getline(lines, line)) {
        const auto words = words_of(line);
        if (words.size() < 10) continue;
        rows.push_back({words[1], words[2], words[3], std::strtoul(words[9].c_str(), nullptr, 10)});
    }
    return rows;
}

std::string table_for(const sockaddr_storage& end) {
    return content_of(end.ss_family == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6");
}

constexpr const char* established = "01";

}  // namespace

admission unix_admission(int socket) {
    const auto peer = peer_of(inode_of(socket));
    if (!peer) return admission::unknown;
    return *peer == 0 ? admission::waiting : admission::let_in;
}

std::string other_client_of_unix(const std::string& path) {
    std::istringstream lines(content_of("/proc/net/unix"));
    for (std::string line; std::getline(lines, line);) {
        // Num RefCount Protocol Flags Type St Inode Path; St 03 is a connected socket that somebody has opened.
        const auto words = words_of(line);
        if (words.size() < 8 || words[5] != "03" || !line.ends_with(" " + path)) continue;
        const auto peer = peer_of(std::strtoul(words[6].c_str(), nullptr, 10));
        if (peer && *peer != 0) return process_with(*peer);
    }
    return "";
}

admission admission_in_table(std::string_view table, std::string_view local, std::string_view remote) {
    for (const auto& row : rows_of(table))
        if (row.local == local && row.remote == remote && row.state == established)
            return row.inode == 0 ? admission::waiting : admission::let_in;
    return admission::unknown;
}

admission tcp_admission(int socket) {
    const auto ends = ends_of(socket);
    if (!ends) return admission::unknown;
    return admission_in_table(table_for(ends->ours), in_table(ends->theirs), in_table(ends->ours));
}

std::string other_client_of_tcp(int socket) {
    const auto ends = ends_of(socket);
    if (!ends) return "";
    const auto rows = rows_of(table_for(ends->ours));
    const std::string server = in_table(ends->theirs);
    const std::string ours = in_table(ends->ours);
    for (const auto& row : rows) {
        if (row.local != server || row.remote == ours || row.state != established || row.inode == 0) continue;
        for (const auto& client : rows)
            if (client.local == row.remote && client.remote == server && client.inode != 0)
                return process_with(client.inode);
        return "a client on another host";
    }
    return "";
}

}  // namespace emsctl::transport::detail
