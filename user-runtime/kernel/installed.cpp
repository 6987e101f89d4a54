#include "kernel/installed.h"

#include <atomic>
#include <charconv>

#include "base/parse.h"
#include "kernel/root.h"

namespace cubby {
namespace {

constexpr size_t kCacheLimit = 4 << 20;  // bytes; CMakeCache.txt is far smaller
constexpr size_t kMapsLimit = 64 << 20;  // bytes; a process of thousands of mappings has one
constexpr int kBuildDepth = 5;           // folders between a build tree's root and its programs

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::string in_folder(std::string folder, const std::string& name) {
    return std::move(folder.append("/").append(name));
}

constinit std::atomic<bool> in_library{false};

// The file that this code was mapped from, as the kernel has it: what the loader was told may be relative, or a link.
Result<std::string> own_library() {
    const auto here = reinterpret_cast<uintptr_t>(&own_library);
    const Fd maps = TRY(open_named("/proc/self/maps", O_RDONLY));
    const std::string text = TRY(read_all(maps.get(), kMapsLimit, "/proc/self/maps"));
    for (const auto line : split_words(text, "\n")) {
        const char* const end = line.data() + line.size();
        uintptr_t from = 0;
        uintptr_t to = 0;
        const auto first = std::from_chars(line.data(), end, from, 16);
        if (first.ptr == end || std::from_chars(first.ptr + 1, end, to, 16).ec != std::errc{} || here < from ||
            here >= to) {
            continue;
        }
        const size_t path = line.find('/');
        if (path == std::string_view::npos) {
            break;
        }
        return std::string(line.substr(path));
    }
    return FAIL(Code::not_found, "/proc/self/maps does not name the file of this library");
}

// Path of the running program, or of the library.
Result<std::string> self_path() {
    if (in_library) {
        return own_library();
    }
    auto self = pin("/proc/self/exe");
    if (!self) {
        return std::unexpected(prefixed(self.error(), "find the running program"));
    }
    return std::move(self->path);
}

// The folder of the running program, or of the library, without a trailing slash.
Result<std::string> own_folder() {
    // A program that was replaced while it runs reads as "PATH (deleted)"; the folder is right all the same.
    return parent_of(TRY(self_path()));
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
    const auto library = in_library ? self_path() : Result<std::string>("/proc/self/exe");
    const auto self = library ? open_named(*library, O_PATH) : Result<Fd>(std::unexpected(library.error()));
    if (!self || fstat(self->get(), &program) != 0) {
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

void find_beside_library() noexcept { in_library = true; }

Result<std::string> installed_program(std::string_view name) {
    const std::string program(name);
    const std::string folder = TRY(own_folder());
    const std::string prefix = parent_of(folder);
    // Distributions without libexec install below lib; a program in libexec/cubby has bin two folders up.
    const std::string bin = (folder.ends_with("/cubby") ? parent_of(prefix) : prefix) + "/bin";
    const std::string higher_bin = parent_of(parent_of(prefix)) + "/bin";
    // The library is in PREFIX/lib/cubby, or PREFIX/lib/ARCHITECTURE/cubby.
    const std::string above = parent_of(prefix) + "/libexec/cubby";
    const std::string higher = parent_of(parent_of(prefix)) + "/libexec/cubby";
    for (const std::string& place :
         {folder, prefix + "/libexec/cubby", prefix + "/lib/cubby", bin, above, higher, higher_bin}) {
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
    // PREFIX/bin, PREFIX/libexec/cubby, or the library's folder.
    for (const std::string& place : {prefix, parent_of(prefix), parent_of(parent_of(prefix))}) {
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
