#include "sac/sac_error.hpp"

#include <boost/system/system_error.hpp>

namespace emsctl::sac {
namespace {

class category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "sac"; }
    std::string message(int code) const override {
        switch (static_cast<sac_error>(code)) {
            case sac_error::timed_out:
                return "the console did not answer in time";
            case sac_error::no_sac:
                return "no SAC on this line";
            case sac_error::guest_stopped:
                return "the guest has stopped with a STOP error";
            case sac_error::channel_refused:
                return "SAC did not open a command channel";
            case sac_error::login_refused:
                return "the guest refused the login";
            case sac_error::typing_failed:
                return "the screen did not show what was typed";
            case sac_error::transfer_failed:
                return "what arrived is not what the guest hashed";
            case sac_error::guest_cannot_hash:
                return "the guest cannot compute a hash";
            case sac_error::guest_disk_full:
                return "the guest cannot write its session folder";
            case sac_error::not_supported:
                return "not supported on this guest";
        }
        return "unknown console error";
    }
};

}  // namespace

const boost::system::error_category& sac_category() noexcept {
    static const category instance;
    return instance;
}

void fail(sac_error e, const std::string& context) {
    throw boost::system::system_error(make_error_code(e), context);
}

}  // namespace emsctl::sac
