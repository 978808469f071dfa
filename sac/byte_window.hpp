// The last bytes of a stream, by their place in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace emsctl::sac {

class byte_window {
  public:
    void append(std::string_view bytes) { kept_ += bytes; }

    std::uint64_t begin() const { return gone_ + from_; }
    std::uint64_t end() const { return gone_ + kept_.size(); }

    std::string_view from(std::uint64_t offset) const { return view().substr(index(offset)); }
    std::string_view between(std::uint64_t from, std::uint64_t to) const {
        return view().substr(index(from), index(to) - index(from));
    }
    unsigned char at(std::uint64_t offset) const { return static_cast<unsigned char>(kept_[index(offset)]); }

    // What stands before `offset` is needed no more; each byte is moved about once.
    void forget_before(std::uint64_t offset) {
        if (offset > begin()) from_ = static_cast<std::size_t>(std::min(offset, end()) - gone_);
        if (from_ < 4096 || from_ < kept_.size() / 2) return;
        kept_.erase(0, from_);
        gone_ += from_;
        from_ = 0;
    }

  private:
    std::string_view view() const { return kept_; }
    std::size_t index(std::uint64_t offset) const { return static_cast<std::size_t>(offset - gone_); }

    std::string kept_;
    std::size_t from_ = 0;
    std::uint64_t gone_ = 0;
};

}  // namespace emsctl::sac
