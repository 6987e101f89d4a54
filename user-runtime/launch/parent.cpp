#include "launch/parent.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "kernel/idmap.h"
#include "kernel/inherited.h"
#include "kernel/procfs.h"
#include "kernel/unix_socket.h"
#include "launch/child.h"

namespace cubby::launch {

ChildGuard::~ChildGuard() {
    if (child_.pidfd) {
        // SIGKILL to PID 1 takes its whole pid namespace along (pid_namespaces(7)).
        static_cast<void>(send_signal(child_.pidfd.get(), SIGKILL).has_value());
        static_cast<void>(wait_child(child_.pidfd.get()).has_value());
    }
}

namespace {

// What cubby-init could not run: it is the last step of the plan.
Error exec_error(const Error& told) noexcept {
    Error error = sys_error(told.sys_errno, "%s", told.text);
    error.phase = static_cast<uint8_t>(static_cast<uint8_t>(Phase::child_exec) + 1);
    return error;
}

}  // namespace

Result<bool> listen(int socket, Launched& launched, const Reports& reports) noexcept {
    for (;;) {
        Received received = TRY(receive(socket));
        if (received.closed) {
            return false;
        }
        const Message& message = received.message;
        switch (message.kind) {
            case Kind::reached: return true;
            case Kind::failed: return std::unexpected(message.error);
            case Kind::init_failed: return std::unexpected(exec_error(message.error));
            case Kind::mount: return FAIL(Code::broken, "a mount came from the child");
            case Kind::note: launched.lost.emplace_back(message.error.text); break;
            case Kind::console: launched.console = std::move(received.fd); break;
            case Kind::tty: launched.ttys.push_back(std::move(received.fd)); break;
            case Kind::devpts: launched.devpts = std::move(received.fd); break;
            case Kind::root: launched.root = std::move(received.fd); break;
            case Kind::process:
                launched.pid = static_cast<pid_t>(message.number);
                launched.pidfd = std::move(received.fd);
                return true;
            case Kind::log:
                if (reports.hook_output) {
                    reports.hook_output(message.error.text);
                }
                break;
            case Kind::listener:
                if (!reports.seccomp_listener) {
                    return FAIL(Code::unsupported, "nobody is there for the system calls that the policy notifies");
                }
                TRY(reports.seccomp_listener(std::move(received.fd), launched.pid));
                break;
            case Kind::timing:
                if (message.error.step < launched.microseconds.size()) {
                    launched.microseconds[message.error.step] = message.number;
                }
                break;
        }
    }
}

namespace {

Status enter_all(const Intermediate& way) noexcept {
    if (way.pidfd >= 0) {
        return enter_namespaces_of(way.pidfd, way.set);
    }
    for (const EnteredNamespace& entered : way.input->entered) {
        TRY(enter_namespace(entered.fd, entered.ns));
    }
    return {};
}

// Whose root may trace what enters: he has CAP_SYS_PTRACE over its credentials, and only the memory's own namespace and
// dumpability are left to refuse him (__ptrace_may_access(), kernel/ptrace.c).
bool somebody_is_inside(const Intermediate& way) noexcept {
    return way.pidfd >= 0 ||
           std::ranges::any_of(way.input->entered, [](const auto& one) { return one.ns == Ns::user; });
}

// Runs in the intermediate.
[[noreturn]] void intermediate_main(const Intermediate& way, uint64_t flags, int starter_end, int child_end,
                                    void (*child)(void*), void* context) noexcept {
    close(starter_end);  // while the child holds it too, the starter's death does not close it
    auto made = [&]() -> Result<Cloned> {
        if (way.forked) {
            TRY(shed_inherited(way.keep));
        }
        // Before a namespace with somebody in it is entered, and inherited by the child: while it is not dumpable, root
        // of the container can neither trace it nor take its descriptors, some of which are directories of the host
        // (CVE-2016-8649).
        if (somebody_is_inside(way)) {
            refuse_tracing();
        }
        TRY(enter_all(way));
        return clone_process(flags | CLONE_PARENT);
    }();
    if (!made) {
        send_failure(child_end, made.error());
        _exit(1);
    }
    if (made->pid == 0) {
        // Until the starter has the pidfd, nothing of the child's may stand before it in the socket.
        if (const auto go = receive(child_end); !go || go->closed) {
            _exit(125);
        }
        child(context);
    }
    Message message;
    message.kind = Kind::process;
    message.number = static_cast<uint32_t>(made->pid);
    const bool told = send(child_end, message, made->pidfd.get()).has_value();
    _exit(told ? 0 : 1);
}

}  // namespace

Result<Cloned> clone_through(const Intermediate& way, uint64_t flags, int starter_end, int child_end,
                             void (*child)(void*), void* context) noexcept {
    Cloned between = TRY(way.forked ? fork_process() : clone_process(0));
    if (between.pid == 0) {
        intermediate_main(way, flags, starter_end, child_end, child, context);
    }
    // Its end is waited for, not the socket's: killed on the way it may leave a child that holds the other end, and
    // waits for ours to be closed.
    static_cast<void>(wait_child(between.pidfd.get()).has_value());
    TRY(wait_readable(starter_end, 0, "the process between"));
    Launched told;
    auto heard = listen(starter_end, told);
    if (!heard) {
        return std::unexpected(heard.error());
    }
    if (!told.pidfd) {
        return FAIL(Code::child_failed, "the process between ended without a child");
    }
    TRY(send(starter_end, Message{}));
    return Cloned{told.pid, std::move(told.pidfd)};
}

}  // namespace cubby::launch
