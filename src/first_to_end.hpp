// Two loops that live and die together. Not `one && other`: that hides why the first one ended behind "multiple
// exceptions" as soon as the second one is cancelled for it.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace emsctl {

// When one of them ends, the other is cancelled and awaited; then the first one's error, if any, is thrown.
boost::asio::awaitable<void> first_to_end(boost::asio::awaitable<void> one, boost::asio::awaitable<void> other);

}  // namespace emsctl
