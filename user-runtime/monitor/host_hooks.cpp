#include "monitor/host_hooks.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "base/parse.h"
#include "kernel/inherited.h"
#include "kernel/procfs.h"
#include "kernel/root.h"
#include "kernel/unix_socket.h"
#include "spec/hook_call.h"

namespace cubby {
namespace {

constexpr Hook kOnHost[] = {Hook::pre_start, Hook::start_host, Hook::stop, Hook::post_stop, Hook::destroy};
constexpr size_t kMaxOutput = 1 << 20;

// The first byte of a message between the two.
enum class Word : char { run = 'r', namespaces = 'n', line = 'l', done = 'd' };

// In LXC's order.
constexpr Ns kOrder[] = {Ns::user, Ns::mnt, Ns::pid, Ns::uts, Ns::ipc, Ns::net, Ns::cgroup, Ns::time};

Status tell(int socket, Word word, std::string_view text, std::span<const int> fds = {}) {
    std::string message(1, static_cast<char>(word));
    message += text.substr(0, kMaxFrame / 2);
    return send_frame(socket, std::as_bytes(std::span(message)), fds);
}

std::string text_of(const Frame& frame) {
    return {reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size()};
}

Status run_command(const std::string& key, const std::string& line, const std::vector<std::string>& environment,
                   const HookOutput& output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return FAIL_ERRNO("%s: make a pipe", key.c_str());
    }
    Fd reader(ends[0]);
    Fd writer(ends[1]);
    Command command{{"/bin/sh", "-c", line}, environment};
    command.out = writer.get();
    command.err = writer.get();
    const Spawned hook = TRY(spawn(command));
    writer.reset();
    // What it writes; the end of that is the end of the hook and of all that it has left running with its output.
    const auto written = read_all(reader.get(), kMaxOutput, key.c_str());
    reader.reset();  // one that writes without end is ended by it (SIGPIPE)
    std::string last;
    for (const std::string_view each : split_words(written ? std::string_view(*written) : "", "\n")) {
        last = printable(each.substr(0, 500));
        output(std::string(key).append(": ").append(last));
    }
    const int code = TRY(wait_child(hook.pidfd.get())).shell_code();
    if (code != 0) {
        return FAIL(Code::child_failed, "%s: '%.90s' ended with %d%s%.100s", key.c_str(), printable(line).c_str(), code,
                    last.empty() ? "" : ": ", last.c_str());
    }
    return {};
}

// The process beside the monitor.
class HookProcess {
  public:
    HookProcess(const ContainerSpec& spec, int socket) noexcept : spec_(spec), socket_(socket) {}
    // Until the monitor's end of the socket is closed.
    void serve() {
        for (;;) {
            auto frame = receive_frame(socket_);
            if (!frame || frame->bytes.empty()) {
                return;
            }
            const std::string text = text_of(*frame);
            if (text[0] == static_cast<char>(Word::namespaces)) {
                take_namespaces(text, std::move(frame->fds));
            } else if (text.size() > 1 && !answer(text)) {
                return;
            }
        }
    }

  private:
    void take_namespaces(const std::string& text, std::vector<Fd> fds) {
        for (size_t at = 0; at < fds.size() && at + 1 < text.size(); ++at) {
            names_.emplace_back(info(static_cast<Ns>(text[at + 1])).name);
            namespaces_.push_back(std::move(fds[at]));
        }
    }
    // "user:/proc/PID/fd/N" for version 0, LXC_USER_NS=/proc/PID/fd/N for version 1.
    [[nodiscard]] std::vector<std::string> told() const {
        std::vector<std::string> out;
        for (size_t at = 0; at < names_.size(); ++at) {
            const std::string path =
                "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(namespaces_[at].get());
            std::string upper;
            for (const char byte : names_[at]) {
                upper += static_cast<char>(byte - 'a' + 'A');
            }
            std::string word = spec_.hooks.version == 0 ? names_[at] + ":" : "LXC_" + upper + "_NS=";
            out.push_back(word.append(path));
        }
        return out;
    }
    bool answer(const std::string& text) {
        const auto hook = static_cast<Hook>(text[1]);
        std::vector<std::string> more;
        for (const std::string_view each : split_words(std::string_view(text).substr(2), std::string_view("\0", 1))) {
            more.emplace_back(each);
        }
        std::vector<std::string> arguments;
        if (hook == Hook::stop) {
            std::vector<std::string>& to = spec_.hooks.version == 0 ? arguments : more;
            const auto names = told();
            to.insert(to.end(), names.begin(), names.end());
        }
        const auto done = run_host_hook(spec_, hook, more, arguments, [this](const std::string& line) {
            static_cast<void>(tell(socket_, Word::line, line).has_value());
        });
        const Error error = done ? Error{} : done.error();
        return tell(socket_, Word::done, {reinterpret_cast<const char*>(&error), sizeof error}).has_value();
    }

