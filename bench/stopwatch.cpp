// The clock of bench/start: runs groups of commands again and again and prints how long each command took.
//
//   stopwatch ROUNDS WARM_UP PAUSE_MS --group CMD [ARG...] [--then CMD [ARG...]]... [--group ...]...
//
// A round runs every group once, in an order shuffled anew (fixed seed), with a pause before each group in which the
// kernel can finish taking down the namespaces of the one before.  The first WARM_UP rounds are not printed.  Output:
// one line a group run, "GROUP NS [NS...]": the group's number, then nanoseconds from spawn to exit of each command.
// A command that does not exit with 0 within 60 s ends the program with status 1 and the command's own output.
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Command = std::vector<char*>;  // ends with a null pointer
using Group = std::vector<Command>;

constexpr unsigned int patience_seconds = 60;

volatile sig_atomic_t running = 0;

void on_alarm(int) {
    if (running > 0) {
        kill(running, SIGKILL);  // not reaped yet, so the number is still this child's
    }
}

long now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000L + now.tv_nsec;
}

// What the commands write goes to one memory file, emptied before each: a pipe would be held open by daemons.
class Runner {
  public:
    Runner() : output_(memfd_create("output", MFD_CLOEXEC)) {
        if (output_ < 0) {
            fail("memfd_create");
        }
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output_, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, output_, STDERR_FILENO);
    }
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    ~Runner() {
        posix_spawn_file_actions_destroy(&actions_);
        close(output_);
    }

    // Nanoseconds from spawn to exit; ends the program if the command fails.
    long measure(Command& command) {
        if (ftruncate(output_, 0) != 0 || lseek(output_, 0, SEEK_SET) != 0) {
            fail("empty the output");
        }
        pid_t child = 0;
        int status = 0;
        alarm(patience_seconds);
        const long begin = now_ns();
        errno = posix_spawnp(&child, command[0], &actions_, nullptr, command.data(), environ);
        if (errno != 0) {
            fail(command[0]);
        }
        running = child;
        while (waitpid(child, &status, 0) < 0) {
            if (errno != EINTR) {
                fail("waitpid");
            }
        }
        const long end = now_ns();
        running = 0;
        alarm(0);
        if (status != 0) {
            report(command, status);
        }
        return end - begin;
    }

  private:
    [[noreturn]] static void fail(const char* what) {
        fprintf(stderr, "stopwatch: %s: %s\n", what, strerror(errno));
        exit(1);
    }

    [[noreturn]] void report(const Command& command, int status) const {
        fputs("stopwatch:", stderr);
        for (const char* word : command) {
            if (word != nullptr) {
                fprintf(stderr, " %s", word);
            }
        }
        if (WIFSIGNALED(status)) {
            fprintf(stderr, ": killed by signal %d", WTERMSIG(status));
        } else {
            fprintf(stderr, ": exit status %d", WEXITSTATUS(status));
        }
        fputs("; its output:\n", stderr);
        std::array<char, 4096> text{};
        off_t offset = 0;
        ssize_t got = 0;
        while ((got = pread(output_, text.data(), text.size(), offset)) > 0) {
            fwrite(text.data(), 1, static_cast<size_t>(got), stderr);
            offset += got;
        }
        exit(1);
    }

    int output_;
    posix_spawn_file_actions_t actions_{};
};

bool parse_number(std::string_view text, unsigned int& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

// Empty if the words are not groups of commands.
std::vector<Group> parse_groups(char** first, char** last) {
    std::vector<Group> groups;
    for (char** word = first; word != last; ++word) {
        const std::string_view text = *word;
        if (text == "--group") {
            groups.emplace_back().emplace_back();
        } else if (groups.empty()) {
            return {};
        } else if (text == "--then") {
            groups.back().emplace_back();
        } else {
            groups.back().back().push_back(*word);
        }
    }
    for (Group& group : groups) {
        for (Command& command : group) {
            if (command.empty()) {
                return {};
            }
            command.push_back(nullptr);
        }
    }
    return groups;
}

void sleep_ms(unsigned int milliseconds) {
    const timespec pause{milliseconds / 1000, static_cast<long>(milliseconds % 1000) * 1'000'000L};
    nanosleep(&pause, nullptr);
}

void run_group(Runner& runner, Group& group, size_t number, bool print) {
    std::string line = std::to_string(number);
    for (Command& command : group) {
        line += " " + std::to_string(runner.measure(command));
    }
    if (!print) {
        return;
    }
    puts(line.c_str());
    fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    unsigned int rounds = 0;
    unsigned int warm_up = 0;
    unsigned int pause_ms = 0;
    std::vector<Group> groups;
    if (argc > 4 && parse_number(argv[1], rounds) && parse_number(argv[2], warm_up) &&
        parse_number(argv[3], pause_ms)) {
        groups = parse_groups(argv + 4, argv + argc);
    }
    if (groups.empty()) {
        fputs("usage: stopwatch ROUNDS WARM_UP PAUSE_MS --group CMD [ARG...] [--then CMD [ARG...]]...\n", stderr);
        return 2;
    }
    struct sigaction action{};
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, nullptr);

    Runner runner;
    std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
    std::vector<size_t> order(groups.size());
    for (size_t at = 0; at < order.size(); ++at) {
        order[at] = at;
    }
    for (unsigned int round = 0; round < warm_up + rounds; ++round) {
        std::ranges::shuffle(order, random);
        for (const size_t number : order) {
            sleep_ms(pause_ms);
            run_group(runner, groups[number], number, round >= warm_up);
        }
    }
    return 0;
}
