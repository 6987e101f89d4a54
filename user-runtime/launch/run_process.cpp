// Steps that shape the process itself: ids, session, limits, privileges, and the exec.

#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "kernel/capabilities.h"
#include "kernel/guest_path.h"
#include "kernel/openat2.h"
#include "kernel/procfs.h"
#include "kernel/pty.h"
#include "kernel/seccomp.h"
#include "kernel/unix_socket.h"
#include "launch/baton.h"
#include "launch/child.h"

namespace cubby::launch {

Status run(const IdMapStep&, ChildState&) noexcept { return FAIL(Code::broken, "id maps are written by the starter"); }

Status run(const MappedBindStep&, ChildState&) noexcept {
    return FAIL(Code::broken, "ids of mounts are mapped by the starter");
}

Status run(const HostHooksStep&, ChildState&) noexcept {
    return FAIL(Code::broken, "hooks of the host are run by the starter");
}

Status run(const AssumeRootStep& step, ChildState& state) noexcept {
    if (setresgid(step.gid, step.gid, step.gid) != 0 || setresuid(step.uid, step.uid, step.uid) != 0) {
        return FAIL_ERRNO("become user %u inside", step.uid);
    }
    if (!state.plan.new_namespaces.has(Ns::user)) {
        refuse_tracing();  // somebody is root there already
    }
    return {};
}

Status run(const HostnameStep& step, ChildState&) noexcept {
    if (sethostname(step.name.data(), step.name.size()) != 0) {
        return FAIL_ERRNO("lxc.uts.name: set host name %s", step.name.c_str());
    }
    return {};
}

Status run(const ProcSettingStep& step, ChildState&) noexcept {
    const OwnProcFiles mine;
    const ProcFs self = TRY(TRY(ProcFs::open()).of_self());
    return self.write(step.entry.c_str(), step.value);
}

Status run(const KeyringStep&, ChildState&) noexcept {
    // EDQUOT is common on shared hosts (200 keys a user): a container without the host's keys is what matters, and a
    // session keyring that cannot be had leaves the host's one reachable, so it is an error unless keys are absent.
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) < 0 && errno != ENOSYS) {
        return FAIL_ERRNO("make a session keyring; lxc.keyring.session = 0 does without");
    }
    return {};
}

Status run(const SessionStep& step, ChildState& state) noexcept {
    if (setsid() < 0) {
        return FAIL_ERRNO("make a session");
    }
    return step.takes_terminal && state.terminal ? take_terminal(state.terminal.get()) : Status{};
}

Status run(const IdentityStep& step, ChildState&) noexcept {
    // KEEPCAPS: the later steps (filter, bounding set) need the capabilities; exec ends them for a non-root user.
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) {
        return FAIL_ERRNO("keep capabilities over the change of user");
    }
    if (!step.keep_groups && setgroups(step.groups.size(), step.groups.data()) != 0) {
        return FAIL_ERRNO("set supplementary groups");
    }
    if (setresgid(step.gid, step.gid, step.gid) != 0) {
        return FAIL_ERRNO("lxc.init.gid: become group %u", step.gid);
    }
    if (setresuid(step.uid, step.uid, step.uid) != 0) {
        return FAIL_ERRNO("lxc.init.uid: become user %u", step.uid);
    }
    refuse_tracing();
    return step.uid == 0 ? Status{} : raise_permitted();
}

Status run(const WorkDirStep& step, ChildState&) noexcept {
    // Directories of the host are still open here, and /proc/self/fd leads to them (CVE-2024-21626): no magic links.
    const Fd root(openat2_retry(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0));
    const auto directory = guest::open(root.get(), step.path.c_str(), true);
    if (!directory) {
        return std::unexpected(prefixed(directory.error(), "lxc.init.cwd"));
    }
    if (fchdir(directory->get()) != 0) {
        return FAIL_ERRNO("lxc.init.cwd: enter %s", step.path.c_str());
    }
    return {};
}

Status run(const PersonalityStep& step, ChildState&) noexcept {
    if (personality(step.linux32 ? PER_LINUX32 : PER_LINUX) < 0) {
        return FAIL_ERRNO("lxc.arch: set the personality");
    }
    return {};
}

Status run(const CoreSchedulingStep&, ChildState&) noexcept {
    constexpr int kWholeProcess = 1;  // PR_SCHED_CORE_SCOPE_THREAD_GROUP
    if (prctl(PR_SCHED_CORE, PR_SCHED_CORE_CREATE, 0, kWholeProcess, 0) == 0) {
        return {};
    }
    // ENODEV: one thread a core, so nobody runs beside it.
    return errno == ENODEV ? Status{} : FAIL_ERRNO("lxc.sched.core: this kernel gives no core scheduling");
}

Status run(const NoNewPrivsStep&, ChildState&) noexcept {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return FAIL_ERRNO("set no_new_privs");
    }
    return {};
}

Status run(const SeccompStep& step, ChildState& state) noexcept {
    const Fd listener = TRY(load_seccomp(step.program.data(), step.program.size()));
    if (!listener) {
        return {};
    }
    Message message;
    message.kind = Kind::listener;
    return send(state.socket, message, listener.get());
}

Status run(const CapsStep& step, ChildState&) noexcept { return limit_capabilities(step.keep); }

Status run(const DeathSignalStep& step, ChildState& state) noexcept {
    if (prctl(PR_SET_PDEATHSIG, step.signal, 0, 0, 0) != 0) {
        return FAIL_ERRNO("ask for a signal at the starter's death");
    }
    // The starter may have died before the call; then its end of the socket is closed (prctl(2)).
    return wait_readable(state.socket, 0, "").has_value() ? FAIL(Code::child_failed, "the starter has died") : Status{};
}

Status run(const ExecStep&, ChildState& state) noexcept {
    std::array<int, 3> stdio = state.stdio;
    if (state.terminal) {
        stdio.fill(state.terminal.get());
    }
    return exec_init(state.init_program, state.socket, stdio, state.exec);
}

}  // namespace cubby::launch
