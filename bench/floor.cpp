// The floor of bench/start: the least a program can do and still start a whole container in an id-mapped user
// namespace.  It makes the system calls of a real start (new mount API, pivot_root, privileges dropped) and nothing
// else: no configuration, no cgroup, no seccomp filter, no masked paths, no monitor.
//
//   floor [--overlay] USERNS ROOTFS CMD [ARG...]   USERNS: /proc/PID/ns/user of a mapped namespace; ids 1..65536 of it
//                                                  become 0..65535 inside.  Exit status: the command's, or 128+signal.
//   floor --holder UID_START GID_START COUNT       makes such a namespace (0: the user, 1...: his subordinate ids),
//                                                  prints its pid and keeps it until standard input ends.
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace {

constexpr unsigned int hardened = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
constexpr const char* id_map = "0 1 65536\n";

// The one check of this program: a failing call names itself on standard error and ends the process with 125.
int must(long result, const char* what) {
    if (result < 0) {
        dprintf(STDERR_FILENO, "floor: %s: %s\n", what, strerror(errno));
        _exit(125);
    }
    return static_cast<int>(result);
}

// A short text made of a format and its arguments, without libstdc++: loading it would cost more than a mount.
struct Text {
    std::array<char, 4096> bytes{};

    template <typename... Arguments>
    explicit Text(const char* format, Arguments... arguments) {
        const int length = snprintf(bytes.data(), bytes.size(), format, arguments...);
        if (length < 0 || static_cast<size_t>(length) >= bytes.size()) {
            _exit(125);
        }
    }
    char* c_str() { return bytes.data(); }
};

// ---- child: mounts

using Options = std::initializer_list<std::array<const char*, 2>>;  // a null value: a flag

int new_filesystem(const char* type, Options options, unsigned int attributes) {
    const int context = must(fsopen(type, FSOPEN_CLOEXEC), type);
    for (const auto& option : options) {
        const auto kind = option[1] == nullptr ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
        must(fsconfig(context, kind, option[0], option[1], 0), option[0]);
    }
    must(fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0), type);
    const int mount = must(fsmount(context, FSMOUNT_CLOEXEC, attributes), type);
    close(context);
    return mount;
}

void attach(int mount, int directory, const char* name) {
    must(move_mount(mount, "", directory, name, MOVE_MOUNT_F_EMPTY_PATH), name);
}

int clone_tree(const char* path) { return must(open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), path); }

// Both leave the new root mounted on top of `rootfs` and return it.
int bind_root(const char* rootfs) {
    const int root = clone_tree(rootfs);
    attach(root, AT_FDCWD, rootfs);
    return root;
}

int overlay_root(const char* rootfs) {
    const int lower = must(open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC), rootfs);
    const int layers = new_filesystem("tmpfs", {{"mode", "0700"}}, 0);
    attach(layers, AT_FDCWD, rootfs);  // overlay wants its upper layer in a mount that is attached
    must(mkdirat(layers, "upper", 0755), "upper");
    must(mkdirat(layers, "work", 0700), "work");
    Text lower_path("/proc/self/fd/%d", lower);
    Text upper_path("%s/upper", rootfs);
    Text work_path("%s/work", rootfs);
    const int root = new_filesystem("overlay",
                                    {{"lowerdir", lower_path.c_str()},
                                     {"upperdir", upper_path.c_str()},
                                     {"workdir", work_path.c_str()},
                                     {"userxattr", nullptr}},
                                    0);
    attach(root, AT_FDCWD, rootfs);
    return root;
}

// The nodes are bind mounts of the caller's own: mknod is not allowed in a user namespace.
void fill_dev(int root) {
    attach(new_filesystem("tmpfs", {{"mode", "0755"}, {"size", "64k"}}, MOUNT_ATTR_NOSUID), root, "dev");
    const int dev = must(openat(root, "dev", O_PATH | O_DIRECTORY | O_CLOEXEC), "dev");
    for (const char* node : {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}) {
        const char* name = node + strlen("/dev/");
        close(must(openat(dev, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666), name));
        const int tree = clone_tree(node);
        attach(tree, dev, name);
        close(tree);
    }
    for (const char* directory : {"pts", "shm", "mqueue"}) {
        must(mkdirat(dev, directory, 0755), directory);
    }
    attach(new_filesystem("devpts", {{"mode", "0620"}, {"ptmxmode", "0666"}}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC),
           dev, "pts");
    attach(new_filesystem("tmpfs", {{"mode", "1777"}}, hardened), dev, "shm");
    attach(new_filesystem("mqueue", {}, hardened), dev, "mqueue");
    constexpr const char* links[][2] = {{"pts/ptmx", "ptmx"},
                                        {"/proc/self/fd", "fd"},
                                        {"/proc/self/fd/0", "stdin"},
                                        {"/proc/self/fd/1", "stdout"},
                                        {"/proc/self/fd/2", "stderr"}};
    for (const auto& link : links) {
        must(symlinkat(link[0], dev, link[1]), link[1]);
    }
}

void build_root(const char* rootfs, bool overlay) {
    mount_attr apart{};
    apart.propagation = MS_PRIVATE;  // pivot_root refuses a shared parent
    must(mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &apart, sizeof apart), "private mounts");
    const int root = overlay ? overlay_root(rootfs) : bind_root(rootfs);
    attach(new_filesystem("proc", {}, hardened), root, "proc");
    attach(new_filesystem("sysfs", {}, hardened | MOUNT_ATTR_RDONLY), root, "sys");
    fill_dev(root);
    must(fchdir(root), "new root");
    must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "old root");
    must(chdir("/"), "chdir");
}

