#include "cli/editor.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/parse.h"
#include "cli/grammar.h"
#include "kernel/key_signals.h"
#include "kernel/process.h"
#include "kernel/runtime_dir.h"

namespace cubby::cli {
namespace {

constexpr size_t kLongestText = 4 << 20;

bool is_program(const std::string& path) {
    const auto file = open_named(path, O_PATH);
    struct stat info{};
    return file && fstat(file->get(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0111) != 0;
}

std::vector<std::string> whole_environment() {
    std::vector<std::string> out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        out.emplace_back(*entry);
    }
    return out;
}

Result<std::string> random_suffix() {
    std::array<unsigned char, 8> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        return FAIL_ERRNO("make up a file name");
    }
    std::string out;
    constexpr char hex[] = "0123456789abcdef";
    for (const unsigned char byte : bytes) {
        out += {hex[byte >> 4], hex[byte & 15]};
    }
    return out;
}

}  // namespace

Result<std::string> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        std::string path = TRY(absolute_path(name, "program"));
        if (is_program(path)) {
            return path;
        }
    } else if (!name.empty()) {
        const char* path = getenv("PATH");
        for (const std::string_view folder :
             split_fields(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
            std::string candidate = std::string(folder) + "/" + name;
            // A relative entry would mean another program in every directory.
            if (folder.starts_with('/') && is_program(candidate)) {
                return candidate;
            }
        }
    }
    return FAIL(Code::not_found, "there is no program %.80s", printable(name).c_str());
}

Result<std::vector<std::string>> find_editor() {
    for (const char* variable : {"VISUAL", "EDITOR"}) {
        const char* value = getenv(variable);
        if (value == nullptr || trim(value).empty()) {
            continue;
        }
        std::vector<std::string> words = TRY(split_command(value));
        auto program = find_program(words.front());
        if (!program) {
            return std::unexpected(prefixed(program.error(), "%s", variable));
        }
        words.front() = std::move(*program);
        return words;
    }
    for (const char* name : {"sensible-editor", "editor", "nano", "vi"}) {
        if (auto program = find_program(name)) {
            return std::vector<std::string>{std::move(*program)};
        }
    }
    return FAIL(Code::not_found, "no editor is found; set EDITOR");
}

Result<EditedFile> EditedFile::make(const std::string& name, const std::string& text) {
    Root runtime = TRY(runtime_dir());
    const RelPath folder = TRY(RelPath::component("edit-" + TRY(random_suffix())));
    TRY(runtime.mkdir(folder, 0700));
    EditedFile self(std::move(runtime), folder, folder / TRY(RelPath::component(name)));
    self.kept_ = false;
    TRY(self.parent_.replace(self.file_, text, 0600));
    self.path_ = TRY(pin("/proc/self/fd/" + std::to_string(self.parent_.fd()))).path + "/" + self.file_.str();
    return self;
}

EditedFile::EditedFile(EditedFile&& other) noexcept
    : parent_(std::move(other.parent_)),
      folder_(std::move(other.folder_)),
      file_(std::move(other.file_)),
      path_(std::move(other.path_)),
      kept_(std::exchange(other.kept_, true)) {}

EditedFile::~EditedFile() {
    if (kept_) {
        return;
    }
    // What cannot be removed is in a private directory that goes with the session.
    if (const auto entries = parent_.list(folder_)) {
        for (const DirEntry& entry : *entries) {
            if (const auto one = RelPath::component(entry.name)) {
                static_cast<void>(parent_.unlink(folder_ / *one).has_value());
            }
        }
    }
    static_cast<void>(parent_.rmdir(folder_).has_value());
}

Status EditedFile::edit(const std::vector<std::string>& editor) const {
    Command command{.argv = editor, .environment = whole_environment()};
    command.argv.push_back(path_);
    command.in = STDIN_FILENO;
    command.out = STDOUT_FILENO;
    command.err = STDERR_FILENO;
    const WithoutKeySignals guard;
    const Spawned child = TRY(spawn(command));
    const ExitStatus ended = TRY(wait_child(child.pidfd.get()));
    if (ended.shell_code() != 0) {
        return FAIL(Code::child_failed, "%s ended with %d; nothing was changed", editor.front().c_str(),
                    ended.shell_code());
    }
    return {};
}

Result<std::string> EditedFile::text() const { return parent_.read(file_, kLongestText); }

}  // namespace cubby::cli
