#pragma once
// The default policy as tables of names.  A name that this architecture does not have is passed over by libseccomp.

namespace cubby::policy {

// Everything that a distribution, systemd, a compiler and a database need.  What is neither here nor below answers
// ENOSYS, so that programs fall back to older calls.  socketcall (32 bit) hides its arguments in memory and is left out:
// C libraries since 2015 make the calls themselves.
// clang-format off
inline constexpr const char* kAllowed[] = {
    "_llseek", "_newselect", "accept", "accept4", "access", "adjtimex", "alarm", "arch_prctl", "arm_fadvise64_64",
    "arm_sync_file_range", "bind", "breakpoint", "brk", "cachestat", "cacheflush", "capget", "capset", "chdir",
    "chmod", "chown", "chown32", "chroot", "clock_adjtime", "clock_adjtime64", "clock_getres", "clock_getres_time64",
    "clock_gettime", "clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64", "clock_settime",
    "clock_settime64", "close", "close_range", "connect", "copy_file_range", "creat", "dup", "dup2", "dup3",
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old", "epoll_pwait", "epoll_pwait2", "epoll_wait",
    "epoll_wait_old", "eventfd", "eventfd2", "execve", "execveat", "exit", "exit_group", "faccessat", "faccessat2",
    "fadvise64", "fadvise64_64", "fallocate", "fanotify_init", "fanotify_mark", "fchdir", "fchmod", "fchmodat",
    "fchmodat2", "fchown", "fchown32", "fchownat", "fcntl", "fcntl64", "fdatasync", "fgetxattr", "flistxattr", "flock",
    "fork", "fremovexattr", "fsconfig", "fsetxattr", "fsmount", "fsopen", "fspick", "fstat", "fstat64", "fstatat64",
    "fstatfs", "fstatfs64", "fsync", "ftruncate", "ftruncate64", "futex", "futex_requeue", "futex_time64",
    "futex_wait", "futex_waitv", "futex_wake", "futimesat", "get_mempolicy", "get_robust_list", "get_thread_area",
    "getcpu", "getcwd", "getdents", "getdents64", "getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32",
    "getgroups", "getgroups32", "getitimer", "getpeername", "getpgid", "getpgrp", "getpid", "getppid", "getpriority",
    "getrandom", "getresgid", "getresgid32", "getresuid", "getresuid32", "getrlimit", "getrusage", "getsid",
    "getsockname", "getsockopt", "gettid", "gettimeofday", "getuid", "getuid32", "getxattr", "getxattrat",
    "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "io_cancel", "io_destroy",
    "io_getevents", "io_pgetevents", "io_pgetevents_time64", "io_setup", "io_submit", "ioprio_get", "ioprio_set",
    "ipc", "kcmp", "kill", "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "lchown",
    "lchown32", "lgetxattr", "link", "linkat", "listen", "listmount", "listxattr", "listxattrat", "llistxattr",
    "lremovexattr", "lseek", "lsetxattr", "lstat", "lstat64", "madvise", "map_shadow_stack", "mbind", "membarrier",
    "memfd_create", "memfd_secret", "mincore", "mkdir", "mkdirat", "mknod", "mknodat", "mlock", "mlock2", "mlockall",
    "mmap", "mmap2", "modify_ldt", "mount", "mount_setattr", "move_mount", "mprotect", "mq_getsetattr", "mq_notify",
    "mq_open", "mq_timedreceive", "mq_timedreceive_time64", "mq_timedsend", "mq_timedsend_time64", "mq_unlink",
    "mremap", "mseal", "msgctl", "msgget", "msgrcv", "msgsnd", "msync", "munlock", "munlockall", "munmap",
    "name_to_handle_at", "nanosleep", "newfstatat", "open", "open_tree", "open_tree_attr", "openat", "openat2",
    "pause", "personality", "pidfd_getfd", "pidfd_open", "pidfd_send_signal", "pipe", "pipe2", "pivot_root",
    "pkey_alloc", "pkey_free", "pkey_mprotect", "poll", "ppoll", "ppoll_time64", "prctl", "pread64", "preadv",
    "preadv2", "prlimit64", "process_madvise", "process_mrelease", "process_vm_readv", "process_vm_writev",
    "pselect6", "pselect6_time64", "ptrace", "pwrite64", "pwritev", "pwritev2", "quotactl", "quotactl_fd", "read",
    "readahead", "readlink", "readlinkat", "readv", "reboot", "recv", "recvfrom", "recvmmsg", "recvmmsg_time64",
    "recvmsg", "remap_file_pages", "removexattr", "removexattrat", "rename", "renameat", "renameat2",
    "restart_syscall", "rmdir", "rseq", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo",
    "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_sigtimedwait_time64", "rt_tgsigqueueinfo",
    "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam",
    "sched_getscheduler", "sched_rr_get_interval", "sched_rr_get_interval_time64", "sched_setaffinity",
    "sched_setattr", "sched_setparam", "sched_setscheduler", "sched_yield", "seccomp", "select", "semctl", "semget",
    "semop", "semtimedop", "semtimedop_time64", "send", "sendfile", "sendfile64", "sendmmsg", "sendmsg", "sendto",
    "set_mempolicy", "set_mempolicy_home_node", "set_robust_list", "set_thread_area", "set_tid_address", "set_tls",
    "setdomainname", "setfsgid", "setfsgid32", "setfsuid", "setfsuid32", "setgid", "setgid32", "setgroups",
    "setgroups32", "sethostname", "setitimer", "setns", "setpgid", "setpriority", "setregid", "setregid32",
    "setresgid", "setresgid32", "setresuid", "setresuid32", "setreuid", "setreuid32", "setrlimit", "setsid",
    "setsockopt", "settimeofday", "setuid", "setuid32", "setxattr", "setxattrat", "shmat", "shmctl", "shmdt",
    "shmget", "shutdown", "sigaction", "sigaltstack", "signal", "signalfd", "signalfd4", "sigpending", "sigprocmask",
    "sigreturn", "sigsuspend", "splice", "stat", "stat64", "statfs", "statfs64",
    "statmount", "statx", "symlink", "symlinkat", "sync", "sync_file_range", "sync_file_range2", "syncfs", "sysinfo",
    "tee", "tgkill", "time", "timer_create", "timer_delete", "timer_getoverrun", "timer_gettime", "timer_gettime64",
    "timer_settime", "timer_settime64", "timerfd_create", "timerfd_gettime", "timerfd_gettime64", "timerfd_settime",
    "timerfd_settime64", "times", "tkill", "truncate", "truncate64", "ugetrlimit", "umask", "umount", "umount2",
    "uname", "unlink", "unlinkat", "usr26", "usr32", "utime", "utimensat", "utimensat_time64", "utimes", "vfork",
    "vhangup", "vmsplice", "wait4", "waitid", "waitpid", "write", "writev",
};
// clang-format on

// Known doors into the kernel: refused with EPERM, which programs report as such.
inline constexpr const char* kRefused[] = {"acct",
                                           "add_key",
                                           "bpf",
                                           "delete_module",
                                           "finit_module",
                                           "get_kernel_syms",
                                           "init_module",
                                           "io_uring_enter",
                                           "io_uring_register",
                                           "io_uring_setup",
                                           "ioperm",
                                           "iopl",
                                           "kexec_file_load",
                                           "kexec_load",
                                           "keyctl",
                                           "lookup_dcookie",
                                           "migrate_pages",
                                           "move_pages",
                                           "nfsservctl",
                                           "open_by_handle_at",
                                           "perf_event_open",
                                           "query_module",
                                           "request_key",
                                           "stime",
                                           "swapoff",
                                           "swapon",
                                           "syslog",
                                           "sysfs",
                                           "uselib",
                                           "userfaultfd",
                                           "ustat",
                                           "vm86",
                                           "vm86old"};

// Calls that are newer than the libseccomp of the build machine may be.  Since Linux 5.1 a new call has the same number
// on all architectures.
struct Numbered {
    const char* name;
    int number;
};
inline constexpr Numbered kRecent[] = {{"cachestat", 451},     {"fchmodat2", 452},     {"map_shadow_stack", 453},
                                       {"futex_wake", 454},    {"futex_wait", 455},    {"futex_requeue", 456},
                                       {"statmount", 457},     {"listmount", 458},     {"mseal", 462},
                                       {"setxattrat", 463},    {"getxattrat", 464},    {"listxattrat", 465},
                                       {"removexattrat", 466}, {"open_tree_attr", 467}};

// On 32-bit x86 the calls that socketcall and ipc once stood for alone (Linux 4.3 and 5.1; arch/x86/entry/syscalls).
inline constexpr Numbered kDirect32[] = {
    {"socket", 359},  {"socketpair", 360}, {"bind", 361},       {"connect", 362},     {"listen", 363},
    {"accept4", 364}, {"getsockopt", 365}, {"setsockopt", 366}, {"getsockname", 367}, {"getpeername", 368},
    {"sendto", 369},  {"sendmsg", 370},    {"recvfrom", 371},   {"recvmsg", 372},     {"shutdown", 373},
    {"semget", 393},  {"semctl", 394},     {"shmget", 395},     {"shmctl", 396},      {"shmat", 397},
    {"shmdt", 398},   {"msgget", 399},     {"msgsnd", 400},     {"msgrcv", 401},      {"msgctl", 402}};

// The address families of ordinary networking; another one answers EAFNOSUPPORT, as from a kernel without it.  In a
// network namespace of one's own every family's code can be reached with its privileges, and the rare ones (CAN, RDS,
// TIPC, X.25, …) had one escalation after the other: CVE-2010-3904, CVE-2021-34693 and CVE-2022-0435 among them.
inline constexpr unsigned kFamilies[] = {1 /* AF_UNIX */, 2 /* AF_INET */, 10 /* AF_INET6 */, 16 /* AF_NETLINK */,
                                         17 /* AF_PACKET */};

// Address families that lead out of a container's world: kernel crypto (a row of privilege escalations) and the
// hypervisor's sockets, which no network namespace confines.
inline constexpr unsigned kRefusedFamilies[] = {38 /* AF_ALG */, 40 /* AF_VSOCK */};

// ioctls that write into the input of a terminal: TIOCSTI (CVE-2016-10124) and TIOCLINUX.  The kernel looks at 32 bits
// of the request only, so the comparison is masked (CVE-2023-28100, CVE-2019-10063).
inline constexpr unsigned kRefusedIoctls[] = {0x5412 /* TIOCSTI */, 0x541c /* TIOCLINUX */};

}  // namespace cubby::policy
