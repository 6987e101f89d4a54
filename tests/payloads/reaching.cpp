// Reaching for what lies outside: other processes, files of the host, sockets.

#include <dirent.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <set>

#include "commands.h"
#include "json.h"

namespace probe {
namespace {

double now() {
    timespec at{};
    clock_gettime(CLOCK_MONOTONIC, &at);
    return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
}

std::string link_of(const std::string& path) {
    char target[PATH_MAX];
    const ssize_t length = readlink(path.c_str(), target, sizeof target);
    return length < 0 ? std::string() : std::string(target, static_cast<size_t>(length));
}

// What was reached in processes that were not yet the command of the one who entered: text → how often.
class Trophies {
  public:
    void take(const std::string& what) { ++found_[what]; }
    [[nodiscard]] std::string str(long tried) const {
        Object out;
        out.number("tried", tried);
        Object all;
        for (const auto& [what, count] : found_) {
            all.number(what, count);
        }
        out.put("reached", all.str());
        return out.str();
    }

  private:
    std::map<std::string, long> found_;
};

// A process that shows a descriptor beyond the standard ones and the report socket, or runs a program of the host.
void look_at(pid_t pid, Trophies& trophies) {
    const std::string base = "/proc/" + std::to_string(pid);
    const std::string program = link_of(base + "/exe");
    if (program.empty()) {
        return;
    }
    const bool outsider = program.find("cubby") != std::string::npos && !program.starts_with("/memfd:cubby-init");
    if (outsider) {
        trophies.take("exe " + program);
    }
    if (outsider && open((base + "/exe").c_str(), O_WRONLY | O_CLOEXEC) >= 0) {
        trophies.take("exe open for writing");
    }
    DIR* directory = opendir((base + "/fd").c_str());
    while (const dirent* entry = directory != nullptr ? readdir(directory) : nullptr) {
        const std::string target = link_of(base + "/fd/" + entry->d_name);
        struct stat info{};
        if (!target.empty() && stat((base + "/fd/" + entry->d_name).c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
            trophies.take("directory " + target);
        } else if (outsider && !target.empty()) {
            trophies.take("descriptor " + target);
        }
    }
    if (directory != nullptr) {
        closedir(directory);
    }
}

// Stops a process where it is, so that there is all the time in the world to look at it.
bool seize(pid_t pid, Trophies& trophies) {
    if (ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) != 0) {
        return false;
    }
    if (ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr) == 0) {
        int status = 0;
        for (const double limit = now() + 0.2; waitpid(pid, &status, __WALL | WNOHANG) == 0 && now() < limit;) {
        }
    }
    look_at(pid, trophies);
    ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
    return true;
}

void reach_into(pid_t pid, Trophies& trophies) {
    const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    for (int fd = 3; pidfd >= 0 && fd < 20; ++fd) {
        const auto got = static_cast<int>(syscall(SYS_pidfd_getfd, pidfd, fd, 0));
        struct stat info{};
        if (got >= 0 && fstat(got, &info) == 0 && S_ISDIR(info.st_mode)) {
            trophies.take("pidfd_getfd of a directory");
        }
        close(got);
    }
    close(pidfd);
    look_at(pid, trophies);
}

// The highest process number that there is, as an attacker would guess the next one.
pid_t newest() {
    pid_t last = 0;
    DIR* directory = opendir("/proc");
    while (const dirent* entry = directory != nullptr ? readdir(directory) : nullptr) {
        last = std::max(last, static_cast<pid_t>(strtol(entry->d_name, nullptr, 10)));
    }
    if (directory != nullptr) {
        closedir(directory);
    }
    return last;
}

}  // namespace

// SECONDS [read]: with `read` only by /proc and pidfds, else by ptrace first.  Ends early once there is a file /tmp/enough.
int hunt(Words words) {
    const double end = now() + (words.empty() ? 1 : strtod(words[0].c_str(), nullptr));
    const bool trace = words.size() < 2;
    Trophies trophies;
    long tried = 0;
    pid_t next = newest() + 1;
    std::set<pid_t> seized;
    printf("ready\n");
    fflush(stdout);
    while (now() < end && access("/tmp/enough", F_OK) != 0) {
        for (pid_t pid = next; pid < next + 3; ++pid) {
            if (kill(pid, 0) != 0 && errno == ESRCH) {
                continue;
            }
            ++tried;
            if (trace && !seized.contains(pid)) {
                seized.insert(pid);
                seize(pid, trophies);
            }
            reach_into(pid, trophies);
            next = pid;
        }
        if (kill(next, 0) != 0 && errno == ESRCH) {
            next = std::max(next, newest() + 1);
        }
    }
    printf("%s\n", trophies.str(tried).c_str());
    return 0;
}

// A B SECONDS [SWAPS]
int race(Words words) {
    if (words.size() < 3) {
        return 2;
    }
    const double end = now() + strtod(words[2].c_str(), nullptr);
    const long limit = words.size() > 3 ? strtol(words[3].c_str(), nullptr, 10) : LONG_MAX;
    printf("ready\n");
    fflush(stdout);
    long swaps = 0;
    while (swaps < limit && now() < end) {
        swaps += renameat2(AT_FDCWD, words[0].c_str(), AT_FDCWD, words[1].c_str(), RENAME_EXCHANGE) == 0 ? 1 : 0;
    }
    printf("%ld\n", swaps);
    return 0;
}

// PATH…: which of them can be opened for writing; nothing is written.
int reach(Words words) {
    Object out;
    for (const std::string& path : words) {
        const int fd = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        out.number(path, fd >= 0 ? 0 : errno);
        close(fd);
    }
    printf("%s\n", out.str().c_str());
    return 0;
}

// PATH, or @NAME for an abstract socket: a status request of cubby's control protocol, and how many bytes come back.
int connect_to(Words words) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = words.empty() ? "" : words[0];
    memcpy(address.sun_path, name.data(), std::min(name.size(), sizeof address.sun_path - 1));
    socklen_t length = sizeof address;
    if (name.starts_with("@")) {
        address.sun_path[0] = '\0';
        length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    }
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    Object out;
    const bool connected = connect(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0;
    out.number("connect", connected ? 0 : errno);
    const std::array<uint16_t, 4> request{1, 1, 0, 0};  // version 1, status, no payload
    std::array<char, 4096> answer{};
    const bool sent = connected && send(fd, request.data(), sizeof request, MSG_NOSIGNAL) > 0;
    const timeval patience{2, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    out.number("answer", sent ? recv(fd, answer.data(), answer.size(), 0) : -1);
    printf("%s\n", out.str().c_str());
    return 0;
}

}  // namespace probe
