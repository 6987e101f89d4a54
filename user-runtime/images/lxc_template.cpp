#include "images/lxc_template.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/names.h"
#include "kernel/root.h"

namespace cubby {
namespace {

constexpr size_t kMaxProgram = 64U << 20U;
constexpr const char* kFolders[] = {"/usr/share/lxc/templates/", "/usr/local/share/lxc/templates/"};

bool is_program(const std::string& path) {
    const auto file = open_named(path, O_PATH);
    struct stat info{};
    return file && fstat(file->get(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0111U) != 0;
}

Result<bool> is_cubbys(const std::string& path) {
    const std::string text = TRY(read_named(path, kMaxProgram));
    return text.starts_with("#:cubby ") || text.find("\n#:cubby ") != std::string::npos;
}

}  // namespace

Result<std::optional<std::string>> find_lxc_template(const std::string& name, bool any_path) {
    if (name.starts_with('/')) {
        const bool called_so = name.substr(name.rfind('/') + 1).starts_with("lxc-");
        if (!is_program(name) || (!called_so && !any_path) || TRY(is_cubbys(name))) {
            return std::optional<std::string>{};
        }
        return std::optional(name);
    }
    if (!RelPath::component(name)) {
        return std::optional<std::string>{};
    }
    for (const char* folder : kFolders) {
        std::string path = folder + ("lxc-" + name);
        if (is_program(path)) {
            return std::optional(std::move(path));
        }
    }
    return std::optional<std::string>{};
}

}  // namespace cubby
