// certutil: -encode, -decode, -hashfile, -store, -addstore, -delstore. Everything, errors too, goes to standard output;
// the exit code is the HRESULT. Other verbs exist on Windows and are refused here.
#include <openssl/evp.h>

#include <array>
#include <cstdio>

#include "sac/guest/base64.hpp"
#include "sac/guest/commands/repair_programs.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

struct failure {
    std::uint32_t hresult;
    const char* symbol;
    std::string text;
};

failure win32_failure(win32_error code) {
    static const std::map<win32_error, const char*> symbols = {
        {2, "ERROR_FILE_NOT_FOUND"},    {3, "ERROR_PATH_NOT_FOUND"}, {5, "ERROR_ACCESS_DENIED"},
        {13, "ERROR_INVALID_DATA"},     {80, "ERROR_FILE_EXISTS"},   {87, "ERROR_INVALID_PARAMETER"},
        {112, "ERROR_DISK_FULL"},       {123, "ERROR_INVALID_NAME"}, {1006, "ERROR_FILE_INVALID"},
        {32, "ERROR_SHARING_VIOLATION"}};
    const auto known = symbols.find(code);
    auto text = code == 1006 ? "The volume for a file has been externally altered so that the opened file is no "
                               "longer valid."
                             : message_of(code);
    return {0x80070000U | code, known == symbols.end() ? "" : known->second, std::move(text)};
}

// "0x80070002 (WIN32: 2 ERROR_FILE_NOT_FOUND)", "0x80090011 (-2146893807 NTE_NOT_FOUND)"
std::string code_text(const failure& what) {
    std::array<char, 96> out{};
    if ((what.hresult & 0xffff0000U) == 0x80070000U)
        std::snprintf(out.data(), out.size(), "0x%08x (WIN32: %u%s%s)", what.hresult, what.hresult & 0xffff,
                      *what.symbol ? " " : "", what.symbol);
    else
        std::snprintf(out.data(), out.size(), "0x%08x (%d %s)", what.hresult, static_cast<int>(what.hresult),
                      what.symbol);
    return out.data();
}

int failed(process& self, const std::string& verb, const failure& what) {
    self.out.line("CertUtil: -" + verb + " command FAILED: " + code_text(what));
    self.out.line("CertUtil: " + what.text);
    return static_cast<int>(what.hresult);
}

int failed_in(process& self, const std::string& verb, const char* function, const failure& what) {
    self.out.line(std::string(function) + " returned " + what.text + " " + code_text(what));
    return failed(self, verb, what);
}

int done(process& self, const std::string& verb) {
    self.out.line("CertUtil: -" + verb + " command completed successfully.");
    return 0;
}

const failure not_found{0x80090011U, "NTE_NOT_FOUND", "Object was not found."};

struct options {
    std::string verb;
    bool is_forced = false;
    std::vector<std::string> args;
};

std::string with_header(std::string_view bytes) {
    std::string out = "-----BEGIN CERTIFICATE-----\r\n";
    const auto digits = to_base64(bytes);
    for (std::size_t at = 0; at < digits.size(); at += 64) out += digits.substr(at, 64) + "\r\n";
    return out + "-----END CERTIFICATE-----\r\n";
}

// Bare base64, or what stands between the first BEGIN and END lines.
std::optional<std::string> without_header(std::string_view text) {
    const auto begin = text.find("-----BEGIN ");
    if (begin != std::string_view::npos) {
        const auto start = text.find('\n', begin);
        const auto end = text.find("-----END ", begin);
        if (start == std::string_view::npos || end == std::string_view::npos || end < start) return std::nullopt;
        text = text.substr(start, end - start);
    }
    auto bytes = from_base64(text);
    if (!bytes || bytes->empty()) return std::nullopt;
    return bytes;
}

int convert(process& self, const options& what) {
    const bool is_encode = what.verb == "encode";
    const char* function = is_encode ? "EncodeToFile" : "DecodeFile";
    const auto from = self.os.files.read(self.full_path(what.args[0]), self.who);
    if (!from) return failed_in(self, what.verb, function, win32_failure(from.error));
    self.out.line("Input Length = " + std::to_string(from.value.size()));
    std::optional<std::string> made;
    if (!is_encode)
        made = without_header(text::decode_file(from.value, self.os.code_page));
    else if (!from.value.empty())
        made = with_header(from.value);
    if (!made) return failed_in(self, what.verb, function, win32_failure(win32::invalid_data));
    const auto target = self.full_path(what.args[1]);
    if (!what.is_forced && self.os.files.exists(target))
        return failed_in(self, what.verb, function, win32_failure(win32::file_exists));
    const auto size = made->size();
    if (const auto error = self.os.files.write(target, std::move(*made), self.who))
        return failed_in(self, what.verb, function, win32_failure(error));
    self.out.line("Output Length = " + std::to_string(size));
    return done(self, what.verb);
}

