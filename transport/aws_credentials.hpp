// Where the key for calls to AWS comes from: the environment, a profile of the shared files, a container's or machine's
// own credentials service, or the aws command line. No secret of it is ever part of a message.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "transport/aws_signature.hpp"
#include "transport/byte_stream.hpp"
#include "transport/road_context.hpp"
#include "transport/web_address.hpp"

namespace emsctl::transport {

struct aws_credentials {
    aws_key key;
    std::string source;  // "the environment", "the profile rescue"
};

using aws_profile = std::map<std::string, std::string>;

// One section of a shared file (credentials: [NAME]; config: [default] and [profile NAME]); none when it is not there.
// Nested settings, which are indented, are skipped. The last of two equal names counts, as for AWS's own tools.
std::optional<aws_profile> read_aws_profile(std::string_view file, std::string_view section);

// `source`: auto (the first of env, profile, container, instance, cli that is there), or one of these. auto asks a
// container's or machine's service only where the environment names it (AWS_CONTAINER_CREDENTIALS_..._URI,
// AWS_EC2_METADATA_SERVICE_ENDPOINT); instance asks the machine's own. `profile`, or AWS_PROFILE, or "default"; one
// that is named goes before the environment's keys. cli is `aws configure export-credentials`, which knows of single
// sign-on and roles. Throws login_refused with what was tried and what to do.
asio::awaitable<aws_credentials> get_aws_credentials(std::string source, std::string profile,
                                                     environment_reader environment, road_context context);

}  // namespace emsctl::transport
