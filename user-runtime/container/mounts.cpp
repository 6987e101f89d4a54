// Mounts into a running container, and out of it: a detached mount is made with the user's own rights, and attached by a
// process that has entered the container's user and mount namespaces.

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assembly/holder.h"
#include "config/lxc/mount_entry.h"
#include "container/attach_facts.h"
#include "container/operations.h"
#include "kernel/guest_path.h"
#include "kernel/inherited.h"
#include "kernel/mount_fd.h"
#include "kernel/procfs.h"
#include "kernel/root.h"
#include "kernel/userns_process.h"

namespace cubby {
namespace {

// In the child.  Not dumpable, so that root of the container can neither trace it nor take its descriptors
// (CVE-2016-8649).
Status enter_container(const AttachFacts& facts) {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    NsSet set;
    set.add(Ns::user);
    set.add(Ns::mnt);
    TRY(enter_namespaces_of(facts.pidfd.get(), set));
    TRY(become_root());
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // a change of ids sets it to fs.suid_dumpable
    return {};
}

// Runs `body` inside, as root of the container.  `outside` runs before, as the user, in a copy of his mount namespace
// that belongs to the holder's user namespace.
Status run_inside(const AttachFacts& facts, const std::function<Status()>& outside,
                  const std::function<Status(int root)>& body) {
    const Holder holder = TRY(ensure_holder());
    UsernsPlace place{holder.user_namespace.get(), nullptr, {}};
    place.more.add(Ns::mnt);
    return run_in_user_namespace(place, [&]() -> Status {
        TRY(shed_inherited());
        TRY(outside());
        TRY(enter_container(facts));
        const Fd root = TRY(open_named("/", O_PATH | O_DIRECTORY));
        return body(root.get());
    });
}

Result<bool> is_directory(int fd) {
    struct stat info{};
    if (fstat(fd, &info) != 0) {
        return FAIL_ERRNO("stat what is to be mounted");
    }
    return S_ISDIR(info.st_mode);
}

struct Detached {
    Fd mount;
    bool directory = true;
};

Result<Detached> detached_bind(const PinnedPath& source, const MountEntry& entry) {
    const Fd opened = TRY(open_pinned(source.path.c_str(), source.device, source.inode));
    const bool directory = TRY(is_directory(opened.get()));
    Fd copy = TRY(clone_tree(opened.get(), entry.recursive));
    TRY(change_mount(copy.get(), {entry.set_attributes, entry.clear_attributes, entry.propagation, entry.recursive}));
    return Detached{std::move(copy), directory};
}

Result<Detached> detached_filesystem(const MountEntry& entry) {
    return Detached{
        TRY(make_filesystem(entry.type.c_str(), entry.source.c_str(), entry.data.c_str(), entry.set_attributes)), true};
}

// O_PATH of a mount's root; Code::usage where nothing is mounted.
Result<Fd> open_mounted(int root, const RelPath& target) {
    Fd found = TRY(guest::open(root, target.str().c_str(), true));
    if (!TRY(is_mount_root(found.get()))) {
        return FAIL(Code::usage, "nothing that can be unmounted is at /%s", target.str().c_str());
    }
    return found;
}

// The empty file that mount_into() has made as the place of a device's.
Status remove_place(int root, const RelPath& target) {
    const Root guest(TRY(guest::open(root, ".", false)), Trust::guest);
    const struct stat info = TRY(guest.stat(target));
    return S_ISREG(info.st_mode) && info.st_size == 0 ? guest.unlink(target) : Status{};
}

// Takes out what is mounted at a path, then does what is left to do there.
Status take_out(const Places& places, const ContainerName& name, const std::string& target,
                const std::function<Status(int root, const RelPath& path)>& afterwards) {
    const RelPath path = TRY(RelPath::guest(target));
    const AttachFacts facts = TRY(ask_attach_facts(places, name));
    Fd descriptors;
    const auto outside = [&]() -> Status {
        descriptors = TRY(TRY(TRY(ProcFs::open()).of_self()).open_entry("fd", O_RDONLY | O_DIRECTORY));
        return {};
    };
    return run_inside(facts, outside, [&](int root) -> Status {
        const Fd mounted = TRY(open_mounted(root, path));
        if (auto gone = detach_mount(mounted.get(), descriptors.get()); !gone) {
            return std::unexpected(prefixed(gone.error(), "/%s", path.str().c_str()));
        }
        return afterwards(root, path);
    });
}

}  // namespace

Status mount_into(const Places& places, const ContainerName& name, const MountRequest& request) {
    const MountEntry entry = TRY(lxc::make_mount_entry(request.source, request.target, request.type, request.options));
    const RelPath target = TRY(RelPath::guest(entry.target));
    if (!entry.id_map.empty()) {
        return FAIL(Code::usage, "the option 'idmap' is for lxc.mount.entry");
    }
    if (entry.source_in_root) {
        return FAIL(Code::usage, "the option 'relative' is for lxc.mount.entry");
    }
    const AttachFacts facts = TRY(ask_attach_facts(places, name));
    const bool bind = entry.type.empty();
    const PinnedPath source = bind ? TRY(pin_own(entry.source)) : PinnedPath{};
    Detached made;
    const auto outside = [&]() -> Status {
        made = bind ? TRY(detached_bind(source, entry)) : Detached{};
        return {};
    };
    return run_inside(facts, outside, [&](int root) -> Status {
        if (!bind) {
            made = TRY(detached_filesystem(entry));
        }
        const char* const path = target.str().c_str();
        const Fd place = TRY(made.directory ? guest::ensure_dir(root, path) : guest::ensure_file(root, path));
        return attach_mount(made.mount.get(), place.get());
    });
}

Status unmount_from(const Places& places, const ContainerName& name, const std::string& target) {
    return take_out(places, name, target, [](int, const RelPath&) { return Status{}; });
}

Status add_device(const Places& places, const ContainerName& name, const std::string& device,
                  const std::string& target) {
    struct stat info{};
    const Fd opened = TRY(open_own(device));
    if (fstat(opened.get(), &info) != 0 || (!S_ISCHR(info.st_mode) && !S_ISBLK(info.st_mode))) {
        return FAIL(Code::usage, "%s is not a device", device.c_str());
    }
    return mount_into(places, name, {device, target, "", "bind"});
}

Status remove_device(const Places& places, const ContainerName& name, const std::string& target) {
    return take_out(places, name, target, remove_place);
}

}  // namespace cubby
