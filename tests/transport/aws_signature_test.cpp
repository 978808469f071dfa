// AWS Signature Version 4 against the vectors AWS published (its Signature Version 4 test suite, and the IAM example of
// the user guide): the same example key, moment and host in all of them.
#include "transport/aws_signature.hpp"

#include <doctest/doctest.h>

using namespace emsctl::transport;

namespace {

const aws_key example{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
const aws_scope scope{"us-east-1", "service", "20150830T123600Z"};

http_request call(const std::string& method, const std::string& url = "https://example.amazonaws.com/") {
    http_request request;
    request.method = method;
    request.url = url;
    return request;
}

std::string authorization(http_request request, const aws_key& key = example, const aws_scope& where = scope) {
    sign_aws_call(request, key, where);
    return request.headers.at("Authorization");
}

std::string expected(const std::string& headers, const std::string& signature, const std::string& service = "service") {
    return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + service +
           "/aws4_request, SignedHeaders=" + headers + ", Signature=" + signature;
}

}  // namespace

TEST_SUITE("transport/aws_signature") {
    TEST_CASE("a plain GET gives the canonical request, string to sign and signature of get-vanilla") {
        auto request = call("GET");
        request.headers["X-Amz-Date"] = scope.date_time;
        const auto canonical = aws_canonical_request(request);
        CHECK(canonical ==
              "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n"
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        CHECK(aws_string_to_sign(canonical, scope) ==
              "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n"
              "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63");
        CHECK(authorization(call("GET")) ==
              expected("host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
    }

    TEST_CASE("a query is signed in its sorted order, as in get-vanilla-query-order-key-case") {
        CHECK(authorization(call("GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1")) ==
              expected("host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
    }

    TEST_CASE("a POST with a body signs the body's hash and its type, as in post-x-www-form-urlencoded") {
        auto request = call("POST");
        request.headers["Content-Type"] = "application/x-www-form-urlencoded";
        request.body = "Param1=value1";
        CHECK(authorization(request) == expected("content-type;host;x-amz-date",
                                                 "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"));
    }

    TEST_CASE("the token of temporary credentials is sent and signed, as in post-sts-header-before") {
        aws_key key = example;
        key.session_token =
            "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfK"
            "D8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8T"
            "x6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIl"
            "TJabIQwj2ICCR/oLxBA==";
        auto request = call("POST");
        sign_aws_call(request, key, scope);
        CHECK(request.headers.at("X-Amz-Security-Token") == key.session_token);
        CHECK(request.headers.at("Authorization") ==
              expected("host;x-amz-date;x-amz-security-token",
                       "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"));
    }

    TEST_CASE("the documented example, listing IAM's users, gives the documented signature") {
        auto request = call("GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08");
        request.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8";
        aws_scope iam = scope;
        iam.service = "iam";
        CHECK(authorization(request, example, iam) ==
              expected("content-type;host;x-amz-date",
                       "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7", "iam"));
    }

    TEST_CASE("blanks in a header and the port of the scheme do not change the signature; another port does") {
        auto loose = call("POST", "https://example.amazonaws.com:443/");
        loose.headers["Content-Type"] = "  a   b ";
        auto tight = call("POST");
        tight.headers["content-type"] = "a b";
        CHECK(authorization(loose) == authorization(tight));
        CHECK(authorization(call("GET", "http://127.0.0.1:8080/")) != authorization(call("GET", "http://127.0.0.1/")));
    }

    TEST_CASE("a moment is written in UTC, and the secret is in no header") {
        CHECK(aws_date_time(std::chrono::system_clock::from_time_t(1440938160)) == "20150830T123600Z");
        auto request = call("POST");
        sign_aws_call(request, example, scope);
        for (const auto& [name, value] : request.headers) CHECK(value.find(example.secret) == std::string::npos);
    }
}
