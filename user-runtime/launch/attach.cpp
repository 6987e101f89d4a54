#include "launch/attach.h"

#include <sys/fsuid.h>
#include <unistd.h>

#include <csignal>

#include "kernel/capabilities.h"
#include "kernel/pty.h"
#include "kernel/seccomp.h"
#include "kernel/unix_socket.h"
#include "launch/child.h"
#include "launch/parent.h"
#include "launch/remount.h"

namespace cubby::launch {
namespace {

// The steps of an attach, in the order of rule 18: namespaces were entered on the way here.
struct AttachChild {
    const AttachInput& input;
    ChildState state;
    StartPlan& plan;
    const AttachFunction* function = nullptr;  // else the plan's last step is an exec
};

Status attach_steps(AttachChild& child) noexcept {
    for (size_t at = 0; at < child.plan.steps().size(); ++at) {
        child.state.current = at;
        const PlannedStep& planned = child.plan.steps()[at];
        TRY(std::visit([&](const auto& step) { return run(step, child.state); }, planned.step));
    }
    return child.function != nullptr ? Status{} : FAIL(Code::broken, "the plan has no last step");
}

// A terminal of the host's never stands beside the container's own.
std::array<int, 3> stdio_of(const AttachChild& child) noexcept {
    std::array<int, 3> stdio = child.input.stdio;
    for (int& fd : stdio) {
        fd = child.state.terminal && isatty(fd) == 1 ? child.state.terminal.get() : fd;
    }
    return stdio;
}

// The caller is told by a message, and not by the end of the socket: another child of his may hold a copy of it.
Status run_function(AttachChild& child) noexcept {
    const int socket = move_up(child.state.socket);
    close(child.state.socket);
    child.state.socket = socket;
    TRY(install_stdio(stdio_of(child)));
    if (child.input.identity.uid != 0) {
        TRY(drop_permitted());  // no exec ends what KEEPCAPS has kept
    }
    TRY(send(socket, Message{}));
    close(socket);
    _exit(child.function->run(child.function->argument));
}

Status open_terminal(AttachChild& child) noexcept {
    if (child.input.devpts < 0) {
        return {};
    }
    // It belongs to whom the file system's own id says that makes it, and the user's may not be there (setfsuid(2)).
    setfsuid(child.input.identity.uid);
    refuse_tracing();
    Pty pty = TRY(open_pty(child.input.devpts));
    Message message;
    message.kind = Kind::console;
    TRY(send(child.state.socket, message, pty.master.get()));
    child.state.terminal = std::move(pty.peer);
    return {};
}

void enter_child(void* context) {
    auto& child = *static_cast<AttachChild*>(context);
    reset_process();
    refuse_tracing();
    auto done = open_terminal(child);
    if (done && child.function != nullptr) {
        close(child.input.devpts);  // a directory
    }
    if (done && child.input.remount_proc_sys) {
        done = remount_proc_sys(child.input.namespaces);
    }
    if (done) {
        done = attach_steps(child);
    }
    if (done) {
        done = run_function(child);
    }
    send_failure(child.state.socket, done.error());
    _exit(125);
}

StartPlan plan_of(const AttachInput& input, bool function) {
    StartPlan plan("attach");
    if (input.processes != 0) {
        plan.add(Phase::child_identity, RlimitStep{RLIMIT_NPROC, input.processes, input.processes, true});
    }
    if (input.new_keyring) {
        plan.add(Phase::child_identity, KeyringStep{});
    }
    plan.add(Phase::child_identity, SessionStep{.takes_terminal = true});
    plan.add(Phase::child_identity, input.identity);
    plan.add(Phase::child_identity, WorkDirStep{input.cwd});
    if (input.linux32) {
        plan.add(Phase::child_identity, PersonalityStep{true});
    }
    for (const LabelStep& label : input.labels) {
        plan.add(Phase::child_privileges, label);
    }
    if (input.no_new_privs) {
        plan.add(Phase::child_privileges, NoNewPrivsStep{});
    }
    if (!function) {
        plan.add(Phase::child_privileges, DeathSignalStep{SIGKILL});
    }
    if (!input.landlock.readable.empty()) {
        plan.add(Phase::child_privileges, input.landlock);
    }
    for (const auto& filter : input.filters) {
        plan.add(Phase::child_privileges, SeccompStep{filter, "of the container"});
    }
    plan.add(Phase::child_privileges, CapsStep{input.keep_capabilities});
    if (!function) {
        plan.add(Phase::child_exec, ExecStep{input.argv, input.environment, false});
    }
    plan.seal();
    return plan;
}

Result<Launched> attach_child(const AttachInput& input, const AttachFunction* function) {
    auto ends = TRY(socket_pair());
    StartPlan plan = plan_of(input, function != nullptr);
    const Input shape{plan, input.init_program, input.stdio, {}, false};
    AttachChild child{input, prepare_child(shape, ends[1].get()), plan, function};
    const Intermediate way{nullptr, input.init_pidfd, input.namespaces, function != nullptr, input.devpts};
    ChildGuard made(TRY(clone_through(way, 0, ends[0].get(), ends[1].get(), enter_child, &child)));
    ends[1].reset();
    Launched launched;
    launched.pid = made.pid();
    if (TRY(listen(ends[0].get(), launched, input.reports)) != (function != nullptr)) {
        return FAIL(Code::child_failed, "the attached process ended during its start");
    }
    launched.pidfd = made.hand_over();
    return launched;
}

}  // namespace

Result<Launched> attach(const AttachInput& input) {
    if (!single_threaded()) {
        return FAIL(Code::broken, "an attach needs a single-threaded process");
    }
    return attach_child(input, nullptr);
}

Result<Launched> attach_function(const AttachInput& input, const AttachFunction& function) {
    TRY(refuse_directories(input.stdio));  // before the child closes all that it has
    return attach_child(input, &function);
}

}  // namespace cubby::launch
