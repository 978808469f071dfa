// A damaged file never makes a key known that stands nowhere in it.
#include "transport/known_hosts.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace emsctl;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto file = fuzz::text_of(data, size);
    transport::host_key key;
    key.type = "ssh-ed25519";
    key.blob = std::string("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19) + std::string(32, 'k');
    const auto line = transport::known_hosts_line("[gate.example]:2222", key);
    const auto written = line.substr(line.rfind(' ') + 1, 60);
    const auto verdict = transport::look_up(file, "[gate.example]:2222", key);
    if (file.find(written) == file.npos) fuzz::require(verdict.what != transport::known_hosts_verdict::kind::known);
    transport::known_types(file, "[gate.example]:2222");
    return 0;
}
