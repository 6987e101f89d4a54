#include "kernel/mount_fd.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "kernel/openat2.h"

namespace cubby {

Result<FsContext> FsContext::open(const char* type) noexcept {
    Fd context(fsopen(type, FSOPEN_CLOEXEC));
    if (!context) {
        return FAIL_ERRNO("open file system type %s", type);
    }
    return FsContext(std::move(context), type);
}

Error FsContext::refusal(const char* what) const noexcept {
    const int why = errno;
    // The context's log holds lines such as "e overlay: No changes allowed …" (fsopen(2), message log).
    std::array<char, 160> words{};
    const ssize_t length = read(context_.get(), words.data(), words.size() - 1);
    errno = why;
    if (length > 2 && words[1] == ' ') {
        if (words[static_cast<size_t>(length) - 1] == '\n') {
            words[static_cast<size_t>(length) - 1] = '\0';
        }
        return sys_error(why, "mount %s: %s: %s", type_, what, words.data() + 2);
    }
    return sys_error(why, "mount %s: %s", type_, what);
}

Status FsContext::set(const char* key, const char* value) noexcept {
    if (fsconfig(context_.get(), FSCONFIG_SET_STRING, key, value, 0) != 0) {
        return std::unexpected(refusal(key));
    }
    return {};
}

Status FsContext::set_flag(const char* key) noexcept {
    if (fsconfig(context_.get(), FSCONFIG_SET_FLAG, key, nullptr, 0) != 0) {
        return std::unexpected(refusal(key));
    }
    return {};
}

Result<Fd> FsContext::mount(uint64_t attributes) noexcept {
    if (fsconfig(context_.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
        return std::unexpected(refusal("create"));
    }
    Fd mounted(fsmount(context_.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes)));
    if (!mounted) {
        return std::unexpected(refusal("mount"));
    }
    return mounted;
}

namespace {

Status set_options(FsContext& context, const char* options) noexcept {
    std::array<char, 512> copy{};
    if (strlen(options) >= copy.size()) {
        return FAIL(Code::invalid_config, "mount options longer than %zu bytes", copy.size() - 1);
    }
    memcpy(copy.data(), options, strlen(options));
    char* rest = nullptr;
    for (char* word = strtok_r(copy.data(), ",", &rest); word != nullptr; word = strtok_r(nullptr, ",", &rest)) {
        char* equals = strchr(word, '=');
        if (equals == nullptr) {
            TRY(context.set_flag(word));
        } else {
            *equals = '\0';
            TRY(context.set(word, equals + 1));
        }
    }
    return {};
}

}  // namespace

Result<Fd> make_filesystem(const char* type, const char* source, const char* options, uint64_t attributes) noexcept {
    FsContext context = TRY(FsContext::open(type));
    if (source != nullptr && *source != '\0') {
        TRY(context.set("source", source));
    }
    if (options != nullptr) {
        TRY(set_options(context, options));
    }
    return context.mount(attributes);
}

Result<Fd> clone_tree(int tree, bool recursive) noexcept {
    const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    Fd copy(open_tree(tree, "", flags));
    if (!copy) {
        return FAIL_ERRNO("copy mount");
    }
    return copy;
}

Status change_mount(int mount, const MountAttributes& attributes) noexcept {
    mount_attr attr{};
    attr.attr_set = attributes.set;
    attr.attr_clr = attributes.clear;
    attr.propagation = attributes.propagation;
    if (attributes.id_map >= 0) {
        attr.attr_set |= MOUNT_ATTR_IDMAP;
        attr.userns_fd = static_cast<uint64_t>(attributes.id_map);
    }
    if (mount_setattr(mount, "", AT_EMPTY_PATH | (attributes.recursive ? AT_RECURSIVE : 0), &attr, sizeof attr) != 0) {
        return FAIL_ERRNO("set mount attributes");
    }
    return {};
}

Status leave_mount_namespace() noexcept {
    if (unshare(CLONE_NEWNS) != 0) {
        return FAIL_ERRNO("make a mount namespace");
    }
    const Fd root(openat2_retry(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0));
    if (!root) {
        return FAIL_ERRNO("open /");
    }
    return change_mount(root.get(), {0, 0, MS_SLAVE, true});
}

Status attach_mount(int mount, int target) noexcept {
    if (move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0) {
        return FAIL_ERRNO("attach mount");
    }
    return {};
}

Status cover_directory(const char* path, const char* type, uint64_t attributes) noexcept {
    const Fd target(openat2_retry(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0));
    if (!target) {
        return FAIL_ERRNO("open %s", path);
    }
    const Fd made = TRY(make_filesystem(type, type, "", attributes));
    return attach_mount(made.get(), target.get());
}

Status enter_root(int new_root) noexcept {
    if (fchdir(new_root) != 0) {
        return FAIL_ERRNO("enter the new root");
    }
    if (syscall(SYS_pivot_root, ".", ".") != 0) {
        return FAIL_ERRNO("pivot_root");
    }
    // Both roots are stacked on "/" now and "." is the old one (pivot_root(2), NOTES).
    if (umount2(".", MNT_DETACH) != 0) {
        return FAIL_ERRNO("let the old root go");
    }
    if (chdir("/") != 0) {
        return FAIL_ERRNO("enter /");
    }
    return {};
}

Result<uint64_t> mount_id(int fd) noexcept {
    struct statx info{};
    if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &info) != 0) {
        return FAIL_ERRNO("read mount id");
    }
    return info.stx_mnt_id;
}

Result<bool> is_mount_root(int fd) noexcept {
    struct statx info{};
    if (statx(fd, "", AT_EMPTY_PATH, 0, &info) != 0) {
        return FAIL_ERRNO("ask whether something is mounted");
    }
    return (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

Status detach_mount(int mount, int own_descriptors) noexcept {
    std::array<char, 16> name{};
    snprintf(name.data(), name.size(), "%d", mount);
    if (fchdir(own_descriptors) != 0 || umount2(name.data(), MNT_DETACH) != 0) {
        return FAIL_ERRNO("unmount");
    }
    return {};
}

Result<int64_t> filesystem_magic(int fd) noexcept {
    struct statfs info{};
    if (fstatfs(fd, &info) != 0) {
        return FAIL_ERRNO("read file system type");
    }
    return static_cast<int64_t>(info.f_type);
}

}  // namespace cubby
