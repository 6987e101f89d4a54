#include "storage/registry.h"

#include <array>

#include "base/parse.h"
#include "storage/dir.h"
#include "storage/overlay.h"

namespace cubby {

std::span<const Backend* const> backends() noexcept {
    static const std::array<const Backend*, 2> kBackends{&dir_backend(), &overlay_backend()};
    return kBackends;
}

Result<const Backend*> backend_of(const RootfsSpec& rootfs) {
    for (const Backend* backend : backends()) {
        if (backend->recognises(rootfs)) {
            return backend;
        }
    }
    return FAIL(Code::unsupported, "lxc.rootfs.path: there is no storage backend '%.40s'; cubby has dir and overlay",
                printable(rootfs.backend).c_str());
}

Result<const Backend*> find_backend(std::string_view name) {
    std::string known;
    for (const Backend* backend : backends()) {
        if (backend->name() == name) {
            return backend;
        }
        known.append(known.empty() ? "" : ", ").append(backend->name());
    }
    return FAIL(Code::usage, "there is no storage backend '%.40s'; choose one of: %s", printable(name).c_str(),
                known.c_str());
}

}  // namespace cubby
