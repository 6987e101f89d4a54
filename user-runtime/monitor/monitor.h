#pragma once
// The process beside a running container: watches its first process, owns its console, answers on the control socket.
// In `cubby start` it is a process of its own (cubby-monitor); in `cubby run` the command line itself is it.

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "kernel/event_loop.h"
#include "kernel/root.h"
#include "launch/launch.h"
#include "monitor/console.h"
#include "monitor/protocol.h"
#include "monitor/seccomp_notify.h"
#include "spec/container_spec.h"

namespace cubby {

// What an attach needs to know of the container, kept from its start.
struct AttachBlueprint {
    NsSet namespaces;
    CapSet capabilities = 0;
    bool no_new_privs = false;
    bool linux32 = false;  // personality(2)
    bool new_keyring = true;
    bool keep_groups = false;
    std::vector<std::vector<sock_filter>> filters;
    std::vector<LabelStep> labels;
    LandlockStep landlock;
    uint32_t processes = 0;                // LimitsSpec::processes
    std::vector<std::string> environment;  // of the container's configuration
};

struct MonitorInput {
    LifecycleSpec lifecycle;
    AttachBlueprint blueprint;
    launch::Launched launched;
    Root sockets;  // directory of the control socket
    RelPath socket_name;
    std::optional<Console> console;
    SeccompNotify notify;
    int document = -1;  // a file with the configuration that it was started with; the caller's
};

class Monitor {
  public:
    explicit Monitor(MonitorInput input);
    // Listens and watches; after it, run the loop.
    Status begin(EventLoop& loop);
    // Begins to listen again, after the runtime directory was lost and made anew.
    Status listen_again(EventLoop& loop, Root sockets);
    // Called when the first process has ended, before the waiting clients are told.
    void on_end(std::function<void(ExitStatus)> handler) { on_end_ = std::move(handler); }
    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] const launch::Launched& container() const noexcept { return input_.launched; }
    // The console's master, where it was left to the caller; once.
    [[nodiscard]] Fd take_console() noexcept { return std::move(input_.launched.console); }
    [[nodiscard]] Console* console() noexcept { return input_.console ? &*input_.console : nullptr; }
    [[nodiscard]] bool rebooting() const noexcept { return rebooting_; }
    Status order_stop(protocol::StopMode mode);
    // Lets the container's root mount go; where this is its last holder, its file system is synced now.
    void release_root() noexcept { input_.launched.root.reset(); }
    // The directory of the control socket.
    [[nodiscard]] const Root& sockets() const noexcept { return input_.sockets; }
    // Removes the control socket.
    void close_socket() const noexcept;

  private:
    struct Client {
        Fd socket;
        uint32_t awaited = 0;   // bits of states
        bool watches = false;   // is told each of them
        uint64_t admitted = 0;  // the how manieth it was
        size_t tty = 0;         // the number of the terminal that it has, 0: none
    };
    void accept_clients(EventLoop& loop);
    [[nodiscard]] bool streams(int socket, const Client& client) const;
    [[nodiscard]] Status keep_room(const Client& newcomer) const;
    bool make_room(EventLoop& loop);
    void serve_client(EventLoop& loop, int socket);
    void drop_client(EventLoop& loop, int socket);
    Status answer(Client& client, const protocol::Incoming& request, std::vector<Fd> fds);
    Status answer_status(int socket);
    Status answer_attach(int socket) const;
    Status answer_document(int socket) const;
    Status answer_listener(int socket, std::vector<Fd> fds);
    Status answer_tty(Client& client, const protocol::TtyOrder& order);
    Status answer_log(int socket, const protocol::LogOrder& order);
    void change(Event event);
    void container_ended(EventLoop& loop);
    [[nodiscard]] protocol::Status status() const noexcept;

    MonitorInput input_;
    State state_ = State::running;
    std::vector<Fd> tty_peers_;  // held open: a master without any peer reports a hang-up
    Fd listener_;
    Fd spare_;  // given up for a moment where descriptors are used up
    uint64_t admitted_ = 0;
    std::map<int, Client> clients_;
    std::optional<ExitStatus> exit_;
    int64_t started_unix_ = 0;
    bool rebooting_ = false;
    std::function<void(ExitStatus)> on_end_;
};

}  // namespace cubby
