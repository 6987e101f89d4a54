#include "kernel/userns_process.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>
#include <vector>

#include "kernel/idmap.h"
#include "kernel/pipe.h"
#include "kernel/process.h"
#include "kernel/procfs.h"
#include "kernel/root.h"

namespace cubby {
namespace {

constexpr int kReported = 0;      // exit code: the Error was written to the report pipe
constexpr int kNotReported = 70;  // it could not be, or there was nobody to tell

// A handler of the caller would act on the caller's descriptors from within the child.
void reset_signals() noexcept {
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < SIGRTMAX; ++number) {
        sigaction(number, &action, nullptr);  // SIGKILL, SIGSTOP and the C library's own are default already
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

// An Error is smaller than PIPE_BUF, so it arrives whole or not at all (pipe(7)).
[[noreturn]] void report_and_exit(int report, const Status& done) noexcept {
    static_assert(sizeof(Error) <= PIPE_BUF);
    const Error error = done ? Error{} : done.error();
    const ssize_t put = write(report, &error, sizeof error);
    _exit(put == static_cast<ssize_t>(sizeof error) ? kReported : kNotReported);
}

Status enter_holder(int holder) noexcept {
    const ProcFs proc = TRY(ProcFs::open());
    const Fd own = TRY(TRY(proc.of_self()).open_namespace(Ns::user));
    // setns to the namespace that one is in already is EINVAL (setns(2)).
    return TRY(same_namespace(own.get(), holder)) ? Status{} : enter_namespace(holder, Ns::user);
}

void set_keyboard_signals(sighandler_t disposition) noexcept {
    struct sigaction action{};
    action.sa_handler = disposition;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGQUIT, &action, nullptr);
}

[[noreturn]] void inner_main(Pipe go, const std::function<Status()>& body, int report) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    set_keyboard_signals(SIG_DFL);
    go.write.reset();
    char byte = 0;
    if (read(go.read.get(), &byte, 1) != 1) {
        _exit(kNotReported);  // the maps could not be written; our parent tells why
    }
    go.read.reset();
    report_and_exit(report, body());
}

// A second process for what the joining one cannot do for itself: a pid namespace begins with a child, and the maps of a
// fresh user namespace are written from the one above.
[[noreturn]] void run_in_inner(const UsernsPlace& place, const std::function<Status()>& body, int report) noexcept {
    auto go = make_pipe();
    if (!go) {
        report_and_exit(report, std::unexpected(go.error()));
    }
    // /proc/PID/uid_map belongs to root while the process is not dumpable (proc(5)); the caller may not have been.
    prctl(PR_SET_DUMPABLE, 1);
    set_keyboard_signals(SIG_IGN);
    auto inner = clone_process(place.more.clone_flags() | (place.maps != nullptr ? CLONE_NEWUSER : 0));
    if (!inner) {
        report_and_exit(report, std::unexpected(inner.error()));
    }
    if (inner->pid == 0) {
        inner_main(std::move(*go), body, report);
    }
    const Status mapped = place.maps != nullptr ? write_id_maps_of(*inner, *place.maps) : Status{};
    go->read.reset();
    if (!mapped || write(go->write.get(), "g", 1) != 1) {
        go->write.reset();
        static_cast<void>(wait_child(inner->pidfd.get()));
        report_and_exit(report, mapped ? FAIL(Code::child_failed, "start the work: the process ended early") : mapped);
    }
    const auto ended = wait_child(inner->pidfd.get());
    if (ended && !ended->signaled && ended->value == kReported) {
        _exit(kReported);
    }
    if (ended && ended->signaled) {
        report_and_exit(report, FAIL(Code::child_failed, "the process at work was killed by signal %d", ended->value));
    }
    _exit(kNotReported);
}

[[noreturn]] void child_main(const UsernsPlace& place, const std::function<Status()>& body, int report) noexcept {
    reset_signals();
    if (auto entered = enter_holder(place.holder); !entered) {
        report_and_exit(report, entered);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // after setns: a change of credentials clears it (prctl(2))
    if (nobody_reads(report)) {
        _exit(kNotReported);  // the caller was gone before that
    }
    if (place.maps != nullptr || place.more.has(Ns::pid)) {
        run_in_inner(place, body, report);
    }
    if (!place.more.empty() && unshare(static_cast<int>(place.more.clone_flags())) != 0) {
        report_and_exit(report, FAIL_ERRNO("make namespaces"));
    }
    report_and_exit(report, body());
}

// What is in the pipe already: the writer has ended, and another child of ours may still hold a copy of its end.
Status take_written(int fd, std::span<std::byte> target) noexcept {
    int waiting = 0;
    if (ioctl(fd, FIONREAD, &waiting) != 0 || static_cast<size_t>(waiting) != target.size() ||
        read(fd, target.data(), target.size()) != static_cast<ssize_t>(target.size())) {
        return FAIL(Code::child_failed, "the process at work ended without a word");
    }
    return {};
}

}  // namespace

Result<UsernsProcess> UsernsProcess::start(const UsernsPlace& place, const std::function<Status()>& body) {
    Pipe report = TRY(make_pipe());
    const pid_t pid = fork();
    if (pid < 0) {
        return FAIL_ERRNO("create a process");
    }
    if (pid == 0) {
        report.read.reset();
        child_main(place, body, report.write.get());
    }
    auto pidfd = open_pidfd(pid);
    if (!pidfd) {
        // Our child and not waited for: the number is still its own.
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        return std::unexpected(pidfd.error());
    }
    return UsernsProcess(std::move(*pidfd), std::move(report.read));
}

UsernsProcess::UsernsProcess(UsernsProcess&& other) noexcept = default;

UsernsProcess::~UsernsProcess() {
    if (pidfd_) {
        static_cast<void>(send_signal(pidfd_.get(), SIGKILL));
        static_cast<void>(wait_child(pidfd_.get()));
    }
}

Status UsernsProcess::wait() {
    Error error;
    const auto ended = wait_child(pidfd_.get());
    const auto heard = take_written(report_.get(), std::as_writable_bytes(std::span(&error, 1)));
    pidfd_.reset();
    report_.reset();
    if (heard) {
        return error.code == Code::none ? Status{} : std::unexpected(error);
    }
    if (ended && ended->signaled) {
        return FAIL(Code::child_failed, "the process at work was killed by signal %d", ended->value);
    }
    return heard;
}

Status run_in_user_namespace(const UsernsPlace& place, const std::function<Status()>& body) {
    UsernsProcess process = TRY(UsernsProcess::start(place, body));
    return process.wait();
}

Status run_in_user_namespace(int holder_userns, const IdMaps* maps, NsSet more, const std::function<Status()>& body) {
    return run_in_user_namespace({holder_userns, maps, more}, body);
}

Status become_root() noexcept {
    // EPERM: setgroups is denied for this namespace for good (user_namespaces(7)); the user's own groups stay.
    if (setgroups(0, nullptr) != 0 && errno != EPERM) {
        return FAIL_ERRNO("leave the supplementary groups");
    }
    if (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) {
        return FAIL_ERRNO("become root of the user namespace: id 0 must be in the id map");
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a change of ids clears it (prctl(2))
    return {};
}

namespace detail {

Status ask_user_namespace(const UsernsPlace& place, std::span<std::byte> answer,
                          const std::function<Status(std::span<std::byte>)>& body) {
    const Pipe pipe = TRY(make_pipe());
    std::vector<std::byte> filled(answer.size());
    TRY(run_in_user_namespace(place, [&]() -> Status {
        TRY(body(filled));
        return write_all(pipe.write.get(), {reinterpret_cast<const char*>(filled.data()), filled.size()}, "the answer");
    }));
    return take_written(pipe.read.get(), answer);
}

}  // namespace detail
}  // namespace cubby
