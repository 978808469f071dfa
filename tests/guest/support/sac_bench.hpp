// A SAC driver with a host that only remembers, and channels with the toy shell: time goes on by calls.
#pragma once

#include <string>
#include <vector>

#include "sac/guest/channel_command.hpp"
#include "sac/guest/sac_driver.hpp"
#include "tests/guest/support/toy_shell.hpp"

namespace emsctl::guest::support {

struct remembering_host : sac_host {
    explicit remembering_host(const profile& what) : values(what) {}

    machine_identity identity() const override {
        return {"WIN-ABC", "00000000-0000-0000-0000-000000000000", "AMD64", "10.0", "20348", "Windows Server", "None"};
    }
    std::vector<sac_process> processes() const override { return {{4, 144, "System"}, {812, 9000, "svchost.exe"}}; }
    std::vector<sac_address> addresses() const override {
        return {{11, "192.168.0.10", "255.255.255.0", "192.168.0.1"}};
    }
    std::chrono::sys_time<std::chrono::microseconds> utc() const override {
        using namespace std::chrono;
        return sys_days(July / 24 / 2026) + hours(15) + minutes(4) + seconds(5) + milliseconds(123);
    }
    bool set_utc(std::chrono::sys_time<std::chrono::microseconds> when) override {
        set_to = when;
        return true;
    }
    bool kill(unsigned long pid) override { return pid == 812; }
    bool are_sessions_disabled() const override { return is_disabled; }
    std::unique_ptr<channel_session> open_session(std::size_t, instant) override {
        session_services services;
        services.log_on = [](std::string_view, std::string_view user, std::string_view password) {
            return user == "skills" && password == "secret" ? std::optional(local_system()) : std::nullopt;
        };
        services.shell = toy_shell;
        return std::make_unique<channel_command>(values, services, key_faults{}, 7);
    }
    void restart(instant now) override {
        done.push_back("restart at " + std::to_string(now / std::chrono::seconds(1)));
    }
    void shut_down(instant now) override {
        done.push_back("shutdown at " + std::to_string(now / std::chrono::seconds(1)));
    }
    void crash(instant) override { done.push_back("crash"); }
    void refuse(std::string_view what) override { refused.emplace_back(what); }

    const profile& values;
    bool is_disabled = false;
    std::chrono::sys_time<std::chrono::microseconds> set_to;
    std::vector<std::string> done, refused;
};

struct sac_bench {
    explicit sac_bench(const std::string& name = "windows-11") : values(load_profile(name).values) {
        driver.start(now, false);
    }

    std::string type(std::string_view bytes) {
        for (char byte : bytes) driver.input(byte, now);
        return driver.take_output();
    }
    std::string wait(instant length) {
        const instant end = now + length;
        for (auto when = driver.next_event(); when && *when <= end; when = driver.next_event()) {
            now = std::max(now, *when);
            driver.advance(now);
        }
        now = end;
        return driver.take_output();
    }
    std::string type_and_wait(std::string_view bytes) {
        std::string out = type(bytes);
        return out + wait(std::chrono::seconds(10));
    }
    // A channel, looked at, logged on to; everything up to its first prompt is taken.
    void open_shell() {
        driver.register_service(true);
        type_and_wait("cmd\r");
        type_and_wait("ch -si 1\r ");
        type_and_wait("skills\r\rsecret\r");
    }

    profile values;
    remembering_host host{values};
    instant now = std::chrono::minutes(5);
    sac_driver driver{host, values, 1, std::chrono::minutes(5)};
};

}  // namespace emsctl::guest::support
