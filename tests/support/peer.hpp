// A real program at the other end of a road under test: started with its standard input held open, ended with the test.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace emsctl::test {

class peer {
  public:
    // Searched in PATH. Waits for a line of its output (standard output and error are one) that contains `ready`.
    // An empty `ready` waits for nothing: for programs that say nothing when they are ready.
    // Throws when the program ends or stays silent for a minute without it.
    peer(const std::vector<std::string>& command, const std::string& ready,
         const std::map<std::string, std::string>& environment = {});
    ~peer();  // closes its standard input, and terminates it if that does not end it at once
    peer(const peer&) = delete;
    peer& operator=(const peer&) = delete;

    const std::string& ready_line() const { return ready_line_; }
    // The digits after the last ':' of the ready line.
    std::string port() const;
    // Reads on until its output has a line with `text`; false when it ended before.
    bool says(const std::string& text);
    int pid() const { return pid_; }

  private:
    bool read_line(std::string& line);

    int pid_ = -1;
    int input_ = -1;
    int output_ = -1;
    std::string pending_;
    std::string ready_line_;
};

// Whether the programs and files a test needs are there. If not, the test says what is missing and is skipped, or fails
// where EMSCTL_REQUIRE_PEERS=1 says that all must be there.
bool peers_are_there(const std::vector<std::string>& programs);

// A port of 127.0.0.1 that was free a moment ago, for servers that cannot choose one themselves.
std::string free_port();

}  // namespace emsctl::test
