#include "monitor/seccomp_notify.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "kernel/inherited.h"
#include "kernel/process.h"
#include "kernel/procfs.h"
#include "kernel/root.h"
#include "kernel/seccomp.h"
#include "kernel/unix_socket.h"

namespace cubby {
namespace {

// What LXC sends; behind it come the call, the answer to be filled in, and the cookie, and beside it the process's
// directory in /proc, its memory and the listener.  The answer comes back in the same place.
struct ProxyMessage {
    uint64_t reserved = 0;
    pid_t monitor_pid = 0;
    pid_t init_pid = 0;
    seccomp_notif_sizes sizes{};
    uint64_t cookie_len = 0;
};
static_assert(sizeof(ProxyMessage) == 32 && offsetof(ProxyMessage, cookie_len) == 24);

class ProxyProcess {
  public:
    ProxyProcess(std::string path, std::string cookie, pid_t monitor, pid_t init, Notification notification)
        : path_(std::move(path)),
          cookie_(std::move(cookie)),
          monitor_(monitor),
          init_(init),
          notification_(std::move(notification)) {}

    // Until the monitor's end of the socket is closed.
    Status serve(int control);

  private:
    Status take_listener(int control);
    void handle(int listener);
    Status ask_proxy(int listener);
    Status exchange(int listener, std::span<const int> fds);
    Status connect();

    std::string path_;
    std::string cookie_;
    pid_t monitor_;
    pid_t init_;
    Fd proxy_;
    std::vector<Fd> listeners_;
    Notification notification_;
};

Status ProxyProcess::serve(int control) {
    for (;;) {
        std::vector<pollfd> watched{{control, POLLIN, 0}};
        for (const Fd& listener : listeners_) {
            watched.push_back({listener.get(), POLLIN, 0});
        }
        if (poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) {
            return FAIL_ERRNO("wait for a system call");
        }
        for (size_t at = watched.size() - 1; at > 0; --at) {
            if ((watched[at].revents & POLLIN) != 0) {
                handle(watched[at].fd);
            } else if (watched[at].revents != 0) {
                listeners_.erase(listeners_.begin() + static_cast<std::ptrdiff_t>(at - 1));  // no process is left
            }
        }
        if (watched.front().revents != 0) {
            TRY(take_listener(control));
        }
    }
}

Status ProxyProcess::take_listener(int control) {
    Frame frame = TRY(receive_frame(control));
    if (frame.fds.empty()) {
        return FAIL(Code::not_found, "the monitor has ended");
    }
    listeners_.push_back(std::move(frame.fds.front()));
    return {};
}

// As LXC has it, a call that nobody answers is one that this kernel has not.
void ProxyProcess::handle(int listener) {
    if (!notification_.receive(listener)) {
        return;
    }
    if (!ask_proxy(listener)) {
        proxy_.reset();
        notification_.refuse(ENOSYS);
    }
    notification_.answer(listener);
}

Status ProxyProcess::ask_proxy(int listener) {
    const ProcFs proc = TRY(ProcFs::open());
    const std::string process = std::to_string(notification_.call().pid);
    const Fd directory = TRY(proc.open_entry(process.c_str(), O_RDONLY | O_DIRECTORY));
    const Fd memory = TRY(proc.open_entry((process + "/mem").c_str(), O_RDWR));
    if (!notification_.waits(listener)) {
        return FAIL(Code::not_found, "the process has gone");
    }
    const std::array<int, 3> fds{directory.get(), memory.get(), listener};
    const bool connected = static_cast<bool>(proxy_);
    TRY(connect());
    auto answered = exchange(listener, fds);
    if (!answered && connected) {
        // A proxy that was restarted: its old socket is nobody's.
        proxy_.reset();
        TRY(connect());
        answered = exchange(listener, fds);
    }
    return answered;
}

Status ProxyProcess::connect() {
    if (!proxy_) {
        const auto slash = path_.rfind('/');
        const Root folder = TRY(Root::at(slash == 0 ? "/" : path_.substr(0, slash)));
        proxy_ = TRY(connect_at(folder.fd(), TRY(RelPath::component(path_.substr(slash + 1)))));
    }
    return {};
}

Status ProxyProcess::exchange(int listener, std::span<const int> fds) {
    const ProxyMessage head{0, monitor_, init_, notification_.sizes(), cookie_.size()};
    const auto add = [](std::vector<std::byte>& out, std::span<const std::byte> part) {
        out.insert(out.end(), part.begin(), part.end());
    };
    const size_t call = notification_.sizes().seccomp_notif;
    const size_t answer = notification_.sizes().seccomp_notif_resp;
    std::vector<std::byte> bytes;
    add(bytes, std::as_bytes(std::span(&head, 1)));
    add(bytes, notification_.call_bytes().first(call));
    add(bytes, notification_.answer_bytes().first(answer));
    add(bytes, std::as_bytes(std::span(cookie_)));
    TRY(send_frame(proxy_.get(), bytes, fds));
    TRY(wait_readable(proxy_.get(), -1, "the proxy"));
    const Frame reply = TRY(receive_frame(proxy_.get()));
    const size_t place = sizeof head + call;
    if (reply.bytes.size() < place + answer) {
        return FAIL(Code::broken, "the proxy's answer is too short");
    }
    uint64_t id = 0;
    memcpy(&id, reply.bytes.data() + place + offsetof(seccomp_notif_resp, id), sizeof id);
    if (id != notification_.call().id || !notification_.waits(listener)) {
        return FAIL(Code::broken, "the proxy answers another call");
    }
    memcpy(notification_.answer_bytes().data(), reply.bytes.data() + place, answer);
    return {};
}

}  // namespace

Status SeccompNotify::add(Fd listener, pid_t init) {
    if (!proxy_.empty() && !process_) {
        auto ends = TRY(socket_pair());
        const pid_t monitor = getpid();
        const Cloned made = TRY(clone_process(0));
        if (made.pid == 0) {
            prctl(PR_SET_NAME, "cubby-notify");
            if (auto notification = Notification::make(); notification && keep_only(ends[1].get())) {
                ProxyProcess process(proxy_, cookie_, monitor, init, std::move(*notification));
                static_cast<void>(process.serve(kKeptSocket).has_value());
            }
            _exit(0);
        }
        process_ = std::move(ends[0]);
    }
    if (process_) {
        const int fd = listener.get();
        const std::array<std::byte, 1> word{};
        TRY(send_frame(process_.get(), word, {&fd, 1}));
    }
    if (!first_) {
        first_ = std::move(listener);
    }
    return {};
}

}  // namespace cubby
