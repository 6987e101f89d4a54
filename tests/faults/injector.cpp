// fault-injector [OPTION...] -- COMMAND...
//
// Runs COMMAND and does harm to one process of it, at an exact system call.  Ends as COMMAND does (128 + signal).
//
//   --exe NAME     the process in question is the one that executes a program of this name (default: COMMAND itself)
//   --forked K     … is the K-th process that it forks instead, until that one executes something else
//   --calls A,B    only these system calls count (default: all)
//   --at N         the harm is done when it enters its N-th counted call (default 0: never)
//   --signal S     the harm is signal number S (default 9); by 9 the call itself does not happen any more
//   --group        … to its whole process group
//   --errno E      the harm is that the call is not done and answers E instead
//   --onwards      the harm is done at every counted call from the N-th on
//   --count FILE   writes there how many calls were counted
//
// ptrace(2) costs two stops a call of the one process and nothing elsewhere, and whatever else COMMAND leaves running
// runs on untraced afterwards.  strace --inject would count the calls of every process together.

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "system_calls.h"

namespace {

struct Options {
    std::string exe;
    unsigned forked = 0;
    std::set<long> calls;
    unsigned long at = 0;
    int signal = SIGKILL;
    bool group = false;
    int error = 0;
    bool onwards = false;
    const char* count_file = nullptr;
    char** command = nullptr;
};

struct Process {
    bool is_exe = false;   // executes the program in question
    bool target = false;   // is the process in question
    bool fresh = false;    // has not reported its first stop
    bool failing = false;  // the call it is in was replaced by an error
};

[[noreturn]] void give_up(const char* what) {
    fprintf(stderr, "fault-injector: %s: %s\n", what, strerror(errno));
    exit(125);
}

// ptrace(2) takes its numbers as pointers.
long trace(__ptrace_request request, pid_t pid, unsigned long data = 0) {
    return ptrace(request, pid, nullptr, data);  // NOLINT(cppcoreguidelines-pro-type-vararg): ptrace is declared so
}

class Tracer {
  public:
    explicit Tracer(const Options& options) : options_(options) {}

    int run() {
        const pid_t command = start();
        for (;;) {
            int status = 0;
            const pid_t pid = waitpid(-1, &status, __WALL);
            if (pid < 0) {
                give_up("wait");
            }
            if (!WIFSTOPPED(status)) {
                processes_.erase(pid);
                if (pid == command) {
                    write_count();
                    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
                }
                continue;
            }
            stopped(pid, status);
        }
    }

  private:
    pid_t start() {
        int go[2];
        if (pipe2(go, O_CLOEXEC) != 0) {
            give_up("pipe");
        }
        const pid_t pid = fork();
        if (pid == 0) {
            setpgid(0, 0);  // --group means the command's, not this program's
            char byte = 0;
            if (read(go[0], &byte, 1) == 1) {
                execvp(options_.command[0], options_.command);
            }
            _exit(127);
        }
        constexpr unsigned long kWanted =
            PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
        if (pid < 0 || trace(PTRACE_SEIZE, pid, kWanted) != 0 || write(go[1], "g", 1) != 1) {
            give_up("start");
        }
        close(go[0]);
        close(go[1]);
        processes_[pid] = {};
        return pid;
    }

    void stopped(pid_t pid, int status) {
        const auto found = processes_.find(pid);
        if (found == processes_.end()) {
            early_.insert(pid);  // its parent's stop, which says what it is, has not come yet
            return;
        }
        Process& process = found->second;
        const int signal = WSTOPSIG(status);
        const int event = status >> 16;
        if (signal == (SIGTRAP | 0x80)) {
            at_call(pid, process);
        } else if (event == PTRACE_EVENT_EXEC) {
            executed(pid, process);
        } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
            forked(pid, process);
        } else if (event == PTRACE_EVENT_STOP) {
            const bool group_stop = signal != SIGTRAP;
            if (group_stop) {
                trace(PTRACE_LISTEN, pid);
                return;
            }
        } else {
            resume(pid, process, signal);
            return;
        }
        resume(pid, process, 0);
    }

    static void resume(pid_t pid, const Process& process, int signal) {
        trace(process.target || process.failing ? PTRACE_SYSCALL : PTRACE_CONT, pid,
              static_cast<unsigned long>(signal));
    }

