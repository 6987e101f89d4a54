// Commands of the user's in the container's namespaces, before its first process runs.

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "kernel/openat2.h"
#include "launch/baton.h"
#include "launch/child.h"

namespace cubby::launch {
namespace {

constexpr int kNotRun = 126;

// What a hook writes, a message a line.
class Lines {
  public:
    explicit Lines(int socket) noexcept : socket_(socket) {}
    void take(const char* bytes, size_t count) noexcept {
        for (size_t at = 0; at < count; ++at) {
            if (bytes[at] == '\n' || used_ + 1 == sizeof text_) {
                flush();
            }
            if (bytes[at] != '\n') {
                text_[used_++] = bytes[at];
            }
        }
    }
    void flush() noexcept {
        if (used_ == 0) {
            return;
        }
        Message message;
        message.kind = Kind::log;
        memcpy(message.error.text, text_, used_);
        memcpy(last_, message.error.text, sizeof last_ - 1);
        // The starter's end is noticed by the next step that needs it.
        static_cast<void>(send(socket_, message).has_value());
        used_ = 0;
    }
    [[nodiscard]] const char* last() const noexcept { return last_; }

  private:
    int socket_;
    char text_[sizeof(Error::text)]{};
    char last_[100]{};
    size_t used_ = 0;
};

[[noreturn]] void become_hook(int output, const ExecArrays& arrays) noexcept {
    const int null = openat2_retry(AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0, 0);
    if (null < 0 || dup2(null, 0) < 0) {
        close(0);
    }
    // Descriptors of this process lead to the host.
    if (dup2(output, 1) < 0 || dup2(output, 2) < 0 || close_range(3, ~0U, 0) != 0) {
        _exit(kNotRun);
    }
    execve(arrays.argv[0], const_cast<char* const*>(arrays.argv.data()),
           const_cast<char* const*>(arrays.environment.data()));
    _exit(errno == ENOENT ? kNotRun + 1 : kNotRun);
}

// A line that a hook left running may still hold the pipe, so its end is the process's, not the pipe's.
Result<int> wait_for(pid_t hook, int output, Lines& lines) noexcept {
    constexpr int kPauseMs = 20;
    std::array<char, 512> chunk;
    bool open = true;
    for (;;) {
        int status = 0;
        const pid_t ended = waitpid(hook, &status, WNOHANG);
        if (ended < 0 && errno != EINTR) {
            return FAIL_ERRNO("wait for it");
        }
        pollfd ready{open ? output : -1, POLLIN, 0};
        while (poll(&ready, 1, ended > 0 ? 0 : kPauseMs) > 0) {
            const ssize_t got = read(output, chunk.data(), chunk.size());
            if (got <= 0) {
                open = false;
                break;
            }
            lines.take(chunk.data(), static_cast<size_t>(got));
        }
        if (ended > 0) {
            lines.flush();
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
    }
}

}  // namespace

Status run(const HookStep& step, ChildState& state) noexcept {
    const ExecArrays& arrays = state.hooks[state.next_hook++];
    // A program of the container's runs beside this process, whose descriptors lead to the host: not dumpable, it can be
    // neither traced nor opened by way of /proc (ptrace(2); CVE-2016-8649).
    refuse_tracing();
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return FAIL_ERRNO("%s: make a pipe", step.key.c_str());
    }
    const Fd reader(ends[0]);
    Fd writer(ends[1]);
    // Not clone3(2): the container's filter, which may be loaded by now, answers that there is none.
    const pid_t hook = fork();
    if (hook == 0) {
        become_hook(writer.get(), arrays);
    }
    if (hook < 0) {
        return FAIL_ERRNO("%s: make a process", step.key.c_str());
    }
    writer.reset();
    Lines lines(state.socket);
    const int code = TRY(wait_for(hook, reader.get(), lines));
    if (code != 0) {
        return FAIL(Code::child_failed, "%s: '%.90s' ended with %d%s%s", step.key.c_str(), step.command.c_str(), code,
                    *lines.last() == '\0' ? "" : ": ", lines.last());
    }
    return {};
}

}  // namespace cubby::launch
