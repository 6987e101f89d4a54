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

Status add_directive(std::string_view line, TemplateProgram& found) {
    const auto words = split_words(line);
    if (words.size() < 2 || words[0] != "#:cubby") {
        return {};
    }
    if (words[1] == "max-age" && words.size() == 3) {
        found.max_age_days = TRY(parse_unsigned(words[2], kMaxDays, "max-age"));
    }
    if (words[1] == "input" && words.size() == 3 && found.inputs.size() < kMaxInputs) {
        const bool absolute = words[2].front() == '/';
        found.inputs.push_back((absolute ? "" : found.file.substr(0, found.file.rfind('/') + 1)) + std::string(words[2]));
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
    struct stat info {};
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
    for (const char* place : {"recipes/", ""}) {
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

std::string stat_text(dev_t device, ino_t inode, mode_t mode, off_t size, int64_t seconds, uint32_t nanoseconds) {
    std::string text;
    for (const uint64_t number : {static_cast<uint64_t>(device), static_cast<uint64_t>(inode), static_cast<uint64_t>(mode),
                                  static_cast<uint64_t>(size), static_cast<uint64_t>(seconds), uint64_t{nanoseconds}}) {
        text.append(std::to_string(number)).append(" ");
    }
    return text;
}

// One line an entry: entries of different directories differ by their inodes, so no path is needed.
class Identities final : public TreeVisitor {
public:
    Status visit(const TreeEntry& entry) override {
        const struct statx& info = entry.info;
        lines.push_back(std::string(entry.name) + " " +
                        stat_text(0, info.stx_ino, info.stx_mode, static_cast<off_t>(info.stx_size), info.stx_mtime.tv_sec,
                                  info.stx_mtime.tv_nsec));
        constexpr size_t kMaxEntries = 100'000;
        return lines.size() < kMaxEntries ? Status{} : FAIL(Code::usage, "more than %zu entries", kMaxEntries);
    }
    Status enter(const TreeEntry& directory) override { return visit(directory); }
    Status leave(int) override { return {}; }
    std::vector<std::string> lines;
};

}  // namespace

Result<std::string> input_identity(const std::string& host_path) {
    const auto file = open_named(host_path, O_PATH);
    struct stat info {};
    if (!file || fstat(file->get(), &info) != 0) {
        return std::string("absent");
    }
    std::string text = stat_text(info.st_dev, info.st_ino, info.st_mode, S_ISDIR(info.st_mode) ? 0 : info.st_size,
                                 info.st_mtim.tv_sec, static_cast<uint32_t>(info.st_mtim.tv_nsec));
    if (S_ISDIR(info.st_mode)) {
        Identities identities;
        if (auto walked = walk_tree(file->get(), identities); !walked && walked.error().code != Code::denied) {
            return std::unexpected(prefixed(walked.error(), "input %s of the template", host_path.c_str()));
        }
        std::ranges::sort(identities.lines);
        for (const std::string& line : identities.lines) {
            text.append("\n").append(line);
        }
    }
    return text;
}

}  // namespace cubby
