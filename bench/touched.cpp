// Which instructions a program runs: single-steps it and its children by ptrace(2).
//
//   touched PROGRAM [ARG...]
//
// On descriptor 3, a line for each instruction that was run of PROGRAM's own image: "ROLE OFFSET".  ROLE is 0 for the first
// process, 1 for its first child and so on, in the order of their first stop; OFFSET is hexadecimal, from the image's
// start.  What the processes execute afterwards is let run.  Exits as PROGRAM does.
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

struct Task {
    size_t role = 0;
    bool in_image = true;
};

struct Image {
    unsigned long first = 0;
    unsigned long end = 0;
};

[[noreturn]] void fail(const char* what) {
    perror(what);
    exit(1);
}

// At the first stop nothing but the program, its stack and the kernel's pages are mapped.
Image image_of(pid_t pid, const char* program) {
    FILE* maps = fopen(("/proc/" + std::to_string(pid) + "/maps").c_str(), "re");
    const char* const real = realpath(program, nullptr);
    if (maps == nullptr || real == nullptr) {
        fail(program);
    }
    Image image;
    char line[4352];
    while (fgets(line, sizeof line, maps) != nullptr) {
        char* rest = nullptr;
        const unsigned long first = strtoul(line, &rest, 16);
        const unsigned long end = strtoul(rest + 1, &rest, 16);
        const char* const path = strchr(rest, '/');
        if (path != nullptr && std::string_view(path) == std::string(real) + "\n") {
            image = {image.end == 0 ? first : image.first, end};
        }
    }
    fclose(maps);
    return image;
}

unsigned long instruction_pointer(pid_t pid) {
    user_regs_struct registers{};
    return ptrace(PTRACE_GETREGS, pid, nullptr, &registers) == 0 ? registers.rip : 0;
}

class Tracer {
  public:
    Tracer(pid_t first, Image image) : first_(first), image_(image) {}

    // The first process's wait status.
    int run() {
        int status = 0;
        for (pid_t pid = 0; (pid = waitpid(-1, &status, __WALL)) > 0;) {
            if (WIFSTOPPED(status)) {
                stopped(pid, status);
            } else if (pid == first_) {
                return status;
            }
        }
        fail("waitpid");
    }

    void report(FILE* out) const {
        for (size_t role = 0; role < seen_.size(); ++role) {
            for (const unsigned long offset : seen_[role]) {
                fprintf(out, "%zu %lx\n", role, offset);
            }
        }
    }

  private:
    void stopped(pid_t pid, int status) {
        const auto [found, fresh] = tasks_.try_emplace(pid, Task{seen_.size()});
        Task& task = found->second;
        if (fresh) {
            seen_.emplace_back();
        }
        const int event = status >> 16;
        if (event == PTRACE_EVENT_EXEC) {
            task.in_image = false;
        }
        const unsigned long at = task.in_image ? instruction_pointer(pid) : 0;
        if (at >= image_.first && at < image_.end) {
            seen_[task.role].insert(at - image_.first);
        }
        const int signal = WSTOPSIG(status);
        const bool own = fresh || event != 0 || signal == SIGTRAP;
        ptrace(task.in_image ? PTRACE_SINGLESTEP : PTRACE_CONT, pid, 0, own ? 0 : signal);
    }

    pid_t first_;
    Image image_;
    std::unordered_map<pid_t, Task> tasks_;
    std::vector<std::set<unsigned long>> seen_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fputs("usage: touched PROGRAM [ARG...] 3>FILE\n", stderr);
        return 64;
    }
    const pid_t child = fork();
    if (child == 0) {
        close(3);
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        execv(argv[1], argv + 1);
        fail(argv[1]);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
        fail("start the program");
    }
    ptrace(PTRACE_SETOPTIONS, child, nullptr,
           PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    Tracer tracer(child, image_of(child, argv[1]));
    ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr);
    status = tracer.run();
    FILE* out = fdopen(3, "w");
    if (out == nullptr) {
        fail("descriptor 3");
    }
    tracer.report(out);
    return fclose(out) == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
