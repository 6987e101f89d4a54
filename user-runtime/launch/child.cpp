#include "launch/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "kernel/prefault.h"
#include "launch/baton.h"

namespace cubby::launch {
namespace {

uint32_t elapsed_us(const timespec& start) noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint32_t>((now.tv_sec - start.tv_sec) * 1'000'000 + (now.tv_nsec - start.tv_nsec) / 1000);
}

Status run_step(ChildState& state) noexcept {
    timespec start{};
    if (state.timings) {
        clock_gettime(CLOCK_MONOTONIC, &start);
    }
    const PlannedStep& planned = state.plan.steps()[state.current];
    auto done = std::visit([&](const auto& step) { return run(step, state); }, planned.step);
    if (!done) {
        done.error().phase = static_cast<uint8_t>(static_cast<uint8_t>(planned.phase) + 1);
        done.error().step = static_cast<uint16_t>(state.current + 1);
        return done;
    }
    if (state.timings) {
        Message message;
        message.kind = Kind::timing;
        message.number = elapsed_us(start);
        message.error.step = static_cast<uint16_t>(state.current);
        return send(state.socket, message);
    }
    return {};
}

// Waits until the starter has done its phases; its end means that the start was given up.
Status await_parent(ChildState& state) noexcept {
    for (;;) {
        Received received = TRY(receive(state.socket));
        if (!received.closed && received.message.kind == Kind::mount && received.message.number < state.slots.size()) {
            state.slots[received.message.number] = std::move(received.fd);
            continue;
        }
        if (received.closed || received.message.kind != Kind::reached) {
            return FAIL(Code::child_failed, "the starter gave up");
        }
        return {};
    }
}

Status run_segments(ChildState& state) noexcept {
    const auto& steps = state.plan.steps();
    size_t at = end_of_preparation(state.plan);
    while (at < steps.size()) {
        const size_t end = next_side_change(state.plan, at);
        if (side_of(steps[at].phase) == Side::parent) {
            TRY(await_parent(state));
            at = end;
            continue;
        }
        for (; at < end; ++at) {
            state.current = at;
            TRY(run_step(state));
        }
        if (end < steps.size()) {
            Message message;
            message.phase = static_cast<uint8_t>(steps[end - 1].phase);
            TRY(send(state.socket, message));
        }
    }
    return FAIL(Code::broken, "the plan has no last step");
}

}  // namespace

int move_up(int fd) noexcept { return fcntl(fd, F_DUPFD_CLOEXEC, 16); }

Status refuse_directories(const std::array<int, 3>& stdio) noexcept {
    for (size_t at = 0; at < stdio.size(); ++at) {
        struct stat info{};
        // An open directory would be a door to the host's tree.
        if (fstat(stdio[at], &info) == 0 && S_ISDIR(info.st_mode)) {
            return FAIL(Code::denied, "descriptor %zu is a directory; a container gets none", at);
        }
    }
    return {};
}

Status install_stdio(const std::array<int, 3>& stdio) noexcept {
    TRY(refuse_directories(stdio));
    std::array<int, 3> sources{};
    for (size_t at = 0; at < stdio.size(); ++at) {
        sources[at] = move_up(stdio[at]);
    }
    for (int target = 0; target < 3; ++target) {
        const int source = sources[static_cast<size_t>(target)];
        if (source < 0 || dup2(source, target) < 0) {
            return FAIL_ERRNO("set descriptor %d", target);
        }
        close(source);
    }
    return {};
}

ExecArrays exec_arrays(const ExecStep& step) {
    ExecArrays arrays;
    arrays.argv = {"cubby-init", step.reaper ? "reap" : "exec"};
    for (const std::string& word : step.argv) {
        arrays.argv.push_back(word.c_str());
    }
    for (const std::string& entry : step.environment) {
        arrays.environment.push_back(entry.c_str());
    }
    arrays.argv.push_back(nullptr);
    arrays.environment.push_back(nullptr);
    return arrays;
}

ExecArrays exec_arrays(const HookStep& step) {
    ExecArrays arrays;
    arrays.argv = {"/bin/sh", "-c", step.command.c_str(), nullptr};
    for (const std::string& entry : step.environment) {
        arrays.environment.push_back(entry.c_str());
    }
    arrays.environment.push_back(nullptr);
    return arrays;
}

ChildState prepare_child(const Input& input, int socket) {
    ChildState state{
        input.plan, socket, input.init_program, input.stdio, {}, Fd(), {}, input.timings, 0, -1, false, false, {}, 0};
    state.slots.resize(input.plan.slot_count());
    for (const PlannedStep& planned : input.plan.steps()) {
        if (const auto* exec = std::get_if<ExecStep>(&planned.step)) {
            state.exec = exec_arrays(*exec);
        } else if (const auto* hook = std::get_if<HookStep>(&planned.step)) {
            state.hooks.push_back(exec_arrays(*hook));
        }
    }
    return state;
}

void refuse_tracing() noexcept { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

void reset_process() noexcept {
    for (int signal = 1; signal < SIGRTMAX; ++signal) {
        struct sigaction action{};
        action.sa_handler = SIG_DFL;
        sigaction(signal, &action, nullptr);  // fails for SIGKILL, SIGSTOP and the two of the C library: all default
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    umask(022);
}

void child_main(ChildState& state) noexcept {
    prefault_copy();
    reset_process();
    const auto done = run_segments(state);
    send_failure(state.socket, done.error());
    _exit(125);
}

Status exec_init(int init_program, int socket, const std::array<int, 3>& stdio, const ExecArrays& arrays) noexcept {
    constexpr int kReport = 3;
    constexpr int kProgram = 4;
    const int report = move_up(socket);
    const int program = move_up(init_program);
    TRY(install_stdio(stdio));
    if (dup2(report, kReport) < 0 || dup3(program, kProgram, O_CLOEXEC) < 0 || close_range(kProgram + 1, ~0U, 0) != 0) {
        return FAIL_ERRNO("close descriptors");
    }
    syscall(SYS_execveat, kProgram, "", arrays.argv.data(), arrays.environment.data(), AT_EMPTY_PATH);
    const Error error = sys_error(errno, "run cubby-init");
    send_failure(kReport, error);
    _exit(125);
}

}  // namespace cubby::launch