// ---- child: the rest

void loopback_up() {
    const int socket_fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    ifreq request{};
    memcpy(request.ifr_name, "lo", sizeof "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    must(ioctl(socket_fd, SIOCSIFFLAGS, &request), "lo up");
    close(socket_fd);
}

void become_root() {
    must(setgroups(0, nullptr), "setgroups");
    must(setresgid(0, 0, 0), "setresgid");
    must(setresuid(0, 0, 0), "setresuid");
}

// LXC's default: everything but these five.
void drop_privileges() {
    uint64_t kept = 0;
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; ++cap) {
        kept |= uint64_t{1} << cap;
    }
    for (const int cap : {CAP_MAC_ADMIN, CAP_MAC_OVERRIDE, CAP_SYS_TIME, CAP_SYS_MODULE, CAP_SYS_RAWIO}) {
        must(prctl(PR_CAPBSET_DROP, cap), "bounding set");
        kept &= ~(uint64_t{1} << cap);
    }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const auto low = static_cast<uint32_t>(kept);
    const auto high = static_cast<uint32_t>(kept >> 32);
    __user_cap_data_struct sets[2] = {{low, low, 0}, {high, high, 0}};
    must(syscall(SYS_capset, &header, sets), "capset");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

[[noreturn]] void run_child(int mapped, bool overlay, const char* rootfs, char** command) {
    char go = 0;
    if (must(read(mapped, &go, 1), "wait for the id map") != 1) {
        _exit(125);
    }
    become_root();
    build_root(rootfs, overlay);
    must(sethostname("bench", strlen("bench")), "sethostname");
    loopback_up();
    drop_privileges();
    must(close_range(3, ~0U, CLOSE_RANGE_CLOEXEC), "close_range");
    constexpr const char* environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", nullptr};
    must(execve(command[0], command, const_cast<char**>(environment)), command[0]);
    _exit(125);
}

// ---- parent

void write_map(pid_t child, const char* file) {
    Text path("/proc/%d/%s", child, file);
    const int fd = must(open(path.c_str(), O_WRONLY | O_CLOEXEC), path.c_str());
    must(write(fd, id_map, strlen(id_map)), file);
    close(fd);
}

int wait_for(idtype_t kind, int id) {
    siginfo_t info{};
    must(waitid(kind, static_cast<id_t>(id), &info, WEXITED), "waitid");
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

int start(bool overlay, const char* user_namespace, const char* rootfs, char** command) {
    const int holder = must(open(user_namespace, O_RDONLY | O_CLOEXEC), user_namespace);
    must(setns(holder, CLONE_NEWUSER), "join the user namespace");
    int mapped[2];
    must(pipe2(mapped, O_CLOEXEC), "pipe");
    int pidfd = -1;
    clone_args request{};
    request.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                    CLONE_NEWCGROUP | CLONE_NEWTIME | CLONE_PIDFD;
    request.pidfd = reinterpret_cast<uintptr_t>(&pidfd);
    request.exit_signal = SIGCHLD;
    const pid_t child = must(syscall(SYS_clone3, &request, sizeof request), "clone3");
    if (child == 0) {
        run_child(mapped[0], overlay, rootfs, command);
    }
    write_map(child, "uid_map");
    write_map(child, "gid_map");
    must(write(mapped[1], "", 1), "release the child");
    return wait_for(P_PIDFD, pidfd);
}

void map_holder(const char* tool, pid_t holder, unsigned int self, char* first, char* count) {
    Text pid("%d", holder);
    Text own("%u", self);
    char zero[] = "0";
    char one[] = "1";
    char* argv[] = {const_cast<char*>(tool), pid.c_str(), zero, own.c_str(), one, one, first, count, nullptr};
    pid_t mapper = 0;
    errno = posix_spawnp(&mapper, tool, nullptr, nullptr, argv, environ);
    must(errno != 0 ? -1 : 0, tool);
    if (wait_for(P_PID, mapper) != 0) {
        _exit(125);  // the tool has said why
    }
}

int hold(char* uid_start, char* gid_start, char* count) {
    int made[2];
    must(pipe2(made, O_CLOEXEC), "pipe");
    const pid_t holder = must(fork(), "fork");
    if (holder == 0) {
        must(unshare(CLONE_NEWUSER), "unshare the user namespace");
        must(prctl(PR_SET_PDEATHSIG, SIGKILL), "parent-death signal");
        must(write(made[1], "", 1), "report the namespace");
        for (;;) {
            pause();
        }
    }
    close(made[1]);
    char byte = 0;
    if (must(read(made[0], &byte, 1), "wait for the namespace") != 1) {
        return 125;
    }
    map_holder("newuidmap", holder, getuid(), uid_start, count);
    map_holder("newgidmap", holder, getgid(), gid_start, count);
    dprintf(STDOUT_FILENO, "%d\n", holder);
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    kill(holder, SIGKILL);
    wait_for(P_PID, holder);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 5 && strcmp(argv[1], "--holder") == 0) {
        return hold(argv[2], argv[3], argv[4]);
    }
    const bool overlay = argc > 1 && strcmp(argv[1], "--overlay") == 0;
    char** rest = argv + (overlay ? 2 : 1);
    if (argc - (rest - argv) < 3) {
        dprintf(STDERR_FILENO,
                "usage: floor [--overlay] USERNS ROOTFS CMD [ARG...]\n"
                "       floor --holder UID_START GID_START COUNT\n");
        return 2;
    }
    return start(overlay, rest[0], rest[1], rest + 2);
}
