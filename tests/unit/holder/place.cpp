#include "tests/unit/holder/place.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "assembly/holder.h"

namespace cubby::holder_test {
namespace {

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

[[noreturn]] void answer(int pipe, const std::string& text) {
    const bool whole = write(pipe, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(whole ? 0 : 1);
}

}  // namespace

TempDir::TempDir() {
    std::string pattern = "/tmp/cubby-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
        ADD_FAILURE() << "mkdtemp: " << strerror(errno);
    }
    path_ = pattern;
}

TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void TempDir::write(const std::string& name, const std::string& text, unsigned mode) const {
    write_file(path_ + "/" + name, text);
    EXPECT_EQ(chmod((path_ + "/" + name).c_str(), mode), 0);
}

Environment::Environment(const char* name, const std::string& value) : name_(name) {
    const char* old = getenv(name);
    was_set_ = old != nullptr;
    old_ = was_set_ ? old : "";
    setenv(name, value.c_str(), 1);
}

Environment::~Environment() {
    if (was_set_) {
        setenv(name_.c_str(), old_.c_str(), 1);
    } else {
        unsetenv(name_.c_str());
    }
}

std::string in_child(const std::function<std::string()>& body) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return "died: no pipe";
    }
    const Fd ours(ends[0]);
    Fd theirs(ends[1]);
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        answer(theirs.get(), body());
    }
    theirs.reset();
    std::string text;
    char chunk[4096];
    for (ssize_t got = 0; (got = read(ours.get(), chunk, sizeof chunk)) > 0;) {
        text.append(chunk, static_cast<size_t>(got));
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return status == 0 ? text : "died: status " + std::to_string(status) + " " + text;
}

std::string in_sandbox(const std::map<std::string, std::string>& shown, const std::function<std::string()>& body) {
    return in_child([&]() -> std::string {
        const std::string uid = std::to_string(geteuid());
        const std::string gid = std::to_string(getegid());
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
            return std::string("no sandbox: ") + strerror(errno);
        }
        write_file("/proc/self/setgroups", "deny");
        write_file("/proc/self/gid_map", gid + " " + gid + " 1");
        write_file("/proc/self/uid_map", uid + " " + uid + " 1");
        for (const auto& [target, source] : shown) {
            if (mount(source.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
                return "no sandbox: " + target + ": " + strerror(errno);
            }
        }
        return body();
    });
}

Etc::Etc(const std::map<std::string, std::string>& files) {
    const std::string ids = std::to_string(getuid()) + ":" + std::to_string(getgid());
    write("passwd", "tester:x:" + ids + "::/:/bin/sh\n");
    write("group", "tester:x:" + std::to_string(getgid()) + ":\n");
    for (const auto& [name, text] : files) {
        write(name, text);
    }
}

std::string holder_state() {
    const auto found = find_holder();
    if (!found) {
        return found.error().message();
    }
    return *found ? "running" : "none";
}

}  // namespace cubby::holder_test
