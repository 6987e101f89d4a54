// Functions and programs of the caller's inside a running container.

#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>

#include "capi/attach_input.h"
#include "capi/console_relay.h"
#include "capi/functions.h"
#include "capi/gate.h"
#include "capi/guard.h"
#include "capi/handover.h"
#include "container/environment.h"
#include "container/passwd.h"

namespace cubby::capi {
namespace {

constexpr int kNotRun = 126;    // as a shell has it: there is such a program, but it cannot be run
constexpr int kNotFound = 127;  // there is none
constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const lxc_attach_options_t& default_options() noexcept {
    static const lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    return options;
}

// What the child does last, prepared before it is made.
struct Inside {
    lxc_attach_exec_t function;
    void* payload;
    std::optional<unsigned long> personality;
    std::vector<std::string> environment;
    std::vector<char*> pointers;
};

int run_inside(void* argument) {
    auto& inside = *static_cast<Inside*>(argument);
    reopen_fork_gate();
    if (inside.personality && personality(*inside.personality) < 0) {
        return kNotRun;
    }
    environ = inside.pointers.data();
    return inside.function(inside.payload);
}

std::vector<std::string> environment_of(const lxc_attach_options_t& options,
                                        const std::vector<std::string>& configured) {
    std::vector<std::string> out;
    if (options.env_policy == LXC_ATTACH_CLEAR_ENV) {
        out.emplace_back(kPath);
        for (const std::string& name : words_of(options.extra_keep_env)) {
            if (const char* value = getenv(name.c_str()); value != nullptr) {
                out.push_back(name + "=" + value);
            }
        }
    } else {
        out = words_of(environ);
    }
    out.emplace_back("container=lxc");
    out.insert(out.end(), configured.begin(), configured.end());
    const auto extra = words_of(options.extra_env_vars);
    out.insert(out.end(), extra.begin(), extra.end());
    keep_last(out);
    return out;
}

// Until the process has ended, which the caller waits for as without a terminal.
Status relay(const launch::Launched& launched, const lxc_attach_options_t& options) {
    const CallersTerminal own = callers_terminal(options);
    auto relayed = relay_attached({launched.console.get(), launched.pidfd.get(), options.log_fd}, {own.in, own.out, 0});
    if (!relayed) {
        static_cast<void>(send_signal(launched.pidfd.get(), SIGKILL).has_value());
        static_cast<void>(wait_child(launched.pidfd.get()).has_value());
    }
    return relayed;
}

Result<pid_t> attach_function(Object& object, lxc_attach_exec_t function, void* payload,
                              const lxc_attach_options_t& options) {
    if (function == nullptr) {
        return FAIL(Code::usage, "attach %s: no function", object.identity().c_str());
    }
    const AttachFacts facts = TRY(ask_attach_facts(TRY(object.places()), object.identity()));
    const Fd null = TRY(open_named("/dev/null", O_RDWR));
    const launch::AttachInput input = TRY(attach_input_of(options, facts, null.get()));
    Inside inside{function, payload, personality_of(options), environment_of(options, facts.environment), {}};
    for (std::string& entry : inside.environment) {
        inside.pointers.push_back(entry.data());
    }
    inside.pointers.push_back(nullptr);
    const auto launched = [&] {
        const std::lock_guard alone(fork_gate());
        return launch::attach_function(input, {run_inside, &inside});
    }();
    if (!launched) {
        return std::unexpected(prefixed(launched.error(), "attach %s", object.identity().c_str()));
    }
    if (launched->console) {
        TRY(relay(*launched, options));
    }
    return launched->pid;
}

Result<int> run_and_wait(Object& object, const lxc_attach_options_t* options, const char* program,
                         const std::vector<std::string>& words) {
    if (program == nullptr) {
        return FAIL(Code::usage, "attach %s: no program", object.identity().c_str());
    }
    std::string path = program;
    std::vector<std::string> own = words;
    std::vector<char*> pointers;
    pointers.reserve(own.size() + 1);
    for (std::string& word : own) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    lxc_attach_command_t command{path.data(), pointers.data()};
    const pid_t pid = TRY(
        attach_function(object, lxc_attach_run_command, &command, options != nullptr ? *options : default_options()));
    const int status = lxc_wait_for_pid_status(pid);
    if (status < 0) {
        return FAIL_ERRNO("wait for %s in %s", program, object.identity().c_str());
    }
    return status;
}

}  // namespace

int fn_attach(lxc_container* c, lxc_attach_exec_t exec_function, void* exec_payload, lxc_attach_options_t* options,
              pid_t* attached_process) noexcept {
    return enter(c, -1, [&](Object& object) -> Result<int> {
        const pid_t pid = TRY(
            attach_function(object, exec_function, exec_payload, options != nullptr ? *options : default_options()));
        if (attached_process != nullptr) {
            *attached_process = pid;
        }
        return 0;
    });
}

int fn_attach_run_wait(lxc_container* c, lxc_attach_options_t* options, const char* program,
                       const char* const argv[]) noexcept {
    return enter(c, -1, [&](Object& object) { return run_and_wait(object, options, program, words_of(argv)); });
}

int fn_attach_run_waitl(lxc_container* c, lxc_attach_options_t* options, const char* program, const char* arg,
                        ...) noexcept {
    va_list rest;
    va_start(rest, arg);
    const int status = enter(c, -1, [&](Object& object) {
        std::vector<std::string> words;
        for (const char* word = arg; word != nullptr; word = va_arg(rest, const char*)) {
            words.emplace_back(word);
        }
        return run_and_wait(object, options, program, words);
    });
    va_end(rest);
    return status;
}

}  // namespace cubby::capi

int lxc_wait_for_pid_status(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return status;
}

int lxc_attach_run_command(void* payload) {
    const auto* command = static_cast<const lxc_attach_command_t*>(payload);
    if (command == nullptr || command->program == nullptr) {
        return cubby::capi::kNotFound;
    }
    execvp(command->program, command->argv);
    return errno == ENOENT || errno == ENOTDIR ? cubby::capi::kNotFound : cubby::capi::kNotRun;
}

int lxc_attach_run_shell(void* /*payload*/) {
    return cubby::capi::guarded(cubby::capi::kNotFound, []() -> cubby::Result<int> {
        const cubby::Root root = TRY(cubby::Root::at("/", cubby::Trust::guest));
        auto user = cubby::find_guest_user(root, std::to_string(getuid()));
        std::string shell = user ? user->shell : "/bin/sh";
        char* argv[] = {shell.data(), nullptr};
        execve(shell.c_str(), argv, environ);
        shell = "/bin/sh";
        char* plain[] = {shell.data(), nullptr};
        execve(shell.c_str(), plain, environ);
        return errno == ENOENT ? cubby::capi::kNotFound : cubby::capi::kNotRun;
    });
}
