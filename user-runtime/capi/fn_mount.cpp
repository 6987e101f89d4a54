// Mounts and devices of a running container.

#include <sys/mount.h>

#include "capi/functions.h"
#include "capi/gate.h"
#include "capi/guard.h"
#include "container/operations.h"

namespace cubby::capi {
namespace {

// Flags of mount(2) as words of fstab(5).
constexpr std::pair<unsigned long, const char*> kWords[] = {
    {MS_BIND, "bind"},
    {MS_REC, "rbind"},
    {MS_RDONLY, "ro"},
    {MS_NOSUID, "nosuid"},
    {MS_NODEV, "nodev"},
    {MS_NOEXEC, "noexec"},
    {MS_NOATIME, "noatime"},
    {MS_NODIRATIME, "nodiratime"},
    {MS_STRICTATIME, "strictatime"},
    {MS_RELATIME, "relatime"},
};

std::string text_of(const void* text) { return text != nullptr ? static_cast<const char*>(text) : ""; }

Result<MountRequest> request_of(const char* source, const char* target, const char* type, unsigned long flags,
                                const void* data) {
    if (target == nullptr) {
        return FAIL(Code::usage, "a mount needs a target");
    }
    MountRequest request{text_of(source), target, text_of(type), ""};
    const auto add = [&request](const std::string& words) {
        request.options.append(request.options.empty() ? "" : ",").append(words);
    };
    unsigned long left = flags & ~static_cast<unsigned long>(MS_SILENT);
    for (const auto& [flag, word] : kWords) {
        if ((flags & flag) != 0) {
            add(word);
            left &= ~flag;
        }
    }
    if (left != 0) {
        return FAIL(Code::unsupported, "mount flags 0x%lx are not supported", left);
    }
    if (request.type.empty() && (flags & MS_BIND) == 0) {
        return FAIL(Code::usage, "a mount without MS_BIND needs the type of its file system");
    }
    if (const std::string words = text_of(data); !words.empty() && (flags & MS_BIND) == 0) {
        add(words);
    }
    return request;
}

// The device's path inside.
Result<std::string> place_of(const char* source, const char* target) {
    if (source == nullptr) {
        return FAIL(Code::usage, "no device is named");
    }
    return std::string(target != nullptr ? target : source);
}

}  // namespace

int fn_mount(lxc_container* c, const char* source, const char* target, const char* filesystemtype,
             unsigned long mountflags, const void* data, lxc_mount* /*mnt*/) noexcept {
    return enter(c, -1, [&](Object& object) -> Result<int> {
        const MountRequest request = TRY(request_of(source, target, filesystemtype, mountflags, data));
        const std::shared_lock gate(fork_gate());
        TRY(mount_into(TRY(object.places()), object.identity(), request));
        return 0;
    });
}

int fn_umount(lxc_container* c, const char* target, unsigned long /*mountflags*/, lxc_mount* /*mnt*/) noexcept {
    return enter(c, -1, [&](Object& object) -> Result<int> {
        if (target == nullptr) {
            return FAIL(Code::usage, "no target is named");
        }
        const std::shared_lock gate(fork_gate());
        TRY(unmount_from(TRY(object.places()), object.identity(), target));
        return 0;
    });
}

bool fn_add_device_node(lxc_container* c, const char* src_path, const char* dest_path) noexcept {
    return enter(c, [&](Object& object) -> Status {
        const std::string target = TRY(place_of(src_path, dest_path));
        const std::shared_lock gate(fork_gate());
        return add_device(TRY(object.places()), object.identity(), src_path, target);
    });
}

bool fn_remove_device_node(lxc_container* c, const char* src_path, const char* dest_path) noexcept {
    return enter(c, [&](Object& object) -> Status {
        const std::string target = TRY(place_of(src_path, dest_path));
        const std::shared_lock gate(fork_gate());
        return remove_device(TRY(object.places()), object.identity(), target);
    });
}

}  // namespace cubby::capi
