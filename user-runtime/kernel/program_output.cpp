#include "kernel/program_output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

namespace cubby {
namespace {

constexpr int kKillGraceMs = 1000;

int64_t now_ms() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// Takes what is in the pipe; false at its end.
Result<bool> drain(int pipe, size_t limit, std::string& text) {
    std::array<char, 4096> chunk;
    for (;;) {
        const ssize_t got = read(pipe, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && errno == EAGAIN) {
            return true;
        }
        if (got < 0) {
            return FAIL_ERRNO("read a program's output");
        }
        if (got == 0) {
            return false;
        }
        if (text.size() + static_cast<size_t>(got) > limit) {
            return FAIL(Code::usage, "a program printed more than %zu bytes", limit);
        }
        text.append(chunk.data(), static_cast<size_t>(got));
    }
}

Status collect(int pipe, int pidfd, size_t limit, int64_t deadline, std::string& text) {
    bool open = true;
    for (;;) {
        pollfd watched[2] = {{pidfd, POLLIN, 0}, {open ? pipe : -1, POLLIN, 0}};
        const int64_t left = deadline - now_ms();
        if (left <= 0) {
            return FAIL(Code::timeout, "no answer in time");
        }
        if (poll(watched, 2, static_cast<int>(left)) < 0 && errno != EINTR) {
            return FAIL_ERRNO("wait for a program");
        }
        if (watched[1].revents != 0) {
            open = TRY(drain(pipe, limit, text));
        }
        if (watched[0].revents != 0) {
            TRY(drain(pipe, limit, text));
            return {};
        }
    }
}

}  // namespace

Result<ProgramOutput> run_and_collect(Command command, Listen listen, size_t limit, int timeout_ms) {
    const int64_t deadline = now_ms() + timeout_ms;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return FAIL_ERRNO("make a pipe");
    }
    const Fd ours(ends[0]);
    Fd theirs(ends[1]);
    if (fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0) {
        return FAIL_ERRNO("make a pipe");
    }
    command.out = listen == Listen::errors ? command.out : theirs.get();
    command.err = listen == Listen::output ? command.err : theirs.get();
    const Spawned child = TRY(spawn(command));
    theirs.reset();
    ProgramOutput output;
    const Status collected = collect(ours.get(), child.pidfd.get(), limit, deadline, output.text);
    if (!collected) {
        // A set-uid program may be killed by the user who started it: its real id is his (kill(2)).
        static_cast<void>(send_signal(child.pidfd.get(), SIGKILL));
        if (const auto ended = wait_ended(child.pidfd.get(), kKillGraceMs); ended && *ended) {
            static_cast<void>(wait_child(child.pidfd.get()));
        }
        return std::unexpected(prefixed(collected.error(), "%s", command.argv.front().c_str()));
    }
    output.status = TRY(wait_child(child.pidfd.get()));
    return output;
}

}  // namespace cubby
