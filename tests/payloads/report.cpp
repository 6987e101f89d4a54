// What a process has, without any help from a C library's caches: straight from the kernel.

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "commands.h"
#include "json.h"

namespace probe {
namespace {

std::string read_file(const char* path) {
    std::string text;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    char block[4096];
    ssize_t got = 0;
    while (fd >= 0 && (got = read(fd, block, sizeof block)) > 0) {
        text.append(block, static_cast<size_t>(got));
    }
    close(fd);
    return text;
}

std::string link_of(const std::string& path) {
    char target[PATH_MAX];
    const ssize_t length = readlink(path.c_str(), target, sizeof target);
    return length < 0 ? std::string() : std::string(target, static_cast<size_t>(length));
}

const char* kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFREG: return "file";
        case S_IFDIR: return "directory";
        case S_IFCHR: return "character";
        case S_IFBLK: return "block";
        case S_IFIFO: return "fifo";
        case S_IFSOCK: return "socket";
        case S_IFLNK: return "link";
        default: return "other";
    }
}

// By trying each number, not by /proc, which may be another's or absent.
std::string descriptors() {
    std::vector<std::string> found;
    for (int fd = 0; fd < 65536; ++fd) {
        struct stat info{};
        if (fcntl(fd, F_GETFD) < 0) {
            continue;
        }
        Object one;
        one.number("fd", fd);
        if (fstat(fd, &info) == 0) {
            one.text("type", kind_of(info.st_mode));
            one.number("dev", static_cast<long long>(info.st_dev));
            one.number("ino", static_cast<long long>(info.st_ino));
            one.number("rdev", static_cast<long long>(info.st_rdev));
        }
        one.text("link", link_of("/proc/self/fd/" + std::to_string(fd)));
        one.truth("tty", isatty(fd) == 1);
        found.push_back(one.str());
    }
    return array(found);
}

// A line "NAME:\tVALUE" of a status file; the value without blanks at its ends.
std::string field(const std::string& status, const std::string& name) {
    const auto at = ("\n" + status).find("\n" + name + ":");
    if (at == std::string::npos) {
        return {};
    }
    const auto begin = status.find_first_not_of(" \t", at + name.size() + 1);
    const auto end = status.find('\n', at);
    return begin == std::string::npos || begin >= end ? std::string() : status.substr(begin, end - begin);
}

std::string capabilities(const std::string& status) {
    Object sets;
    for (const char* name : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
        sets.number(name, static_cast<long long>(strtoull(field(status, name).c_str(), nullptr, 16)));
    }
    return sets.str();
}

std::string groups() {
    gid_t list[1024];
    const int count = getgroups(1024, list);
    std::vector<std::string> out(static_cast<size_t>(std::max(count, 0)));
    for (size_t at = 0; at < out.size(); ++at) {
        out[at] = std::to_string(list[at]);
    }
    return array(out);
}

std::string identities() {
    uid_t uids[3];
    gid_t gids[3];
    getresuid(&uids[0], &uids[1], &uids[2]);
    getresgid(&gids[0], &gids[1], &gids[2]);
    Object out;
    for (int at = 0; at < 3; ++at) {
        const char* names[] = {"real", "effective", "saved"};
        out.put(names[at], array({std::to_string(uids[at]), std::to_string(gids[at])}));
    }
    return out.str();
}

std::string namespaces() {
    Object out;
    for (const char* kind : {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"}) {
        struct stat info{};
        if (stat((std::string("/proc/self/ns/") + kind).c_str(), &info) == 0) {
            out.number(kind, static_cast<long long>(info.st_ino));
        }
    }
    return out.str();
}

std::string keyrings() {
    Object out;
    const std::pair<const char*, int> rings[] = {{"session", KEY_SPEC_SESSION_KEYRING},
                                                 {"user", KEY_SPEC_USER_KEYRING},
                                                 {"user_session", KEY_SPEC_USER_SESSION_KEYRING}};
    for (const auto& [name, ring] : rings) {
        const long serial = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, ring, 0);
        out.number(name, serial < 0 ? -errno : serial);
    }
    return out.str();
}

std::string lines(const std::string& text) {
    std::vector<std::string> out;
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        out.push_back(quoted(text.substr(at, end - at)));
        at = end + 1;
    }
    return array(out);
}

}  // namespace

int report(Words) {
    const std::string status = read_file("/proc/self/status");
    char directory[PATH_MAX];
    // The system call itself: the C library hides "(unreachable)".
    const long length = syscall(SYS_getcwd, directory, sizeof directory);
    const int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct stat tty{};
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        environment.push_back(quoted(*entry));
    }
    Object out;
    out.number("ctty", terminal >= 0 && fstat(terminal, &tty) == 0 ? static_cast<long long>(tty.st_rdev) : 0);
    close(terminal);
    out.put("fds", descriptors());
    out.text("cwd", length > 0 ? directory : "");
    out.put("caps", capabilities(status));
    out.put("groups", groups());
    out.put("ids", identities());
    out.put("env", array(environment));
    out.put("keyrings", keyrings());
    out.put("ns", namespaces());
    out.number("pid", getpid());
    out.number("session", getsid(0));
    out.text("label", read_file("/proc/self/attr/current"));
    out.number("no_new_privs", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    out.number("seccomp", strtol(field(status, "Seccomp").c_str(), nullptr, 10));
    out.number("filters", strtol(field(status, "Seccomp_filters").c_str(), nullptr, 10));
    out.put("mounts", lines(read_file("/proc/self/mountinfo")));
    printf("%s\n", out.str().c_str());
    return 0;
}

}  // namespace probe
