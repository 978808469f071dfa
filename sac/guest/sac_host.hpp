// What the SAC driver asks of the machine it runs in. A seam: the machine implements it over its Windows, tests fake
// it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/channel.hpp"

namespace emsctl::guest {

// An element that is not known is empty, and left out of the XML.
struct machine_identity {
    std::string name, guid, architecture, version, build, product, service_pack;
};

struct sac_process {
    unsigned long pid = 0;
    unsigned long memory_kb = 0;
    std::string image;
};

struct sac_address {
    int number = 0;
    std::string ip, mask, gateway;
};

class sac_host {
  public:
    virtual ~sac_host() = default;
    virtual machine_identity identity() const = 0;
    virtual std::vector<sac_process> processes() const = 0;
    virtual std::vector<sac_address> addresses() const = 0;
    virtual std::chrono::sys_time<std::chrono::microseconds> utc() const = 0;
    virtual bool set_utc(std::chrono::sys_time<std::chrono::microseconds> when) = 0;
    virtual bool kill(unsigned long pid) = 0;
    virtual bool are_sessions_disabled() const = 0;  // the DisableCmdSessions registry value
    virtual std::unique_ptr<channel_session> open_session(std::size_t slot, instant now) = 0;
    virtual void restart(instant now) = 0;
    virtual void shut_down(instant now) = 0;
    virtual void crash(instant now) = 0;
    virtual void refuse(std::string_view what) = 0;  // into the guest's log: not simulated
};

}  // namespace emsctl::guest
