// Attacks that are one system call.  Each prints {"result": …, "errno": …}; the test knows what it should be.

#include <asm/unistd.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "commands.h"
#include "json.h"

namespace probe {
namespace {

long number(Words words, size_t at, long otherwise) {
    return at < words.size() ? strtol(words[at].c_str(), nullptr, 0) : otherwise;
}

std::string word(Words words, size_t at, const char* otherwise) { return at < words.size() ? words[at] : otherwise; }

// [FD [HIGH]]: HIGH goes into the request's upper 32 bits, which the kernel does not look at.
long push_input(Words words, unsigned long request) {
    char byte = 'x';
    const auto high = static_cast<unsigned long>(number(words, 1, 0)) << 32U;
    int fd = static_cast<int>(number(words, 0, 0));
    if (word(words, 0, "") == "/dev/tty") {
        fd = open("/dev/tty", O_RDWR);
    }
    return syscall(SYS_ioctl, fd, request | high, &byte);
}
long tiocsti(Words words) { return push_input(words, TIOCSTI); }
long tioclinux(Words words) { return push_input(words, 0x541c); }

long socket_of(Words words) {
    return socket(static_cast<int>(number(words, 0, AF_INET)), static_cast<int>(number(words, 1, SOCK_STREAM)),
                  static_cast<int>(number(words, 2, 0)));
}

long keyctl_call(Words) { return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0); }
long keyctl_search(Words words) {
    return syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", word(words, 0, "probe").c_str(), 0);
}
long add_key(Words) { return syscall(SYS_add_key, "user", "probe-inside", "x", 1, KEY_SPEC_PROCESS_KEYRING); }
long request_key(Words words) {
    return syscall(SYS_request_key, "user", word(words, 0, "probe").c_str(), nullptr, KEY_SPEC_PROCESS_KEYRING);
}

long bpf_call(Words) {
    bpf_attr attribute{};
    attribute.map_type = BPF_MAP_TYPE_ARRAY;
    attribute.key_size = attribute.value_size = 4;
    attribute.max_entries = 1;
    return syscall(SYS_bpf, BPF_MAP_CREATE, &attribute, sizeof attribute);
}

long perf(Words) {
    perf_event_attr attribute{};
    attribute.type = PERF_TYPE_SOFTWARE;
    attribute.size = sizeof attribute;
    attribute.exclude_kernel = attribute.exclude_hv = 1;
    return syscall(SYS_perf_event_open, &attribute, 0, -1, -1, 0);
}

long io_uring(Words) {
    io_uring_params parameters{};
    return syscall(SYS_io_uring_setup, 1, &parameters);
}

// Whether a child can be made with these flags; the child ends at once.
long clone_with(unsigned long flags) {
    const long pid = syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (pid == 0) {
        _exit(0);
    }
    if (pid > 0) {
        waitpid(static_cast<pid_t>(pid), nullptr, 0);
    }
    return pid;
}
long clone_newuser(Words) { return clone_with(CLONE_NEWUSER); }
// Only CLONE_NEWUSER set in the 64-bit argument's upper half is no flag at all, so this must be like a plain fork.
long clone_plain(Words) { return clone_with(0); }
long clone3(Words) {
    uint64_t arguments[8] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD, 0, 0, 0};
    const long pid = syscall(SYS_clone3, arguments, sizeof arguments);
    if (pid == 0) {
        _exit(0);
    }
    return pid;
}
long unshare_call(Words words) { return unshare(static_cast<int>(number(words, 0, CLONE_NEWUSER))); }

long by_handle(Words words) {
    struct {
        file_handle head;
        char room[128];
    } handle{};
    handle.head.handle_bytes = sizeof handle.room;
    int mount = 0;
    const std::string path = word(words, 0, "/");
    if (name_to_handle_at(AT_FDCWD, path.c_str(), &handle.head, &mount, 0) != 0) {
        handle.head.handle_bytes = 8;  // any handle: the answer must come before it is looked at
        handle.head.handle_type = 1;
    }
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY);
    return open_by_handle_at(fd, &handle.head, O_RDONLY);
}

