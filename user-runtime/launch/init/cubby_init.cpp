// cubby-init: the last program of cubby inside a container.  It runs from a sealed memfd, so that /proc/PID/exe leads
// to nothing on the host (CVE-2019-5736).
//
//   cubby-init exec COMMAND…   becomes COMMAND
//   cubby-init reap COMMAND…   stays as PID 1, runs COMMAND below it, hands it signals, reaps orphans, ends as it ends
//
// Descriptor 3 is the report socket to the starter: it closes when COMMAND runs, or carries one launch::Message.

#include <asm/unistd.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include <initializer_list>

#include "launch/message.h"
#include "setuid-helpers/guard/system_calls.h"

namespace {

using cubby::guard::call;
using cubby::launch::Message;

constexpr int kReport = 3;
constexpr long kENOENT = 2;
constexpr long kEACCES = 13;
constexpr long kENOTDIR = 20;
constexpr int kSignalChild = 17;
constexpr int kExitNotFound = 127;
constexpr int kExitNotRun = 126;
constexpr uint64_t kAllSignals = ~uint64_t{0};

size_t length(const char* text) noexcept {
    size_t count = 0;
    while (text[count] != '\0') {
        ++count;
    }
    return count;
}

bool same(const char* a, const char* b) noexcept {
    while (*a != '\0' && *a == *b) {
        ++a;
        ++b;
    }
    return *a == *b;
}

[[noreturn]] void leave(int code) noexcept {
    for (;;) {
        call(__NR_exit_group, code);
    }
}

void set_signal_mask(uint64_t mask) noexcept {
    call(__NR_rt_sigprocmask, 2 /* SIG_SETMASK */, reinterpret_cast<long>(&mask), 0, sizeof mask);
}

// Tells the starter why COMMAND does not run; the starter words the errno.
[[noreturn]] void refuse(const char* command, long result) noexcept {
    static Message message{};
    message.kind = cubby::launch::Kind::init_failed;
    message.error.sys_errno = static_cast<int32_t>(-result);
    size_t at = 0;
    for (const char* part : {"run ", command}) {
        for (size_t i = 0; part[i] != '\0' && at + 1 < sizeof message.error.text; ++i) {
            message.error.text[at++] = part[i];
        }
    }
    call(__NR_write, kReport, reinterpret_cast<long>(&message), sizeof message);
    leave(-result == kENOENT ? kExitNotFound : kExitNotRun);
}

const char* search_path(char** environment) noexcept {
    for (; *environment != nullptr; ++environment) {
        const char* entry = *environment;
        if (entry[0] == 'P' && entry[1] == 'A' && entry[2] == 'T' && entry[3] == 'H' && entry[4] == '=') {
            return entry + 5;
        }
    }
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

bool has_slash(const char* text) noexcept {
    while (*text != '\0' && *text != '/') {
        ++text;
    }
    return *text == '/';
}

// execve with the search of execvp(3), but without its fall-back to a shell.
[[noreturn]] void run(char** argv, char** environment) noexcept {
    const auto attempt = [&](const char* path) {
        return call(__NR_execve, path, reinterpret_cast<long>(argv), reinterpret_cast<long>(environment));
    };
    if (has_slash(argv[0])) {
        refuse(argv[0], attempt(argv[0]));
    }
    static char candidate[4096];
    const size_t name = length(argv[0]) + 1;
    long worst = -kENOENT;
    for (const char* dir = search_path(environment); *dir != '\0';) {
        size_t used = 0;
        for (; *dir != '\0' && *dir != ':'; ++dir) {
            if (used + name + 2 < sizeof candidate) {
                candidate[used++] = *dir;
            }
        }
        dir += *dir == ':' ? 1 : 0;
        candidate[used++] = '/';
        if (used + name > sizeof candidate) {
            continue;
        }
        __builtin_memcpy(candidate + used, argv[0], name);
        const long result = attempt(candidate);
        if (result != -kENOENT && result != -kENOTDIR) {
            worst = result;
            if (result != -kEACCES) {
                break;
            }
        }
    }
    refuse(argv[0], worst);
}

// The command gets a process group of its own, in the foreground where there is a terminal, so that ^C reaches it and
// not us.  SIGTTOU is blocked still, so the ioctl does not stop the caller (tcsetpgrp(3)).
[[noreturn]] [[gnu::noinline]] void become_command(char** argv, char** environment) noexcept {
    const long self = call(__NR_getpid);
    call(__NR_setpgid, 0L, 0L);
    const int group = static_cast<int>(self);
    call(__NR_ioctl, 0L, 0x5410L /* TIOCSPGRP */, reinterpret_cast<long>(&group));
    set_signal_mask(0);
    run(argv, environment);
}

// Reaps what has ended; the exit code of `command` once it is among them, else -1.
int reap(long command) noexcept {
    int code = -1;
    for (;;) {
        int status = 0;
        const long ended = call(__NR_wait4, -1L, reinterpret_cast<long>(&status), WNOHANG | __WALL);
        if (ended <= 0) {
            return code;
        }
        if (ended == command) {
            const int signal = status & 0x7f;
            code = signal != 0 ? 128 + signal : (status >> 8) & 0xff;
        }
    }
}

[[noreturn]] void stay(char** argv, char** environment) noexcept {
    set_signal_mask(kAllSignals);
    // The command borrows this memory and stack until it executes, and nothing is copied for it (vfork(2)): what it does
    // until then never returns, and writes to nothing that is read here.
    const long command = call(__NR_clone, static_cast<long>(kSignalChild | CLONE_VM | CLONE_VFORK));
    if (command < 0) {
        refuse(argv[0], command);
    }
    if (command == 0) {
        become_command(argv, environment);
    }
    call(__NR_close_range, static_cast<long>(kReport), 0xffffffffL, 0L);
    for (;;) {
        const uint64_t all = kAllSignals;
        const long signal = call(__NR_rt_sigtimedwait, &all, 0L, 0L, sizeof all);
        if (signal == kSignalChild) {
            if (const int code = reap(command); code >= 0) {
                leave(code);
            }
        } else if (signal > 0) {
            call(__NR_kill, command, signal);
        }
    }
}

[[noreturn]] [[gnu::used]] void begin(long* stack) noexcept {
    const long argc = stack[0];
    auto** argv = reinterpret_cast<char**>(stack + 1);
    char** environment = argv + argc + 1;
    if (argc < 3) {
        leave(kExitNotRun);
    }
    call(__NR_fcntl, kReport, 2 /* F_SETFD */, 1 /* FD_CLOEXEC */);
    if (same(argv[1], "reap")) {
        call(__NR_prctl, 15 /* PR_SET_NAME */, reinterpret_cast<long>("cubby-init"));
        stay(argv + 2, environment);
    }
    run(argv + 2, environment);
}

}  // namespace

// Without a C library the compiler may still ask for these two.
extern "C" void* memcpy(void* to, const void* from, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        static_cast<volatile char*>(to)[at] = static_cast<const char*>(from)[at];
    }
    return to;
}
extern "C" void* memset(void* to, int value, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        static_cast<volatile char*>(to)[at] = static_cast<char>(value);
    }
    return to;
}

// The kernel enters with the stack pointer at argc (System V ABI); `begin` gets it as its argument.
extern "C" [[noreturn]] void cubby_init_begin(long* stack) { begin(stack); }
#if defined(__x86_64__)
asm(".globl _start\n_start: endbr64\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call cubby_init_begin\n");
#elif defined(__aarch64__)
asm(".globl _start\n_start: mov x29,#0\n mov x30,#0\n mov x0,sp\n bl cubby_init_begin\n");
#endif
