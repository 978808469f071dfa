// The contents of files, and paths as text.
#include <openssl/evp.h>

#include <array>

#include "sac/guest/powershell_paths.hpp"

namespace emsctl::guest::powershell {

namespace {

value encoding_or(call& c, const char* otherwise) {
    const auto given = c.has("Encoding") ? c.text_of("Encoding") : std::string(otherwise);
    auto known = encoding_named(given);
    if (known.is_null()) c.refuse("Encoding " + given);
    return known;
}

task<void> get_content(call& c) {
    const auto paths = paths_of(c);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (!exists(c, paths[i])) {
            path_not_found(c, paths[i]);
            continue;
        }
        if (paths[i].kind != provider::files) c.refuse("outside the file system");
        const auto read = c.os().files.read(paths[i].path, c.who());
        if (!read) {
            file_error(c, read.error, paths[i].path, "GetContentReaderUnauthorizedAccessError");
            continue;
        }
        if (c.has("Encoding") && text::equal_no_case(c.text_of("Encoding"), "Byte")) {
            const auto bytes = items_of(value(std::make_shared<std::string>(read.value)));
            for (std::size_t k = 0; k < bytes.size(); ++k) co_await c.out.put(bytes[k]);
            continue;
        }
        const auto all =
            c.has("Encoding") ? decoded(read.value, encoding_or(c, "Default")) : text::decode_file(read.value, 1252);
        if (c.flag("Raw")) {
            co_await c.out.put(value(all));
            continue;
        }
        auto lines = text::split_lines(all);
        if (c.has("TotalCount"))
            lines.resize(std::min(
                lines.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, to_integer(c.arg("TotalCount"))))));
        if (c.has("Tail")) {
            const auto keep = static_cast<std::size_t>(std::max<std::int64_t>(0, to_integer(c.arg("Tail"))));
            if (lines.size() > keep) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(keep));
        }
        for (std::size_t k = 0; k < lines.size(); ++k) co_await c.out.put(value(lines[k]));
    }
}

// Set-Content, Add-Content and Out-File: lines into a file, each in its own usual encoding.
task<void> write_content(call& c) {
    const std::string_view name = c.what.name;
    const bool is_out_file = name == "Out-File";
    const bool appends = name == "Add-Content" || c.flag("Append");
    std::string path;
    for (const auto* parameter : {"FilePath", "Path", "LiteralPath"})
        if (c.has(parameter)) path = c.text_of(parameter);
    const auto where = resolve(c, path);
    if (where.kind != provider::files) c.refuse("outside the file system");
    std::string all;
    const auto items = c.has("Value") ? c.list("Value") : c.has("InputObject") ? c.list("InputObject") : c.input;
    if (is_out_file) {
        class text_sink : public sink {
          public:
            void write(std::string_view what) override { text += what; }
            std::string text;
        } to;
        formatter made(to);
        for (std::size_t i = 0; i < items.size(); ++i) co_await made.put(items[i]);
        made.flush();
        all = to.text;
    } else {
        for (const auto& item : items)
            for (const auto& one : items_of(item)) all += to_text(one) + (c.flag("NoNewline") ? "" : "\r\n");
    }
    const auto* old = c.os().files.find(where.path);
    if (old && c.flag("NoClobber") && !appends) {
        c.error("The file '" + where.path + "' already exists.", "NoClobber", "ResourceExists", "IOException",
                where.path + ":String");
        co_return;
    }
    const bool is_bytes = c.has("Encoding") && text::equal_no_case(c.text_of("Encoding"), "Byte");
    std::string bytes;
    if (is_bytes)
        bytes = *std::get<bytes_ptr>(cast_to("byte[]", make_array(items), 0).is);
    else
        bytes =
            encoded(all, encoding_or(c, is_out_file ? "Unicode" : "Default"), !(appends && old && !old->bytes.empty()));
    const auto code =
        appends ? c.os().files.append(where.path, bytes, c.who()) : c.os().files.write(where.path, bytes, c.who());
    if (code)
        file_error(c, code, where.path, is_out_file ? "FileOpenFailure" : "GetContentWriterUnauthorizedAccessError");
}

task<void> get_file_hash(call& c) {
    const auto name = c.has("Algorithm") ? text::upper(c.text_of("Algorithm")) : std::string("SHA256");
    const EVP_MD* kind = name == "SHA256"   ? EVP_sha256()
                         : name == "SHA1"   ? EVP_sha1()
                         : name == "SHA384" ? EVP_sha384()
                         : name == "SHA512" ? EVP_sha512()
                         : name == "MD5"    ? EVP_md5()
                                            : nullptr;
    if (!kind) c.refuse("Algorithm " + name);
    const auto paths = paths_of(c);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (!exists(c, paths[i])) {
            path_not_found(c, paths[i]);
            continue;
        }
        const auto read = c.os().files.read(paths[i].path, c.who());
        if (!read) {
            file_error(c, read.error, paths[i].path, "FileReadError");
            continue;
        }
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        EVP_Digest(read.value.data(), read.value.size(), digest.data(), &size, kind, nullptr);
        auto made = make_object("Microsoft.Powershell.Utility.FileHash");
        made->set("Algorithm", name);
        made->set("Hash", text::upper(text::hex({reinterpret_cast<const char*>(digest.data()), size})));
        made->set("Path", c.os().files.display_path(paths[i].path));
        co_await c.out.put(value(made));
    }
}

task<void> join_path(call& c) {
    auto path = c.item ? to_text(*c.item) : c.text_of("Path");
    auto child = c.text_of("ChildPath");
    while (path.ends_with('\\')) path.pop_back();
    while (child.starts_with('\\')) child.erase(0, 1);
    co_await c.out.put(value(path + "\\" + child));
}

task<void> split_path(call& c) {
    const auto path = c.item ? to_text(*c.item) : c.has("LiteralPath") ? c.text_of("LiteralPath") : c.text_of("Path");
    const auto slash = path.rfind('\\');
    if (c.flag("Leaf"))
        co_await c.out.put(value(file_system::name_of(path)));
    else if (c.flag("Qualifier"))
        co_await c.out.put(value(path.substr(0, path.find(':') + 1)));
    else
        co_await c.out.put(value(slash == std::string::npos ? std::string() : file_system::parent_of(path)));
}

}  // namespace

void add_content_cmdlets(cmdlet_table& table) {
    for (const auto& one : {
             cmdlet{"Get-Content", "Path@0 LiteralPath Raw! Encoding TotalCount Tail", get_content},
             cmdlet{"Set-Content", "Path@0 LiteralPath Value@1 Encoding Force! NoNewline!", write_content, true},
             cmdlet{"Add-Content", "Path@0 LiteralPath Value@1 Encoding Force! NoNewline!", write_content, true},
             cmdlet{"Out-File", "FilePath@0 LiteralPath Encoding@1 Append! Force! NoClobber! Width InputObject",
                    write_content, true},
             cmdlet{"Get-FileHash", "Path@0 LiteralPath Algorithm@1", get_file_hash},
             cmdlet{"Join-Path", "Path@0 ChildPath@1", join_path},
             cmdlet{"Split-Path", "Path@0 LiteralPath Leaf! Parent! Qualifier!", split_path},
         })
        table[one.name] = one;
}

}  // namespace emsctl::guest::powershell
