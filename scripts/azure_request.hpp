// A call of Azure's Resource Manager as the text of a command, so that it is rendered, judged, journaled and shown like
// any other: "METHOD PATH?api-version=..." and, from the second line on, its JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace emsctl::scripts {

struct azure_request {
    std::string method;  // GET, PUT, POST or DELETE
    std::string path;    // with its query; without a slash before it: below the machine itself
    std::string body;
};

// Why a step that needs Azure cannot do what it should.
inline constexpr const char* azure_is_not_reached =
    "this needs Azure, and nobody said which machine of Azure this is: --azure SUBSCRIPTION/GROUP/MACHINE, or --azure "
    "same for the one whose console this is";

std::string written_request(const azure_request& request);
// nullopt: it is no such text.
std::optional<azure_request> read_azure_request(std::string_view text);

}  // namespace emsctl::scripts