    const ContainerSpec& spec_;
    int socket_;
    std::vector<std::string> names_;
    std::vector<Fd> namespaces_;
};

[[noreturn]] void wait_beside(const ContainerSpec& spec, const Fd& socket) {
    if (!keep_only(socket.get())) {
        _exit(1);
    }
    umask(022);  // what hooks make is for the container
    HookProcess(spec, kKeptSocket).serve();
    _exit(0);
}

}  // namespace

Status run_host_hook(const ContainerSpec& spec, Hook hook, const std::vector<std::string>& more,
                     const std::vector<std::string>& arguments, const HookOutput& output) {
    std::vector<std::string> environment = hook_environment(spec, hook, more);
    for (const char* name : {"HOME", "XDG_RUNTIME_DIR"}) {
        if (const char* value = getenv(name); value != nullptr) {
            environment.push_back(std::string(name) + "=" + value);
        }
    }
    for (const std::string& command : spec.hooks.of(hook)) {
        TRY(run_command(std::string("lxc.hook.") + hook_name(hook), hook_command(spec, hook, command, arguments),
                        environment, output));
    }
    return {};
}

Result<HostHooks> HostHooks::begin(const ContainerSpec& spec) {
    std::array<bool, kHookCount> has{};
    bool any = false;
    for (const Hook hook : kOnHost) {
        const bool wanted = !spec.hooks.of(hook).empty() && (hook != Hook::destroy || spec.lifecycle.ephemeral);
        has[static_cast<size_t>(hook)] = wanted;
        any = any || wanted;
    }
    if (!any) {
        return HostHooks(Fd(), has);
    }
    auto ends = TRY(socket_pair());
    if (!single_threaded()) {
        return FAIL(Code::broken, "hooks need a single-threaded process");
    }
    const Cloned made = TRY(clone_process(0));
    if (made.pid == 0) {
        prctl(PR_SET_NAME, "cubby-hooks");
        wait_beside(spec, ends[1]);
    }
    return HostHooks(std::move(ends[0]), has);
}

Status HostHooks::run(Hook hook, const std::vector<std::string>& more, const HookOutput& output) const {
    if (!has_[static_cast<size_t>(hook)]) {
        return {};
    }
    std::string text(1, static_cast<char>(hook));
    for (const std::string& each : more) {
        text.append(each).push_back('\0');
    }
    TRY(tell(socket_.get(), Word::run, text));
    for (;;) {
        TRY(wait_readable(socket_.get(), -1, "a hook"));
        const std::string answer = text_of(TRY(receive_frame(socket_.get())));
        if (answer.empty()) {
            return FAIL(Code::child_failed, "lxc.hook.%s: the process that runs hooks has ended", hook_name(hook));
        }
        if (answer[0] == static_cast<char>(Word::line)) {
            output(answer.substr(1));
            continue;
        }
        Error error;
        if (answer.size() != 1 + sizeof error) {
            return FAIL(Code::broken, "lxc.hook.%s: an answer is malformed", hook_name(hook));
        }
        memcpy(&error, answer.data() + 1, sizeof error);
        error.text[sizeof error.text - 1] = '\0';
        return error.code == Code::none ? Status{} : std::unexpected(error);
    }
}

Status HostHooks::keep_namespaces(pid_t pid, int pidfd, NsSet set) const {
    if (!has_[static_cast<size_t>(Hook::stop)]) {
        return {};
    }
    const ProcFs process = TRY(TRY(ProcFs::open()).of_process(pid, pidfd));
    for (const Ns ns : kOrder) {
        if (set.has(ns)) {
            const Fd opened = TRY(process.open_namespace(ns));
            const int fd = opened.get();
            TRY(tell(socket_.get(), Word::namespaces, std::string(1, static_cast<char>(ns)), {&fd, 1}));
        }
    }
    return {};
}

}  // namespace cubby