    void executed(pid_t pid, Process& process) {
        char path[PATH_MAX] = {};
        const std::string link = "/proc/" + std::to_string(pid) + "/exe";
        if (readlink(link.c_str(), path, sizeof path - 1) < 0) {
            path[0] = '\0';
        }
        const std::string_view name(path);
        process.is_exe = name.substr(name.rfind('/') + 1) == options_.exe;
        process.target = process.is_exe && options_.forked == 0;
    }

    void forked(pid_t pid, const Process& parent) {
        unsigned long fresh = 0;
        ptrace(PTRACE_GETEVENTMSG, pid, nullptr, &fresh);
        const auto child = static_cast<pid_t>(fresh);
        Process& process = processes_[child];
        process.target = parent.is_exe && ++forks_ == options_.forked;
        if (early_.erase(child) != 0) {
            resume(child, process, 0);
        }
    }

    void at_call(pid_t pid, Process& process) {
        if (process.failing) {
            process.failing = false;
            set_answer(pid, -options_.error);
            return;
        }
        __ptrace_syscall_info info{};
        ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
        if (!process.target || info.op != PTRACE_SYSCALL_INFO_ENTRY ||
            (!options_.calls.empty() && !options_.calls.contains(static_cast<long>(info.entry.nr)))) {
            return;
        }
        ++count_;
        if (options_.at == 0 || count_ < options_.at || (count_ > options_.at && !options_.onwards)) {
            return;
        }
        if (options_.error != 0) {
            skip_call(pid);
            process.failing = true;
        } else {
            kill(options_.group ? -getpgid(pid) : pid, options_.signal);
        }
    }

#if defined(__x86_64__)
    static void skip_call(pid_t pid) {
        user_regs_struct registers{};
        ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
        registers.orig_rax = ~0ULL;
        ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
    }
    static void set_answer(pid_t pid, int answer) {
        user_regs_struct registers{};
        ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
        registers.rax = static_cast<unsigned long long>(static_cast<long long>(answer));
        ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
    }
#else
    static void skip_call(pid_t) { give_up("--errno on this architecture"); }
    static void set_answer(pid_t, int) {}
#endif

    void write_count() const {
        if (options_.count_file == nullptr) {
            return;
        }
        FILE* file = fopen(options_.count_file, "we");
        if (file == nullptr || fprintf(file, "%lu\n", count_) < 0 || fclose(file) != 0) {
            give_up(options_.count_file);
        }
    }

    const Options& options_;
    std::map<pid_t, Process> processes_;
    std::set<pid_t> early_;
    unsigned forks_ = 0;
    unsigned long count_ = 0;
};

std::set<long> parse_calls(std::string_view names) {
    std::set<long> calls;
    while (!names.empty()) {
        const auto comma = names.find(',');
        const std::string_view name = names.substr(0, comma);
        const long number = system_call(name);
        if (number < 0) {
            fprintf(stderr, "fault-injector: no number is known for %.*s\n", static_cast<int>(name.size()),
                    name.data());
            exit(125);
        }
        calls.insert(number);
        names = comma == std::string_view::npos ? "" : names.substr(comma + 1);
    }
    return calls;
}

Options parse(int argc, char** argv) {
    Options options;
    int at = 1;
    for (; at < argc && strcmp(argv[at], "--") != 0; ++at) {
        const std::string_view option = argv[at];
        if (option == "--onwards" || option == "--group") {
            (option == "--group" ? options.group : options.onwards) = true;
            continue;
        }
        const char* value = ++at < argc ? argv[at] : "";
        if (option == "--exe") {
            options.exe = value;
        } else if (option == "--forked") {
            options.forked = static_cast<unsigned>(strtoul(value, nullptr, 10));
        } else if (option == "--calls") {
            options.calls = parse_calls(value);
        } else if (option == "--at") {
            options.at = strtoul(value, nullptr, 10);
        } else if (option == "--signal") {
            options.signal = static_cast<int>(strtol(value, nullptr, 10));
        } else if (option == "--errno") {
            options.error = static_cast<int>(strtol(value, nullptr, 10));
        } else if (option == "--count") {
            options.count_file = value;
        } else {
            fprintf(stderr, "fault-injector: unknown option %s\n", argv[at - 1]);
            exit(125);
        }
    }
    if (at + 1 >= argc) {
        fprintf(stderr, "usage: fault-injector [OPTION...] -- COMMAND...\n");
        exit(125);
    }
    options.command = argv + at + 1;
    if (options.exe.empty()) {
        const std::string_view path = options.command[0];
        options.exe = path.substr(path.rfind('/') + 1);
    }
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse(argc, argv);
    return Tracer(options).run();
}
