// Hive files: a registry key with everything below it as bytes, so that a copied or moved file is still that hive. The
// bytes begin as a hive does ("regf", whole pages) and hold our own coding after it: no other program reads them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sac/guest/registry.hpp"

namespace emsctl::guest {

std::string to_hive(const registry_key& root);                  // the root's own name is not kept
std::optional<registry_key> from_hive(std::string_view bytes);  // nullopt when the bytes are no hive, or cut short

}  // namespace emsctl::guest