std::string in_pairs(const std::string& digits) {
    std::string out;
    for (std::size_t at = 0; at < digits.size(); at += 2) out += (at ? " " : "") + digits.substr(at, 2);
    return out;
}

int hash_file(process& self, const options& what) {
    const auto name = what.args.size() > 1 ? text::upper(what.args[1]) : std::string("SHA1");
    const EVP_MD* kind = nullptr;
    if (name == "SHA1") kind = EVP_sha1();
    if (name == "SHA256") kind = EVP_sha256();
    if (name == "SHA384") kind = EVP_sha384();
    if (name == "SHA512") kind = EVP_sha512();
    if (name == "MD5") kind = EVP_md5();
    if (!kind) {
        self.os.log_refused(self.name, "certutil -hashfile " + name);
        return failed(self, what.verb, {0xd00000bbU, "STATUS_NOT_SUPPORTED", "The request is not supported."});
    }
    const auto bytes = self.os.files.read(self.full_path(what.args[0]), self.who);
    if (!bytes) return failed(self, what.verb, win32_failure(bytes.error));
    if (bytes.value.empty()) return failed(self, what.verb, win32_failure(1006));
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.value.data(), bytes.value.size(), digest.data(), &size, kind, nullptr);
    const auto digits = text::hex({reinterpret_cast<const char*>(digest.data()), size});
    // Windows Server 2016 dropped the word "file" and the blanks between the bytes.
    const bool is_old = self.os.version.build < 14393;
    self.out.line(name + " hash of " + (is_old ? "file " : "") + what.args[0] + ":");
    self.out.line(is_old ? in_pairs(digits) : digits);
    return done(self, what.verb);
}

// "5/31/2026 5:37 PM", local time
std::string date_text(const windows& os, wall_time when) {
    const auto local = os.clock.to_local(when);
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(local - day);
    const auto hour = static_cast<int>(time.hours().count());
    std::array<char, 48> out{};
    std::snprintf(out.data(), out.size(), "%u/%u/%d %d:%02d %s", static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(date.year()), hour % 12 == 0 ? 12 : hour % 12,
                  static_cast<int>(time.minutes().count()), hour < 12 ? "AM" : "PM");
    return out.data();
}

// The name as it was typed, and the one for people.
std::string store_title(const std::string& store) {
    static const std::map<std::string, const char*, text::less_no_case> titles = {
        {"My", "Personal"},
        {"Root", "Trusted Root Certification Authorities"},
        {"CA", "Intermediate Certification Authorities"},
        {"Remote Desktop", "Remote Desktop"}};
    const auto known = titles.find(store);
    return known == titles.end() ? store : store + " \"" + known->second + "\"";
}

void print_key(process& self, const certificate& cert) {
    if (cert.key_container.empty()) {
        self.out.line("No key provider information");
        self.out.line("Cannot find the certificate and private key for decryption.");
        return;
    }
    self.out.line("  Key Container = " + cert.key_container);
    const auto key = self.os.files.read(cert.key_file, self.who);
    if (key) self.out.line("  Unique container name: " + file_system::name_of(cert.key_file));
    self.out.line("  Provider = Microsoft RSA SChannel Cryptographic Provider");
    if (key) {
        self.out.line("Private key is NOT exportable");
        self.out.line("Encryption test passed");
    } else {
        self.out.line(key.error == win32::access_denied ? "Encryption test FAILED" : "Missing stored keyset");
    }
}

void print_certificate(process& self, std::size_t number, const certificate& cert) {
    const auto& says = cert.text;
    self.out.line("================ Certificate " + std::to_string(number) + " ================");
    self.out.line("Serial Number: " + says.serial);
    self.out.line("Issuer: " + says.issuer);
    self.out.line(" NotBefore: " + date_text(self.os, says.not_before));
    self.out.line(" NotAfter: " + date_text(self.os, says.not_after));
    self.out.line("Subject: " + says.subject);
    if (says.subject == says.issuer) {
        self.out.line("Signature matches Public Key");
        self.out.line("Root Certificate: Subject matches Issuer");
    } else {
        self.out.line("Non-root Certificate");
    }
    self.out.line("Cert Hash(sha1): " + (self.os.version.build < 14393 ? in_pairs(says.thumbprint) : says.thumbprint));
    print_key(self, cert);
}

