#include "images/template_program.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <string_view>

#include "base/names.h"
#include "base/parse.h"
#include "kernel/root.h"
#include "kernel/tree_walk.h"

namespace cubby {
namespace {

constexpr size_t kMaxProgram = 64U << 20U;
constexpr int kDirectiveLines = 40;
constexpr size_t kMaxInputs = 64;
constexpr uint64_t kMaxDays = 36500;

// "#:cubby KEY VALUE"; keys of a newer contract are passed over.
Status add_directive(std::string_view line, TemplateProgram& found) {
    constexpr std::string_view kMark = "#:cubby ";
    if (!line.starts_with(kMark)) {
        return {};
    }
    const std::string_view text = trim(line.substr(kMark.size()));
    const std::string_view key = text.substr(0, text.find_first_of(" \t"));
    const std::string_view value = trim(text.substr(key.size()));
    if (key == "summary") {
        found.summary = printable(value);
    } else if (key == "network") {
        if (value != "yes" && value != "no") {
            return FAIL(Code::invalid_config, "network is yes or no, not '%.20s'", printable(value).c_str());
        }
        found.network = value == "yes";
    } else if (key == "max-age") {
        found.max_age_days = TRY(parse_unsigned(value, kMaxDays, "max-age"));
    } else if (key == "input" && !value.empty() && found.inputs.size() < kMaxInputs) {
        const bool absolute = value.front() == '/';
        found.inputs.push_back((absolute ? "" : found.file.substr(0, found.file.rfind('/') + 1)) + std::string(value));
    }
    return {};
}

Status read_program(TemplateProgram& found) {
    const std::string text = TRY(read_named(found.file, kMaxProgram));
    found.text = sha256(text);
    size_t at = 0;
    for (int line = 0; line < kDirectiveLines && at < text.size(); ++line) {
        const size_t end = std::min(text.find('\n', at), text.size());
        if (auto done = add_directive(std::string_view(text).substr(at, end - at), found); !done) {
            return std::unexpected(prefixed(done.error(), "template %s, line %d", found.name.c_str(), line + 1));
        }
        at = end + 1;
    }
    return {};
}

bool is_program(const std::string& path) {
    const auto file = open_named(path, O_PATH);
    struct stat info{};
    return file && fstat(file->get(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0111U) != 0;
}

}  // namespace

Result<TemplateProgram> find_template(const std::string& name, const std::string& installed) {
    TemplateProgram found;
    found.name = name;
    if (name.starts_with('/')) {
        found.program = found.file = name;
        if (!is_program(name)) {
            return FAIL(Code::not_found, "template %s: no such program", printable(name).c_str());
        }
        TRY(read_program(found));
        return found;
    }
    if (!RelPath::component(name) || name.starts_with('.') || name.starts_with('-')) {
        return FAIL(Code::usage, "'%.60s' is not a template's name; use a plain word or an absolute path",
                    printable(name).c_str());
    }
    found.folder = installed;
    for (const char* place : {"", "recipes/"}) {
        found.program = place + name;
        found.file = installed + "/" + found.program;
        if (is_program(found.file)) {
            TRY(read_program(found));
            return found;
        }
    }
    return FAIL(Code::not_found, "there is no template '%.60s' in %s", printable(name).c_str(), installed.c_str());
}

namespace {

std::string stat_text(uint64_t size, uint64_t inode, int64_t seconds, uint32_t nanoseconds) {
    return std::to_string(size) + " " + std::to_string(inode) + " " + std::to_string(seconds) + "." +
           std::to_string(nanoseconds);
}

// One line an entry: entries of different directories differ by their inodes, so no path is needed.
class Identities final : public TreeVisitor {
  public:
    Status visit(const TreeEntry& entry) override {
        const struct statx& info = entry.info;
        return add(std::string(entry.name) + " " +
                   stat_text(info.stx_size, info.stx_ino, info.stx_mtime.tv_sec, info.stx_mtime.tv_nsec));
    }
    Status enter(const TreeEntry& directory) override {
        return add(std::string(directory.name) + "/ " + std::to_string(directory.info.stx_ino));
    }
    Status leave(int) override { return {}; }
    std::vector<std::string> lines;

  private:
    Status add(std::string line) {
        constexpr size_t kMaxEntries = 100'000;
        lines.push_back(std::move(line));
        return lines.size() < kMaxEntries ? Status{} : FAIL(Code::usage, "more than %zu entries", kMaxEntries);
    }
};

}  // namespace

Result<std::string> input_identity(const std::string& host_path) {
    const auto file = open_named(host_path, O_PATH);
    struct stat info{};
    if (!file || fstat(file->get(), &info) != 0) {
        return std::string("absent");
    }
    if (!S_ISDIR(info.st_mode)) {
        return stat_text(static_cast<uint64_t>(info.st_size), info.st_ino, info.st_mtim.tv_sec,
                         static_cast<uint32_t>(info.st_mtim.tv_nsec));
    }
    Identities identities;
    if (auto walked = walk_tree(file->get(), identities); !walked && walked.error().code != Code::denied) {
        return std::unexpected(prefixed(walked.error(), "%s, which the template depends on", host_path.c_str()));
    }
    std::ranges::sort(identities.lines);
    std::string text = std::to_string(info.st_ino);
    for (const std::string& line : identities.lines) {
        text.append("\n").append(line);
    }
    return text;
}

Result<std::string> image_key(const TemplateProgram& program, const std::vector<std::string>& args,
                              const std::string& architecture, const std::string& id_map) {
    Sha256Hasher hasher;
    hasher.add_sized("cubby-image-1");
    hasher.add_sized(program.name);
    hasher.add_sized(program.text.hex());
    hasher.add_number(args.size());
    for (const std::string& arg : args) {
        hasher.add_sized(arg);
    }
    hasher.add_sized(architecture);
    hasher.add_sized(id_map);
    std::vector<std::string> paths = program.inputs;
    for (const std::string& arg : args) {
        const auto equals = arg.find('=');
        const std::string value = arg.starts_with('/') || equals == std::string::npos ? arg : arg.substr(equals + 1);
        if (value.starts_with('/')) {
            paths.push_back(value);
        }
    }
    for (const std::string& path : paths) {
        hasher.add_sized(path);
        hasher.add_sized(TRY(input_identity(path)));
    }
    return hasher.finish().hex();
}

}  // namespace cubby
