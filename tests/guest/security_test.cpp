#include "sac/guest/security.hpp"

#include <doctest/doctest.h>

using namespace emsctl::guest;

TEST_SUITE("guest/security") {
    TEST_CASE("SDDL is read and written alike") {
        for (const char* sddl : {"O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)",
                                 "O:BAG:S-1-5-21-1-2-3-513D:AI(A;OICIID;0x1200a9;;;BU)(D;;CCDC;;;WD)",
                                 "D:P(A;CIIO;GA;;;CO)(A;;0x12019f;;;WD)", "O:SYD:NO_ACCESS_CONTROL", "D:PAI",
                                 "D:(A;;0x1301bf;;;S-1-5-21-1-2-3-1001)"}) {
            CAPTURE(sddl);
            const auto parsed = parse_sddl(sddl);
            REQUIRE(parsed);
            CHECK(to_sddl(*parsed, true, true) == sddl);
        }
        CHECK(to_sddl(*parse_sddl("O:LAD:PAI", "S-1-5-21-1-2-3"), true, true, "S-1-5-21-1-2-3") == "O:LAD:PAI");
    }

    TEST_CASE("what is no SDDL is refused") {
        for (const char* sddl :
             {"X:SY", "D:(A;;FA;;;ZZ)", "D:(A;;FA;;SY)", "D:(Q;;FA;;;SY)", "D:(A;;FA;;;SY", "O:", "D:(A;XX;FA;;;SY)"}) {
            CAPTURE(sddl);
            CHECK(!parse_sddl(sddl));
        }
    }

    TEST_CASE("access is what the entries grant, in their order") {
        const auto what = *parse_sddl("O:SYG:SYD:(D;;FW;;;NS)(A;;FA;;;NS)(A;;FR;;;WD)");
        CHECK(may(what, network_service(), rights::read_data));
        CHECK(!may(what, network_service(), rights::write_data));
        CHECK(may(what, local_service(), rights::file_read));
        CHECK(!may(what, local_service(), rights::execute));
    }

    TEST_CASE("an owner may always read and write the DACL; taking ownership is a privilege") {
        const auto what = *parse_sddl("O:NSG:SYD:P");
        CHECK(may(what, network_service(), rights::write_dac));
        CHECK(!may(what, network_service(), rights::read_data));
        CHECK(may(what, local_system(), rights::write_owner));
        CHECK(!may(what, local_service(), rights::write_owner));
    }

    TEST_CASE("an entry for children only grants nothing here and becomes theirs") {
        const auto folder = *parse_sddl("O:SYG:SYD:P(A;OICIIO;GA;;;NS)(A;CI;FR;;;LS)");
        CHECK(!may(folder, network_service(), rights::read_data));
        CHECK(to_sddl(inherited_from(folder, false, local_system()), false, true) == "D:AI(A;ID;FA;;;NS)");
        CHECK(to_sddl(inherited_from(folder, true, local_system()), false, true) ==
              "D:AI(A;OICIID;FA;;;NS)(A;CIID;FR;;;LS)");
    }

    TEST_CASE("rights as icacls writes and reads them") {
        const auto shown = [](const char* entry) {
            return icacls_rights(parse_sddl(std::string("D:") + entry)->dacl.at(0));
        };
        CHECK(shown("(A;;FA;;;SY)") == "(F)");
        CHECK(shown("(A;OICIID;0x1200a9;;;SY)") == "(I)(OI)(CI)(RX)");
        CHECK(shown("(A;;0x12019f;;;WD)") == "(R,W)");
        CHECK(shown("(A;;0x1301bf;;;WD)") == "(M)");
        CHECK(shown("(D;;FW;;;WD)") == "(DENY)(W)");
        CHECK(shown("(A;OICIIO;GA;;;CO)") == "(OI)(CI)(IO)(GA)");
        CHECK(shown("(A;CI;LC;;;BU)") == "(CI)(AD)");
        CHECK(parse_icacls_permission("(F)")->mask == rights::file_all);
        CHECK(parse_icacls_permission("(OI)(CI)(RX)")->flags == 3);
        CHECK(parse_icacls_permission("R,W")->mask == 0x12019f);
        CHECK(!parse_icacls_permission("(Q)"));
        CHECK(!parse_icacls_permission(""));
    }
}