// By thumbprint (blanks allowed), serial number or index.
bool is_meant(const certificate& cert, std::size_t number, const std::string& id) {
    std::string plain;
    for (const char c : text::lower(id))
        if (c != ' ') plain += c;
    return plain == cert.text.thumbprint || plain == cert.text.serial || plain == std::to_string(number);
}

int list_store(process& self, const options& what) {
    const auto store = what.args.empty() ? std::string("CA") : what.args[0];
    if (!self.os.certs.has(store)) return failed(self, what.verb, win32_failure(win32::file_not_found));
    self.out.line(store_title(store));
    const auto& all = self.os.certs.in(store);
    bool is_any = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (what.args.size() > 1 && !is_meant(all[i], i, what.args[1])) continue;
        if (is_any) self.out.line(" ");
        print_certificate(self, i, all[i]);
        is_any = true;
    }
    if (what.args.size() > 1 && !is_any) return failed(self, what.verb, not_found);
    return done(self, what.verb);
}

int add_to_store(process& self, const options& what) {
    const auto& store = what.args[0];
    const auto bytes = self.os.files.read(self.full_path(what.args[1]), self.who);
    if (!bytes) return failed(self, what.verb, win32_failure(bytes.error));
    auto der = bytes.value;
    auto says = read_certificate(der);
    if (!says) {
        der = without_header(text::decode_file(bytes.value, self.os.code_page)).value_or("");
        says = read_certificate(der);
    }
    if (!says) return failed(self, what.verb, win32_failure(win32::invalid_data));
    if (!self.who.is_elevated) return failed(self, what.verb, win32_failure(win32::access_denied));
    if (!self.os.certs.has(store)) {
        if (!what.is_forced) return failed(self, what.verb, win32_failure(win32::file_not_found));
        self.os.certs.create(store);
    }
    self.out.line(store_title(store));
    if (says->subject == says->issuer) self.out.line("Signature matches Public Key");
    const auto name =
        says->subject.starts_with("CN=") ? says->subject.substr(3, says->subject.find(", ") - 3) : says->subject;
    const bool is_there = self.os.certs.find(store, says->thumbprint) != nullptr;
    self.os.certs.add(store, der);
    self.out.line("Certificate \"" + name + (is_there ? "\" already in store." : "\" added to store."));
    return done(self, what.verb);
}

int delete_from_store(process& self, const options& what) {
    const auto& store = what.args[0];
    if (!self.os.certs.has(store)) return failed(self, what.verb, win32_failure(win32::file_not_found));
    self.out.line(store_title(store));
    const auto all = self.os.certs.in(store);
    bool is_any = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!is_meant(all[i], i, what.args[1])) continue;
        if (!self.who.is_elevated) return failed(self, what.verb, win32_failure(win32::access_denied));
        self.os.certs.remove(store, all[i].text.thumbprint);
        self.out.line("Deleting Certificate " + std::to_string(i));
        is_any = true;
    }
    return is_any ? done(self, what.verb) : failed(self, what.verb, not_found);
}

struct verb {
    const char* name;
    std::size_t least, most;
    int (*run)(process&, const options&);
};
constexpr verb verbs[] = {{"encode", 2, 2, convert},        {"decode", 2, 2, convert},
                          {"hashfile", 1, 2, hash_file},    {"store", 0, 2, list_store},
                          {"addstore", 2, 2, add_to_store}, {"delstore", 2, 2, delete_from_store}};

int usage_error(process& self, const std::string& text) {
    self.out.line("CertUtil: " + text);
    return static_cast<int>(0x80070057U);
}

int certutil(process& self) {
    options what;
    for (const auto& arg : self.args) {
        const bool is_option = arg.size() > 1 && (arg[0] == '-' || arg[0] == '/') && what.args.empty();
        const auto name = is_option ? text::lower(arg.substr(1)) : std::string();
        if (!is_option)
            what.args.push_back(arg);
        else if (name == "f")
            what.is_forced = true;
        else if (what.verb.empty())
            what.verb = name;
        else {
            self.os.log_refused(self.name, "certutil " + arg);
            return usage_error(self, "Unknown arg: " + arg);
        }
    }
    for (const auto& known : verbs) {
        if (what.verb != known.name) continue;
        if (what.args.size() < known.least) return usage_error(self, "Missing argument");
        if (what.args.size() > known.most) return usage_error(self, "Too many arguments");
        return known.run(self, what);
    }
    self.os.log_refused(self.name, "certutil" + self.tail);
    return usage_error(self, what.verb.empty() ? "Missing argument" : "Unknown arg: -" + what.verb);
}

task<int> certutil_main(process& self) {
    co_return certutil(self);
}

}  // namespace

void add_certutil_programs(program_table& table) {
    add_program(table, "certutil", certutil_main);
}

}  // namespace emsctl::guest
