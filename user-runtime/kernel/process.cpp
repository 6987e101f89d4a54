#include "kernel/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc 2.36 forgot the declarations' C linkage.
extern "C" {
#include <sys/pidfd.h>
}

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/parse.h"
#include "kernel/namespaces.h"
#include "kernel/root.h"

namespace cubby {

namespace {

// Which of the user.max_*_namespaces was reached the kernel does not say: those that were asked for (namespaces(7)).
Error clone_error(int why, uint64_t flags) noexcept {
    if (why != ENOSPC) {
        return sys_error(why, "create a process in new namespaces");
    }
    std::array<char, 64> kinds{};
    size_t used = 0;
    for (const NsInfo& entry : kNamespaces) {
        if ((flags & entry.clone_flag) != 0 && used < kinds.size()) {
            const int put = snprintf(&kinds[used], kinds.size() - used, "%s%s", used == 0 ? "" : ",", entry.name);
            used += put > 0 ? static_cast<size_t>(put) : 0;
        }
    }
    Error error =
        make_error(Code::unsupported,
                   "create a process in new namespaces: as many as user.max_{%s}_namespaces allow are in use, or they "
                   "are nested too deep; root: sysctl -w with a larger number",
                   kinds.data());
    error.sys_errno = why;  // who knows more about what was asked for explains it by that
    return error;
}

}  // namespace

Result<Cloned> clone_process(uint64_t flags) noexcept {
    int pidfd = -1;
    clone_args args{};
    args.flags = flags | CLONE_PIDFD;
    args.pidfd = reinterpret_cast<uint64_t>(&pidfd);
    // With CLONE_PARENT the child reports to our parent, by the signal that we report with (clone(2)).
    args.exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;
    const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &args, sizeof args));
    if (pid < 0) {
        return std::unexpected(clone_error(errno, flags));
    }
    return Cloned{pid, Fd(pid > 0 ? pidfd : -1)};
}

Result<Cloned> fork_process() noexcept {
    const pid_t pid = fork();
    if (pid < 0) {
        return FAIL_ERRNO("create a process");
    }
    if (pid == 0) {
        return Cloned{0, Fd()};
    }
    auto pidfd = open_pidfd(pid);
    if (!pidfd) {
        kill(pid, SIGKILL);  // our child and not waited for: the number is its own
        waitpid(pid, nullptr, 0);
        return std::unexpected(pidfd.error());
    }
    return Cloned{pid, std::move(*pidfd)};
}

Result<Fd> open_pidfd(pid_t pid) noexcept {
    Fd fd(pidfd_open(pid, 0));
    if (!fd) {
        return FAIL_ERRNO("open process %d", pid);
    }
    return fd;
}

Status send_signal(int pidfd, int signal) noexcept {
    if (pidfd_send_signal(pidfd, signal, nullptr, 0) != 0 && errno != ESRCH) {
        return FAIL_ERRNO("send signal %d", signal);
    }
    return {};
}

Result<ExitStatus> wait_child(int pidfd) noexcept {
    siginfo_t info{};
    while (waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), &info, WEXITED | __WALL) != 0) {
        if (errno != EINTR) {
            return FAIL_ERRNO("wait for a child");
        }
    }
    return ExitStatus{info.si_code != CLD_EXITED, info.si_status};
}

Result<bool> wait_ended(int pidfd, int timeout_ms) noexcept {
    pollfd watched{pidfd, POLLIN, 0};
    int ready = 0;
    while ((ready = poll(&watched, 1, timeout_ms)) < 0) {
        if (errno != EINTR) {
            return FAIL_ERRNO("wait for a process to end");
        }
    }
    return ready > 0;
}

namespace {

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> out;
    out.reserve(words.size() + 1);
    for (const std::string& word : words) {
        out.push_back(const_cast<char*>(word.c_str()));  // posix_spawn(3) takes char* but does not write
    }
    out.push_back(nullptr);
    return out;
}

class SpawnActions {
  public:
    SpawnActions() noexcept {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnActions() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;

    int install(int source, int target) noexcept {
        if (source < 0) {
            return posix_spawn_file_actions_addopen(&actions_, target, "/dev/null", O_RDWR, 0);
        }
        // dup2 onto itself clears close-on-exec (posix_spawn_file_actions_adddup2(3)).
        return posix_spawn_file_actions_adddup2(&actions_, source, target);
    }
    posix_spawn_file_actions_t* actions() noexcept { return &actions_; }
    posix_spawnattr_t* attributes() noexcept { return &attributes_; }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

}  // namespace

Result<Spawned> spawn(const Command& command) noexcept {
    SpawnActions setup;
    int why = setup.install(command.in, STDIN_FILENO);
    why = why != 0 ? why : setup.install(command.out, STDOUT_FILENO);
    why = why != 0 ? why : setup.install(command.err, STDERR_FILENO);
    if (why == 0 && command.keep >= 0) {
        why = setup.install(command.keep, command.keep_as >= 0 ? command.keep_as : command.keep);
    }
    const auto argv = pointers(command.argv);
    const auto environment = pointers(command.environment);
    pid_t pid = -1;
    if (why == 0) {
        why = posix_spawn(&pid, argv[0], setup.actions(), setup.attributes(), argv.data(), environment.data());
    }
    if (why != 0) {
        errno = why;
        return FAIL_ERRNO("run %s", argv[0]);
    }
    auto pidfd = open_pidfd(pid);
    if (!pidfd) {
        // Who is told that it failed does not look after it.  Our child and not waited for: the number is its own.
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        return std::unexpected(pidfd.error());
    }
    return Spawned{pid, std::move(*pidfd)};
}

bool single_threaded() noexcept {
    DIR* tasks = opendir("/proc/self/task");
    if (tasks == nullptr) {
        return false;
    }
    int threads = 0;
    while (const dirent* entry = readdir(tasks)) {
        threads += entry->d_name[0] != '.' ? 1 : 0;
    }
    closedir(tasks);
    return threads == 1;
}

Result<std::string> boot_id() {
    std::string text = TRY(read_named("/proc/sys/kernel/random/boot_id", 64));
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    return text;
}

Result<uint64_t> start_time(pid_t pid) {
    const std::string text = TRY(read_named("/proc/" + std::to_string(pid) + "/stat", 4096));
    // The command name may hold anything, blanks and brackets too: fields count from the last ')' (proc(5)).
    const auto bracket = text.rfind(')');
    const auto fields = split_words(std::string_view(text).substr(bracket == std::string::npos ? 0 : bracket + 1));
    if (fields.size() < 20) {
        return FAIL(Code::system, "/proc/%d/stat is not understood", pid);
    }
    return parse_unsigned(fields[19], UINT64_MAX, "start time");
}

}  // namespace cubby
