#include <doctest/doctest.h>

#include "sac/guest/base64.hpp"
#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/commands/certutil") {
    TEST_CASE("encode makes lines of 64 characters, decode takes them back") {
        cmd_bench bench;
        std::string bytes;
        for (int i = 0; i < 323; ++i) bytes += static_cast<char>(i * 7);
        bench.os.files.place("C:\\t\\a.bin", false, bytes);
        bench.type("cd /d C:\\t");
        CHECK(bench.type("certutil -f -encode a.bin a.64") ==
              "Input Length = 323\r\nOutput Length = 502\r\nCertUtil: -encode command completed successfully.\r\n");
        const auto text = bench.content("C:\\t\\a.64");
        CHECK(text.size() == 502);
        CHECK(text.starts_with("-----BEGIN CERTIFICATE-----\r\n"));
        CHECK(text.ends_with("\r\n-----END CERTIFICATE-----\r\n"));
        CHECK(text.find("\r\n", 29) == 29 + 64);
        CHECK(bench.type("certutil -decode a.64 b.bin") ==
              "Input Length = 502\r\nOutput Length = 323\r\nCertUtil: -decode command completed successfully.\r\n");
        CHECK(bench.content("C:\\t\\b.bin") == bytes);
        CHECK(bench.type("certutil -decode a.64 b.bin")
                  .ends_with("CertUtil: -decode command FAILED: 0x80070050 (WIN32: 80 ERROR_FILE_EXISTS)\r\nCertUtil: "
                             "The file exists.\r\n"));
        CHECK(bench.errorlevel() == "-2147024816\r\n");
        bench.put("C:\\t\\plain.64", to_base64("hello").substr(0, 4) + "\n" + to_base64("hello").substr(4) + "\n");
        bench.type("certutil -f -decode plain.64 c.bin");
        CHECK(bench.content("C:\\t\\c.bin") == "hello");
        bench.put("C:\\t\\bad.64", "a*b\n");
        bench.type("certutil -f -decode bad.64 c.bin");
        CHECK(bench.errorlevel() == "-2147024883\r\n");
    }

    TEST_CASE("base64 both ways") {
        for (const auto* text : {"", "a", "ab", "abc", "abcd"})
            CHECK(from_base64(to_base64(text)) == std::string(text));
        CHECK(to_base64("any carnal pleas") == "YW55IGNhcm5hbCBwbGVhcw==");
        for (const auto* bad : {"a", "ab=", "a===", "ab=c", "====", "a*bc"}) CHECK(!from_base64(bad));
    }

    TEST_CASE("hashfile has the digest on a line of its own and fails on an empty file") {
        cmd_bench bench;
        bench.put("C:\\t\\x.txt", "abc");
        bench.put("C:\\t\\e.txt", "");
        bench.type("cd /d C:\\t");
        CHECK(bench.type("certutil -hashfile x.txt SHA256") ==
              "SHA256 hash of x.txt:\r\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\r\nCertUtil: "
              "-hashfile command completed successfully.\r\n");
        CHECK(bench.type("certutil -hashfile x.txt").find("a9993e364706816aba3e25717850c26c9cd0d89d") !=
              std::string::npos);
        CHECK(bench.type("certutil -hashfile x.txt MD5").find("900150983cd24fb0d6963f7d28e17f72") != std::string::npos);
        CHECK(bench.type("certutil -hashfile e.txt SHA256")
                  .starts_with("CertUtil: -hashfile command FAILED: 0x800703ee (WIN32: 1006 ERROR_FILE_INVALID)\r\n"));
        CHECK(bench.errorlevel() == "-2147023890\r\n");
        CHECK(
            bench.type("certutil -hashfile nix SHA256").starts_with("CertUtil: -hashfile command FAILED: 0x80070002"));
        bench.os.version.build = 9600;
        CHECK(bench.type("certutil -hashfile x.txt SHA1").starts_with("SHA1 hash of file x.txt:\r\na9 99 3e 36 "));
    }

    TEST_CASE("stores are listed, filled and emptied") {
        cmd_bench bench;
        const auto& all = bench.os.certs.in("Remote Desktop");
        REQUIRE(all.size() == 1);
        const auto thumbprint = all[0].text.thumbprint;
        const auto der = all[0].der;
        const auto listed = bench.type("certutil -store \"Remote Desktop\"");
        CHECK(listed.starts_with(
            "Remote Desktop \"Remote Desktop\"\r\n================ Certificate 0 ================\r\nSerial Number: "));
        CHECK(listed.find("Cert Hash(sha1): " + thumbprint + "\r\n") != std::string::npos);
        CHECK(listed.ends_with("CertUtil: -store command completed successfully.\r\n"));
        CHECK(bench.type("certutil -delstore \"Remote Desktop\" " + thumbprint).find("Deleting Certificate 0\r\n") !=
              std::string::npos);
        CHECK(bench.os.certs.in("Remote Desktop").empty());
        CHECK(bench.type("certutil -store \"Remote Desktop\"") ==
              "Remote Desktop \"Remote Desktop\"\r\nCertUtil: -store command completed successfully.\r\n");
        CHECK(bench.errorlevel() == "0\r\n");
        bench.os.files.place("C:\\t\\x.cer", false, der);
        CHECK(bench.type("certutil -f -addstore \"Remote Desktop\" C:\\t\\x.cer")
                  .find("added to store.\r\nCertUtil: -addstore command completed successfully.\r\n") !=
              std::string::npos);
        REQUIRE(bench.os.certs.in("Remote Desktop").size() == 1);
        CHECK(bench.os.certs.in("Remote Desktop")[0].text.thumbprint == thumbprint);
        bench.type("certutil -delstore \"Remote Desktop\" 00");
        CHECK(bench.errorlevel() == "-2146893807\r\n");
    }
}
