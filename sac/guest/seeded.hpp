// Chance that repeats: every draw follows from the seed, on every platform. Not for secrets.
#pragma once

#include <cstdint>
#include <random>

namespace emsctl::guest {

class seeded {
  public:
    explicit seeded(std::uint64_t seed) : engine_(seed * 0x9e3779b97f4a7c15u + 0x1234567u) {}

    std::uint64_t number() { return engine_(); }
    std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : engine_() % limit; }
    double unit() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }  // [0, 1)
    bool happens(double probability) { return probability > 0 && unit() < probability; }

  private:
    std::mt19937_64 engine_;  // its sequence is fixed by the standard; the library's distributions are not
};

}  // namespace emsctl::guest
