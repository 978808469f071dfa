// Files over the console: whole both ways on guests that stream and guests that paint, and never half at the end.
#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <filesystem>
#include <fstream>
#include <random>

#include "sac/encoding.hpp"
#include "sac/file_copy.hpp"
#include "sac/guest/windows.hpp"
#include "sac/sac_error.hpp"
#include "src/guest_choice.hpp"
#include "src/sim_stream.hpp"
#include "tests/src/run_emsctl.hpp"
#include "tests/support/cut_stream.hpp"
#include "tests/support/flip_stream.hpp"
#include "tests/support/spin.hpp"
#include "transport/paced_stream.hpp"

using namespace emsctl::test;
namespace asio = boost::asio;
namespace guest = emsctl::guest;
namespace sac = emsctl::sac;
namespace transport = emsctl::transport;
using sac::copy_refusal;

namespace {

using road = std::unique_ptr<transport::byte_stream>;
using fault = std::function<road(road)>;
using work = std::function<asio::awaitable<void>(sac::session&)>;

struct line_use {
    std::uint64_t sent = 0, received = 0;
    double seconds = 0;
};

// A machine that stays while sessions with it come and go.
class bench {
  public:
    explicit bench(const std::string& profile) : machine_(emsctl::make_machine("healthy", profile, {})) {}

    guest::windows& os() { return machine_->os(); }

    line_use with_session(work body, fault broken = {}) {
        line_use use;
        emsctl::tests::spin(context_, talk(std::move(body), std::move(broken), use), &time_);
        return use;
    }

    copy_refusal put(const std::string& bytes, const std::string& target, bool replaces, fault broken = {}) {
        copy_refusal result = copy_refusal::none;
        use = with_session(
            [&](sac::session& session) -> asio::awaitable<void> {
                sac::file_copy copy(session);
                auto place = co_await copy.prepare_put(target, "local name.bin", bytes);
                result = place.answer.refusal;
                if (place.answer.exists && !replaces) result = copy_refusal::exists;
                resumed = place.there;
                if (result != copy_refusal::none) co_return;
                sac::file_copy::byte_listener nobody = [](std::uint64_t) {};
                const auto answer = co_await copy.put(std::move(place), bytes, replaces, std::move(nobody));
                result = answer.refusal;
            },
            std::move(broken));
        return result;
    }

    std::string get(const std::string& path, const std::string& known = {}, fault broken = {}) {
        std::string bytes;
        use = with_session(
            [&](sac::session& session) -> asio::awaitable<void> {
                sac::file_copy copy(session);
                const std::chrono::minutes limit(5);
                auto offer = co_await copy.prepare_get(path, false, limit);
                REQUIRE(offer.answer.refusal == copy_refusal::none);
                sac::file_copy::byte_listener nobody = [](std::uint64_t) {};
                sac::file_copy::part_listener keep = [&](std::string_view more) { kept += more; };
                bytes = co_await copy.get(std::move(offer.facts), known, std::move(nobody), std::move(keep));
            },
            std::move(broken));
        return bytes;
    }

    std::string content(const std::string& path) {
        const auto* node = os().files.find(path);
        return node ? node->bytes : "(no file)";
    }
    std::size_t leftovers() {
        std::size_t count = 0;
        const auto state = os().state();
        for (const auto& [path, what] : state.at("files").items())
            if (path.find("\\ems") != std::string::npos) ++count;
        return count;
    }

    line_use use;
    std::uint64_t resumed = 0;
    std::string kept;

  private:
    asio::awaitable<void> talk(work body, fault broken, line_use& use) {
        const auto executor = co_await asio::this_coro::executor;
        auto stream = emsctl::make_sim_stream(executor, machine_, "guest", start_);
        stream = transport::make_paced(std::move(stream), 115200);
        if (broken) stream = broken(std::move(stream));
        sac::console line(std::move(stream));
        sac::session_options options;
        options.who.user = "Administrator";
        options.who.password = canary;
        options.seed = ++sessions_;
        sac::session session(line, options);
        std::exception_ptr error;
        try {
            co_await session.open();
            const auto sent = line.bytes_sent();
            const auto received = line.bytes_received();
            const auto began = transport::line_clock::now();
            co_await body(session);
            use.sent = line.bytes_sent() - sent;
            use.received = line.bytes_received() - received;
            use.seconds = std::chrono::duration<double>(transport::line_clock::now() - began).count();
            co_await session.close();
        } catch (...) {
            error = std::current_exception();
        }
        line.close();
        if (error) std::rethrow_exception(error);
    }

