// Keys made for one session, judged by OpenSSH's own tool.
#include "transport/ssh_key.hpp"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/peer.hpp"
#include "tests/support/program.hpp"
#include "tests/support/spin.hpp"
#include "transport/child_output.hpp"

using namespace emsctl::transport;

TEST_SUITE("transport/ssh_key") {
    TEST_CASE("OpenSSH reads the private half and finds the public line in it") {
        if (!emsctl::test::peers_are_there({"/usr/bin/ssh-keygen"})) return;
        const emsctl::test::scratch_folder files;
        for (int i = 0; i < 8; ++i) {
            const auto key = make_ssh_key();
            CHECK(key.public_line.size() == 80);  // the least that EC2 takes
            const auto path = files / ("key" + std::to_string(i));
            std::ofstream(path) << key.private_text;
            std::filesystem::permissions(path, std::filesystem::perms(0600));
            boost::asio::io_context io;
            const auto said = emsctl::tests::spin(
                io, run_for_output({"/usr/bin/ssh-keygen", "-y", "-f", path}, std::chrono::seconds(20)));
            CHECK(said.exit_status == 0);
            CHECK(said.out == key.public_line + "\n");
        }
    }

    TEST_CASE("no two keys are alike") {
        CHECK(make_ssh_key().private_text != make_ssh_key().private_text);
    }
}