long mount_call(Words words) {
    return mount(word(words, 0, "none").c_str(), word(words, 1, "/mnt").c_str(), word(words, 2, "tmpfs").c_str(),
                 static_cast<unsigned long>(number(words, 3, 0)), word(words, 4, "").c_str());
}
long remount_rw(Words words) {
    return mount("none", word(words, 0, "/").c_str(), nullptr, MS_REMOUNT | MS_BIND, nullptr);
}
long umount_call(Words words) { return umount2(word(words, 0, "/proc").c_str(), MNT_DETACH); }

// CVE-2022-0185: a legacy parameter whose length wraps around a page.
long fsconfig_flood(Words words) {
    const long fd = syscall(SYS_fsopen, word(words, 0, "ext4").c_str(), 0);
    if (fd < 0) {
        return fd;
    }
    const std::string value(4000, 'A');
    for (int round = 0; round < 3; ++round) {
        if (syscall(SYS_fsconfig, fd, 1 /* FSCONFIG_SET_STRING */, "\0", value.c_str(), 0) != 0) {
            return -1;
        }
    }
    return 0;
}

long raw(Words words) {
    return syscall(number(words, 0, -1), number(words, 1, 0), number(words, 2, 0), number(words, 3, 0),
                   number(words, 4, 0), number(words, 5, 0), number(words, 6, 0));
}

long chroot_call(Words words) { return chroot(word(words, 0, "/").c_str()); }
long personality_call(Words words) { return syscall(SYS_personality, number(words, 0, 0xffffffff)); }
long trace_parent(Words) { return ptrace(PTRACE_SEIZE, getppid(), nullptr, nullptr); }

struct Attack {
    const char* name;
    long (*run)(Words);
};

constexpr Attack kAttacks[] = {
    {"tiocsti", tiocsti},
    {"tioclinux", tioclinux},
    {"socket", socket_of},
    {"keyctl", keyctl_call},
    {"search", keyctl_search},
    {"add_key", add_key},
    {"request_key", request_key},
    {"bpf", bpf_call},
    {"perf", perf},
    {"io_uring", io_uring},
    {"newuser", clone_newuser},
    {"fork", clone_plain},
    {"clone3", clone3},
    {"unshare", unshare_call},
    {"handle", by_handle},
    {"mount", mount_call},
    {"remount", remount_rw},
    {"umount", umount_call},
    {"fsconfig", fsconfig_flood},
    {"raw", raw},
    {"chroot", chroot_call},
    {"personality", personality_call},
    {"trace", trace_parent},
};

int print_result(long result) {
    const int why = result < 0 ? errno : 0;
    Object out;
    out.number("result", result);
    out.number("errno", why);
    printf("%s\n", out.str().c_str());
    return 0;
}

#if defined(__x86_64__)
// The i386 entry, which a 64-bit program may use as well; the kernel then shows the filter the i386 numbers.
long interrupt_80(long nr, long a, long b, long c) {
    long result = 0;
    asm volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
    return result;
}
#endif

}  // namespace

int call(Words words) {
    for (const Attack& attack : kAttacks) {
        if (!words.empty() && words.front() == attack.name) {
            errno = 0;
            return print_result(attack.run(words.subspan(1)));
        }
    }
    fprintf(stderr, "probe: no such attack\n");
    return 2;
}

int compat(Words words) {
    if (words.size() < 2) {
        return 2;
    }
    const Words arguments = words.subspan(2);
    const long nr = strtol(words[1].c_str(), nullptr, 0);
    if (words[0] == "x32") {
        return print_result(syscall(nr | 0x40000000, number(arguments, 0, 0), number(arguments, 1, 0)));
    }
#if defined(__x86_64__)
    // In a child: a kernel that was built without the i386 entry answers with a signal, which no filter could better.
    const pid_t child = fork();
    if (child == 0) {
        const long result = interrupt_80(nr, number(arguments, 0, 0), number(arguments, 1, 0), number(arguments, 2, 0));
        errno = result < 0 ? static_cast<int>(-result) : 0;
        print_result(result < 0 ? -1 : result);
        fflush(stdout);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
        printf("{\"result\": -1, \"errno\": 0, \"absent\": true}\n");
    }
    return 0;
#else
    return 77;
#endif
}

}  // namespace probe
