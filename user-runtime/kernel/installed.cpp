#include "kernel/installed.h"

#include "base/parse.h"
#include "kernel/root.h"

namespace cubby {
namespace {

constexpr size_t kCacheLimit = 4 << 20;  // bytes; CMakeCache.txt is far smaller
constexpr int kBuildDepth = 5;           // folders between a build tree's root and its programs

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::string in_folder(std::string folder, const std::string& name) {
    return std::move(folder.append("/").append(name));
}

// The folder of the running program, without a trailing slash.
Result<std::string> own_folder() {
    auto self = pin("/proc/self/exe");
    if (!self) {
        return std::unexpected(prefixed(self.error(), "find the running program"));
    }
    // A program that was replaced while it runs reads as "PATH (deleted)"; the folder is right all the same.
    return parent_of(self->path);
}

// An error only where the question cannot be asked: no descriptors or no memory left.
Result<bool> is_program(const std::string& path) {
    const auto file = open_named(path, O_PATH);
    struct stat info{};
    if (!file && file.error().code == Code::system && file.error().sys_errno != ENOTDIR) {
        return std::unexpected(file.error());
    }
    return file && fstat(file->get(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0111) != 0;
}

bool is_folder(const std::string& path) { return open_named(path, O_PATH | O_DIRECTORY).has_value(); }

struct BuildTree {
    std::string root;
    std::string source;  // of the project
};

// Whether nobody but the owner of the program could have put a file into the folder.  (A comparison of owners would also do
// for the file, were it not that inside a user namespace all owners without a mapping look the same.)
bool same_hands(const std::string& folder, uid_t owner) {
    const auto opened = open_named(folder, O_PATH | O_DIRECTORY);
    struct stat info{};
    return opened && fstat(opened->get(), &info) == 0 && info.st_uid == owner && (info.st_mode & S_IWOTH) == 0;
}

// The build tree that the program lies in, by CMake's own record at its root; empty strings elsewhere.
BuildTree build_tree(std::string folder) {
    constexpr std::string_view key = "CMAKE_HOME_DIRECTORY:INTERNAL=";
    struct stat program{};
    if (const auto self = open_named("/proc/self/exe", O_PATH); !self || fstat(self->get(), &program) != 0) {
        return {};
    }
    for (int depth = 0; depth < kBuildDepth && !folder.empty(); ++depth, folder = parent_of(folder)) {
        const auto text = read_named(folder + "/CMakeCache.txt", kCacheLimit);
        if (!text || !same_hands(folder, program.st_uid)) {
            continue;
        }
        for (const auto line : split_words(*text, "\n")) {
            if (line.starts_with(key)) {
                return {folder, std::string(line.substr(key.size()))};
            }
        }
    }
    return {};
}

}  // namespace

Result<std::string> installed_program(std::string_view name) {
    const std::string program(name);
    const std::string folder = TRY(own_folder());
    const std::string prefix = parent_of(folder);
    // Distributions without libexec install below lib; a program in libexec/cubby has bin two folders up.
    const std::string bin = (folder.ends_with("/cubby") ? parent_of(prefix) : prefix) + "/bin";
    for (const std::string& place : {folder, prefix + "/libexec/cubby", prefix + "/lib/cubby", bin}) {
        std::string path = in_folder(place, program);
        if (TRY(is_program(path))) {
            return path;
        }
    }
    const BuildTree build = build_tree(folder);
    std::string built = in_folder(build.root + "/bin", program);
    if (!build.root.empty() && TRY(is_program(built))) {
        return built;
    }
    return FAIL(Code::not_found, "%s is neither in %s nor in %s/libexec/cubby; install cubby again", program.c_str(),
                folder.c_str(), prefix.c_str());
}

Result<std::string> installed_data(std::string_view name) {
    const std::string data(name);
    const std::string folder = TRY(own_folder());
    const std::string prefix = parent_of(folder);
    // PREFIX/bin, or PREFIX/libexec/cubby.
    for (const std::string& place : {prefix, parent_of(prefix)}) {
        std::string path = in_folder(place + "/share/cubby", data);
        if (is_folder(path)) {
            return path;
        }
    }
    const BuildTree build = build_tree(folder);
    std::string source = in_folder(build.source, data);
    if (!build.source.empty() && is_folder(source)) {
        return source;
    }
    return FAIL(Code::not_found, "%s is not in %s/share/cubby; install cubby again", data.c_str(), prefix.c_str());
}

}  // namespace cubby
