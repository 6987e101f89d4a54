#include "kernel/feature_probe.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>

#include "base/id_range.h"
#include "kernel/mount_fd.h"
#include "kernel/namespaces.h"
#include "kernel/openat2.h"
#include "kernel/process.h"
#include "kernel/procfs.h"
#include "kernel/seccomp.h"

namespace cubby {
namespace {

constexpr int kProbeMs = 2000;

// The results, in memory shared with the children that find them.
class Sheet {
  public:
    Sheet() noexcept {
        void* page = mmap(nullptr, sizeof(FeatureErrors), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        found_ = page != MAP_FAILED ? new (page) FeatureErrors : nullptr;
        if (found_ != nullptr) {
            found_->errors.fill(kNotTried);
        }
    }
    ~Sheet() {
        if (found_ != nullptr) {
            munmap(found_, sizeof *found_);
        }
    }
    Sheet(const Sheet&) = delete;
    Sheet& operator=(const Sheet&) = delete;

    [[nodiscard]] bool usable() const noexcept { return found_ != nullptr; }
    [[nodiscard]] FeatureErrors read() const noexcept { return *found_; }
    bool note(Feature feature, int error) noexcept {
        found_->errors[static_cast<size_t>(feature)] = error;
        return error == 0;
    }
    // By the errno of a call that failed.
    bool note_call(Feature feature, bool worked) noexcept { return note(feature, worked ? 0 : errno); }
    template <class T>
    bool note_result(Feature feature, const Result<T>& result) noexcept {
        if (result) {
            return note(feature, 0);
        }
        return note(feature, result.error().sys_errno != 0 ? result.error().sys_errno : EIO);
    }

  private:
    FeatureErrors* found_ = nullptr;
};

int try_pidfd() noexcept {
    auto child = clone_process(0);
    if (!child) {
        return child.error().sys_errno;
    }
    if (child->pid == 0) {
        for (;;) {
            pause();
        }
    }
    const auto sent = send_signal(child->pidfd.get(), SIGKILL);
    const auto ended = wait_child(child->pidfd.get());
    if (!sent || !ended) {
        return sent ? ended.error().sys_errno : sent.error().sys_errno;
    }
    return ended->signaled ? 0 : EIO;
}

int try_seccomp() noexcept {
    const sock_filter allow_all = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return errno;
    }
    const auto loaded = load_seccomp(&allow_all, 1);
    return loaded ? 0 : loaded.error().sys_errno;
}

void probe_mounts(Sheet& sheet, const char* overlay) noexcept {
    auto tmpfs = make_filesystem("tmpfs", "probe", "size=65536", 0);
    sheet.note_result(Feature::fs_context, tmpfs);
    const Fd root(openat2_retry(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0));
    auto tree = clone_tree(root.get(), true);
    if (sheet.note_result(Feature::open_tree, tree)) {
        MountAttributes attributes;
        attributes.set = MOUNT_ATTR_NOSUID;
        sheet.note_result(Feature::mount_setattr, change_mount(tree->get(), attributes));
    }
    sheet.note_result(Feature::procfs, make_filesystem("proc", "proc", "", 0));
    sheet.note_result(Feature::sysfs, make_filesystem("sysfs", "sysfs", "", 0));
    sheet.note_result(Feature::devpts, make_filesystem("devpts", "devpts", "newinstance,ptmxmode=0666,mode=0620", 0));
    sheet.note_result(Feature::mqueue, make_filesystem("mqueue", "mqueue", "", 0));
    // Opened here, for overlay takes only directories of the mount namespace that it is made in.
    const Fd layers(openat2_retry(AT_FDCWD, overlay, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS));
    if (layers && fchdir(layers.get()) == 0) {
        sheet.note_result(Feature::overlay, make_filesystem("overlay", "overlay",
                                                            "lowerdir=lower,upperdir=upper,workdir=work,userxattr", 0));
    }
    if (tmpfs && root) {
        sheet.note_result(Feature::move_mount, attach_mount(tmpfs->get(), root.get()));
    }
}

bool map_self(Sheet& sheet, uid_t uid, gid_t gid) noexcept {
    const auto self = []() -> Result<ProcFs> { return TRY(ProcFs::open()).of_self(); }();
    if (!self) {
        return sheet.note_result(Feature::single_map, self);
    }
    auto written = self->write("setgroups", "deny");
    written = written ? self->write("gid_map", map_text({{0, gid, 1}})) : written;
    written = written ? self->write("uid_map", map_text({{0, uid, 1}})) : written;
    return sheet.note_result(Feature::single_map, written);
}

// Inside a new user namespace; everything that is made here ends with this process.
void probe_namespaces(Sheet& sheet, const char* overlay) noexcept {
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    if (!sheet.note_call(Feature::user_namespace, unshare(CLONE_NEWUSER) == 0) || !map_self(sheet, uid, gid)) {
        return;
    }
    constexpr std::pair<Feature, Ns> kinds[] = {
        {Feature::ipc_namespace, Ns::ipc},       {Feature::uts_namespace, Ns::uts},   {Feature::net_namespace, Ns::net},
        {Feature::cgroup_namespace, Ns::cgroup}, {Feature::time_namespace, Ns::time}, {Feature::mnt_namespace, Ns::mnt},
        {Feature::pid_namespace, Ns::pid}};
    for (const auto& [feature, ns] : kinds) {
        sheet.note_call(feature, unshare(static_cast<int>(info(ns).clone_flag)) == 0);
    }
    // A new procfs shows the pid namespace of the process that asks for it, so that must be a child.
    const pid_t inner = fork();
    if (inner == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        probe_mounts(sheet, overlay);
        _exit(0);
    }
    if (const auto pidfd = open_pidfd(inner)) {
        static_cast<void>(wait_child(pidfd->get()));
    }
}

[[noreturn]] void probe_all(Sheet& sheet, const char* overlay) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const Fd root(openat2_retry(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS));
    sheet.note_call(Feature::openat2, static_cast<bool>(root));
    sheet.note(Feature::pidfd, try_pidfd());
    const int abi = landlock_abi();
    sheet.note(Feature::landlock, abi > 0 ? 0 : -abi);
    sheet.note_call(Feature::keyring, syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) >= 0);
    probe_namespaces(sheet, overlay);
    sheet.note(Feature::seccomp, try_seccomp());
    _exit(0);
}

}  // namespace

FeatureErrors probe_features(const std::string& overlay) {
    Sheet sheet;
    FeatureErrors nothing;
    nothing.errors.fill(kNotTried);
    if (!sheet.usable()) {
        return nothing;
    }
    const pid_t pid = fork();
    if (pid < 0) {
        return nothing;
    }
    if (pid == 0) {
        probe_all(sheet, overlay.c_str());
    }
    if (const auto pidfd = open_pidfd(pid)) {
        if (const auto ended = wait_ended(pidfd->get(), kProbeMs); !ended || !*ended) {
            static_cast<void>(send_signal(pidfd->get(), SIGKILL));
        }
        static_cast<void>(wait_child(pidfd->get()));
    }
    return sheet.read();
}

}  // namespace cubby
