#include "sac/guest/certificates.hpp"

#include <doctest/doctest.h>

using namespace emsctl::guest;

TEST_SUITE("guest/certificates") {
    TEST_CASE("a certificate is real X.509 that says what was asked for, the same every time") {
        self_signed_request request;
        request.common_name = "SRV";
        request.not_before = parse_time("2024-01-02T03:04:05Z");
        request.not_after = parse_time("2024-07-03T00:00:00Z");
        request.serial = std::string("\x12\x34\x56", 3);
        const auto der = make_self_signed(request);
        CHECK(der == make_self_signed(request));
        const auto text = read_certificate(der);
        REQUIRE(text);
        CHECK(text->subject == "CN=SRV");
        CHECK(text->issuer == "CN=SRV");
        CHECK(text->serial == "123456");
        CHECK(text->not_before == request.not_before);
        CHECK(text->not_after == request.not_after);
        CHECK(text->thumbprint.size() == 40);
        request.serial = "x";
        CHECK(read_certificate(make_self_signed(request))->thumbprint != text->thumbprint);
    }

    TEST_CASE("what is no certificate is not stored; thumbprints are found in any case") {
        certificate_stores stores;
        CHECK(!stores.add("My", "rubbish"));
        self_signed_request request;
        request.common_name = "a";
        request.serial = "1";
        request.not_after = parse_time("2024-07-03T00:00:00Z");
        const auto der = make_self_signed(request);
        CHECK(!stores.add("My", der + "x"));
        CHECK(stores.add("My", der, "container", "file"));
        CHECK(stores.add("my", der));
        REQUIRE(stores.in("My").size() == 1);
        CHECK(stores.in("My")[0].key_container == "container");
        CHECK(stores.remove("My", text::upper(stores.in("My")[0].text.thumbprint)));
        CHECK(stores.in("My").empty());
    }
}
