#include "src/log_setup.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "src/usage.hpp"

namespace emsctl {

void set_up_log(int verbosity, const std::string& file) {
    const auto level = verbosity == 0   ? spdlog::level::warn
                       : verbosity == 1 ? spdlog::level::info
                                        : spdlog::level::debug;
    auto terminal = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    terminal->set_level(level);
    auto logger = std::make_shared<spdlog::logger>("emsctl", terminal);
    if (!file.empty()) {
        try {
            auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
            sink->set_level(spdlog::level::debug);
            logger->sinks().push_back(std::move(sink));
        } catch (const spdlog::spdlog_ex& error) {
            throw usage_error("--log-file " + file + ": " + error.what());
        }
    }
    logger->set_level(file.empty() ? level : spdlog::level::debug);
    logger->flush_on(spdlog::level::debug);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace emsctl
