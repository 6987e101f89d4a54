#include "capi/attach_input.h"

#include <fcntl.h>
#include <unistd.h>

#include "kernel/root.h"
#include "security/labels.h"

namespace cubby::capi {
namespace {

// Above LXC_ATTACH_DEFAULT.  LXC after 7.0 has one more, which asks that the terminal's relay ends with the process: here
// it always does.
constexpr int kSigchldExit = 0x00400000;
constexpr int kKnownFlags = LXC_ATTACH_DEFAULT | LXC_ATTACH_REMOUNT_PROC_SYS | LXC_ATTACH_LSM_NOW |
                            LXC_ATTACH_NO_NEW_PRIVS | LXC_ATTACH_TERMINAL | LXC_ATTACH_LSM_LABEL |
                            LXC_ATTACH_SETGROUPS | kSigchldExit;

bool asks(const lxc_attach_options_t& options, int flag) noexcept { return (options.attach_flags & flag) != 0; }

// Those of the container that were asked for; the user namespace is what makes entering the others possible.
Result<NsSet> namespaces_of(const lxc_attach_options_t& options, NsSet available) {
    if (options.namespaces == -1) {
        return available;
    }
    const uint64_t asked = static_cast<unsigned>(options.namespaces);
    NsSet wanted;
    wanted.add(Ns::user);
    uint64_t known = 0;
    for (const NsInfo& entry : kNamespaces) {
        known |= entry.clone_flag;
        if ((asked & entry.clone_flag) != 0 && available.has(entry.ns)) {
            wanted.add(entry.ns);
        }
    }
    if ((asked & ~known) != 0) {
        return FAIL(Code::usage, "namespaces 0x%x: not bits of CLONE_NEW*", static_cast<unsigned>(options.namespaces));
    }
    return wanted;
}

Status add_groups(const lxc_attach_options_t& options, IdentityStep& identity) {
    if (!asks(options, LXC_ATTACH_SETGROUPS) || options.groups.size == 0) {
        return {};
    }
    if (options.groups.list == nullptr) {
        return FAIL(Code::usage, "LXC_ATTACH_SETGROUPS: %zu groups without a list", options.groups.size);
    }
    if (identity.keep_groups) {
        return FAIL(Code::denied,
                    "LXC_ATTACH_SETGROUPS: with a single id the kernel lets nobody set groups (user_namespaces(7))");
    }
    identity.groups.assign(options.groups.list, options.groups.list + options.groups.size);
    return {};
}

Status add_labels(const lxc_attach_options_t& options, std::vector<LabelStep>& labels) {
    if (asks(options, LXC_ATTACH_LSM_LABEL)) {
        if (options.lsm_label == nullptr || *options.lsm_label == '\0') {
            return FAIL(Code::usage, "LXC_ATTACH_LSM_LABEL without lsm_label");
        }
        LabelStep label = TRY(security::label_for(label_module(), "lsm_label", options.lsm_label));
        labels = {std::move(label)};
    }
    // As with LXC, the one for the next exec goes before, and DEFAULT has it.
    if (asks(options, LXC_ATTACH_LSM_NOW) && !asks(options, LXC_ATTACH_LSM_EXEC)) {
        for (LabelStep& label : labels) {
            label = security::taken_on_now(std::move(label));
        }
    }
    return {};
}

// Descriptor `at` as it will be inside; the caller may have closed his own.
int stdio_of(int wanted, int at, int null) noexcept {
    const int fd = wanted >= 0 ? wanted : at;
    return fcntl(fd, F_GETFD) >= 0 ? fd : null;
}

bool is_terminal(int fd) noexcept { return fd >= 0 && isatty(fd) == 1; }

}  // namespace

Result<launch::AttachInput> attach_input_of(const lxc_attach_options_t& options, const AttachFacts& facts, int null) {
    if ((options.attach_flags & ~kKnownFlags) != 0) {
        return FAIL(Code::usage, "attach flags 0x%x are not known",
                    static_cast<unsigned>(options.attach_flags & ~kKnownFlags));
    }
    launch::AttachInput input = attach_input(facts);
    input.namespaces = TRY(namespaces_of(options, input.namespaces));
    input.remount_proc_sys = asks(options, LXC_ATTACH_REMOUNT_PROC_SYS) && !input.namespaces.has(Ns::mnt);
    input.cwd = options.initial_cwd != nullptr ? options.initial_cwd : "/";
    input.identity.uid = options.uid != LXC_INVALID_UID ? options.uid : 0;
    input.identity.gid = options.gid != LXC_INVALID_GID ? options.gid : 0;
    TRY(add_groups(options, input.identity));
    TRY(add_labels(options, input.labels));
    input.linux32 = input.linux32 && asks(options, LXC_ATTACH_SET_PERSONALITY) && !personality_of(options);
    input.no_new_privs = input.no_new_privs || asks(options, LXC_ATTACH_NO_NEW_PRIVS);
    if (asks(options, LXC_ATTACH_TERMINAL)) {
        if (!facts.devpts) {
            return FAIL(Code::unsupported, "LXC_ATTACH_TERMINAL: the container has no devpts");
        }
        input.devpts = facts.devpts.get();
    }
    input.stdio = {stdio_of(options.stdin_fd, 0, null), stdio_of(options.stdout_fd, 1, null),
                   stdio_of(options.stderr_fd, 2, null)};
    return input;
}

std::optional<unsigned long> personality_of(const lxc_attach_options_t& options) noexcept {
    const bool asked = asks(options, LXC_ATTACH_SET_PERSONALITY) && options.personality != ~0L;
    return asked ? std::optional(static_cast<unsigned long>(options.personality)) : std::nullopt;
}

CallersTerminal callers_terminal(const lxc_attach_options_t& options) {
    CallersTerminal own;
    own.in = is_terminal(options.stdin_fd) ? options.stdin_fd : -1;
    own.out = is_terminal(options.stdout_fd) ? options.stdout_fd : -1;
    if (own.out < 0 && is_terminal(options.stderr_fd)) {
        own.out = options.stderr_fd;
    }
    if (own.in < 0 || own.out < 0) {
        if (auto controlling = open_named("/dev/tty", O_RDWR | O_NOCTTY)) {
            own.controlling = std::move(*controlling);
        }
    }
    own.in = own.in >= 0 ? own.in : own.controlling.get();
    own.out = own.out >= 0 ? own.out : own.controlling.get();
    return own;
}

}  // namespace cubby::capi