    transport::virtual_time time_;
    asio::io_context context_;
    transport::line_clock::time_point start_ = transport::line_clock::now();
    std::shared_ptr<guest::machine> machine_;
    std::uint64_t sessions_ = 0;
};

std::string random_bytes(std::size_t size) {
    std::mt19937 any(7);
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(any());
    return bytes;
}

ended_program emsctl_copy(const scratch_folder& where, std::vector<std::string> words) {
    return run_emsctl(where, with_account(std::move(words)));
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

TEST_SUITE("src/copy") {
    TEST_CASE("every byte arrives both ways, on guests that stream and guests that lose lines") {
        for (const auto* profile : {"windows-11", "2022", "2019", "2016", "2012r2", "2008r2"}) {
            CAPTURE(profile);
            bench b(profile);
            std::string bytes = random_bytes(3000);
            for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
            REQUIRE(b.put(bytes, "C:\\Windows\\a.bin", false) == copy_refusal::none);
            CHECK(b.content("C:\\Windows\\a.bin") == bytes);
            CHECK(b.get("C:\\Windows\\a.bin") == bytes);
            CHECK(b.leftovers() == 0);
        }
    }

    TEST_CASE("a file of several blocks is joined in the guest, and no part of it stays there") {
        bench b("windows-11");
        const auto bytes = random_bytes(40000);
        REQUIRE(b.put(bytes, "C:\\Windows\\a.bin", false) == copy_refusal::none);
        CHECK(b.content("C:\\Windows\\a.bin") == bytes);
        CHECK(b.get("C:\\Windows\\a.bin") == bytes);
        CHECK(b.leftovers() == 0);
    }

    TEST_CASE("names with everything that cmd makes something of") {
        for (const auto* name : {"a b & c.txt", "100%.txt", "%TEMP%.txt", "!x! ^y (z).txt", "a,b;c=d'e.txt"}) {
            CAPTURE(name);
            bench b("windows-11");
            const std::string path = std::string("C:\\Windows\\") + name;
            REQUIRE(b.put("some bytes", path, false) == copy_refusal::none);
            CHECK(b.content(path) == "some bytes");
            CHECK(b.get(path) == "some bytes");
        }
    }

    TEST_CASE("into a folder a file goes under its own name") {
        bench b("2019");
        CHECK(b.put("1", "C:\\Windows", false) == copy_refusal::none);
        CHECK(b.content("C:\\Windows\\local name.bin") == "1");
        CHECK(b.put("2", "C:\\", false) == copy_refusal::none);
        CHECK(b.content("C:\\local name.bin") == "2");
    }

    TEST_CASE("an empty file is a file") {
        bench b("2016");
        REQUIRE(b.put("", "C:\\Windows\\empty", false) == copy_refusal::none);
        CHECK(b.content("C:\\Windows\\empty").empty());
        const scratch_folder where;
        write_file(where / "empty", "");
        CHECK(emsctl_copy(where, {"put", "sim:healthy", where / "empty", "C:\\Windows"}).status == 0);
    }

    TEST_CASE("a bit that turns over on the way is seen, and the bytes are fetched again") {
        const auto bytes = random_bytes(3000);
        for (const auto* profile : {"windows-11", "2019"}) {
            CAPTURE(profile);
            bench b(profile);
            b.os().files.place("C:\\Windows\\a.bin", false, bytes);
            const fault once = [](road r) { return std::make_unique<flip_stream>(std::move(r), 1); };
            CHECK(b.get("C:\\Windows\\a.bin", {}, once) == bytes);
            const fault always = [](road r) { return std::make_unique<flip_stream>(std::move(r), 1 << 20); };
            try {
                b.get("C:\\Windows\\a.bin", {}, always);
                FAIL("a file with another hash was taken");
            } catch (const boost::system::system_error& error) {
                CHECK(error.code() == sac::sac_error::transfer_failed);
            }
        }
    }

    TEST_CASE("what is there is not replaced, unless that is wanted") {
        bench b("windows-11");
        const auto before = b.content("C:\\Windows\\win.ini");
        CHECK(b.put("new", "C:\\Windows\\win.ini", false) == copy_refusal::exists);
        CHECK(b.content("C:\\Windows\\win.ini") == before);
        CHECK(b.put("new", "C:\\Windows\\win.ini", true) == copy_refusal::none);
        CHECK(b.content("C:\\Windows\\win.ini") == "new");
    }

    TEST_CASE("a file that cannot be replaced stays what it was, and nothing is left beside it") {
        bench b("windows-11");
        b.os().files.lock("C:\\Windows\\win.ini");
        const auto before = b.content("C:\\Windows\\win.ini");
        CHECK(b.put("new", "C:\\Windows\\win.ini", true) == copy_refusal::unwritable);
        CHECK(b.content("C:\\Windows\\win.ini") == before);
        CHECK(b.leftovers() == 0);
    }

    TEST_CASE("a put that broke goes on where it ended, and until then nothing stands at its destination") {
        bench b("windows-11");
        const auto bytes = random_bytes(40000);
        const fault cut = [](road r) { return std::make_unique<cut_stream>(std::move(r), 120000); };
        CHECK_THROWS(b.put(bytes, "C:\\Windows\\a.bin", false, cut));
        CHECK(b.content("C:\\Windows\\a.bin") == "(no file)");
        REQUIRE(b.put(bytes, "C:\\Windows\\a.bin", false) == copy_refusal::none);
        CHECK(b.resumed > 0);
        CHECK(b.use.sent < bytes.size());
        CHECK(b.content("C:\\Windows\\a.bin") == bytes);
    }

    TEST_CASE("a get goes on behind what is here, and what is of another file is fetched again") {
        bench b("windows-11");
        const auto bytes = random_bytes(100000);
        b.os().files.place("C:\\Windows\\a.bin", false, bytes);
        const fault cut = [](road r) { return std::make_unique<cut_stream>(std::move(r), 100000); };
        CHECK_THROWS(b.get("C:\\Windows\\a.bin", {}, cut));
        REQUIRE(b.kept.size() > 10000);
        CHECK(bytes.starts_with(b.kept));
        const auto known = b.kept;
        CHECK(b.get("C:\\Windows\\a.bin", known) == bytes);
        CHECK(b.use.received < 2 * (bytes.size() - known.size()) + 20000);
        CHECK(b.get("C:\\Windows\\a.bin", std::string(known.size(), 'x')) == bytes);
    }

    TEST_CASE("what the guest says no to is told with its reason and leaves nothing here") {
        const scratch_folder where;
        struct sample {
            const char *file, *said;
        };
        for (const auto& [file, said] :
             {sample{"C:\\Windows\\nope.txt", "is not there"}, sample{"C:\\Windows", "is a folder"},
              sample{"C:\\Windows\\System32\\config\\SYSTEM", "is in use"}}) {
            CAPTURE(file);
            const auto ended = emsctl_copy(where, {"get", "sim:healthy?profile=2019", file, where / "out"});
            CHECK(ended.status == 1);
            CHECK(ended.err.find(said) != std::string::npos);
            CHECK_FALSE(std::filesystem::exists(where / "out"));
        }
        write_file(where / "in", "bytes");
        const auto ended =
            emsctl_copy(where, {"put", "sim:healthy", where / "in", "C:\\nowhere\\a.bin", "--output", "json"});
        CHECK(ended.status == 1);
        CHECK(nlohmann::json::parse(ended.out).at("refusal") == "no-folder");
    }

    TEST_CASE("a large file is not copied in the guest before somebody has agreed") {
        bench b("windows-11");
        b.os().files.place("C:\\Windows\\MEMORY.DMP", false, std::string(12000000, 'x'));
        const auto before = b.os().files.free_space('C');
        auto refused = copy_refusal::none;
        std::optional<std::uint64_t> size;
        b.with_session([&](sac::session& session) -> asio::awaitable<void> {
            sac::file_copy copy(session);
            const std::string path = "C:\\Windows\\MEMORY.DMP";
            const std::chrono::minutes limit(5);
            const auto offer = co_await copy.prepare_get(path, false, limit);
            refused = offer.answer.refusal;
            size = offer.answer.size;
            CHECK(before - b.os().files.free_space('C') < 100000);
        });
        CHECK(refused == copy_refusal::large);
        CHECK(size == 12000000);
    }

    TEST_CASE("a folder that denies access says so before anything is sent") {
        bench b("windows-11");
        b.os().files.place("C:\\Denied", true);
        b.os().files.set_security("C:\\Denied", *guest::parse_sddl("O:SYG:SYD:PAI(A;;FRFX;;;BA)"));
        CHECK(b.put(random_bytes(20000), "C:\\Denied\\a.bin", false) == copy_refusal::unwritable);
        CHECK(b.use.sent < 10000);
    }

    TEST_CASE("a disk without room says so before anything is sent") {
        bench b("windows-11");
        b.os().files.add_volume('E', 1000);
        CHECK(b.put(random_bytes(20000), "E:\\a.bin", false) == copy_refusal::no_space);
        CHECK(b.use.sent < 10000);
    }

    TEST_CASE("the program copies there, tells both hashes, and replaces nothing here unasked") {
        const scratch_folder where;
        const auto file = "C:\\Windows\\win.ini";
        const auto ended = emsctl_copy(where, {"get", "sim:healthy", file, where / "ini", "--output", "json"});
        REQUIRE(ended.status == 0);
        const auto told = nlohmann::json::parse(ended.out);
        const auto bytes = file_text(where / "ini");
        CHECK(told.at("sha256") == sac::sha256_hex(bytes));
        CHECK(told.at("bytes") == bytes.size());
        CHECK(told.at("copied") == true);
        const auto again = emsctl_copy(where, {"get", "sim:healthy", file, where / "ini"});
        CHECK(again.status == 2);
        CHECK(again.err.find("--force") != std::string::npos);
        CHECK(emsctl_copy(where, {"get", "sim:healthy", file, where / "ini", "--force"}).status == 0);
        CHECK(emsctl_copy(where, {"get", "sim:healthy", file, "-"}).out == bytes);
        CHECK(emsctl_copy(where, {"get", "sim:healthy", "win.ini", where / "x"}).status == 2);
        CHECK(emsctl_copy(where, {"put", "sim:healthy", where / "absent", file}).status == 2);
    }

    TEST_CASE("what takes longer than ten minutes is asked for, or refused where nobody can be asked") {
        const scratch_folder where;
        write_file(where / "in", random_bytes(3000000));
        const auto ended = emsctl_copy(where, {"put", "sim:healthy", where / "in", "C:\\Windows\\a.bin"});
        CHECK(ended.status == 2);
        CHECK(ended.err.find("--yes") != std::string::npos);
    }

    TEST_CASE("a password inside a file is in no recording") {
        const scratch_folder where;
        write_file(where / "in", "user=a\npassword=" + canary + "\n");
        const auto recording = where / "put.cast";
        REQUIRE(emsctl_copy(where, {"put", "sim:healthy?profile=2019", where / "in", "C:\\Windows\\a.txt", "--record",
                                    recording})
                    .status == 0);
        const auto kept = file_text(recording);
        CHECK(kept.find(canary) == std::string::npos);
        CHECK(kept.find(sac::base64(file_text(where / "in")).substr(20, 30)) == std::string::npos);
    }

    TEST_CASE("what a byte of a file costs on the wire, both directions together") {
        const auto bytes = random_bytes(20000);
        struct sample {
            const char* profile;
            double get, put;
        };
        for (const auto& [profile, get, put] : {sample{"windows-11", 1.75, 3.6}, sample{"2019", 2.2, 5.5}}) {
            CAPTURE(profile);
            bench b(profile);
            const auto a_byte = [&] {
                return static_cast<double>(b.use.sent + b.use.received) / static_cast<double>(bytes.size());
            };
            REQUIRE(b.put(bytes, "C:\\Windows\\a.bin", false) == copy_refusal::none);
            CHECK(a_byte() < put);
            REQUIRE(b.get("C:\\Windows\\a.bin") == bytes);
            CHECK(a_byte() < get);
        }
    }
}
