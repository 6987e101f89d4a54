#include "netns-helper/server.h"

#include <malloc.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "kernel/namespaces.h"
#include "kernel/subid.h"
#include "kernel/unix_socket.h"
#include "netns-helper/wire/holder_wire.h"

namespace cubby::holder {
namespace {

constexpr int64_t kClientMs = 2000;
constexpr int64_t kPassingMs = 30000;    // after that a passing trouble is worth another try
constexpr int64_t kAcceptPauseMs = 100;  // after a failed accept (EMFILE, ENFILE, ENOMEM)
constexpr size_t kMaxClients = 16;

int64_t now_ms() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// What a file was when the maps were written.  ctime changes with contents, mode and owner alike.
struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    timespec changed{};
    bool operator==(const Stamp& other) const noexcept {
        return device == other.device && inode == other.inode && changed.tv_sec == other.changed.tv_sec &&
               changed.tv_nsec == other.changed.tv_nsec;
    }
};

Stamp stamp_of(const char* path) {
    const auto file = open_named(path, O_PATH);
    struct stat info{};
    if (!file || fstat(file->get(), &info) != 0) {
        return {};
    }
    return {info.st_dev, info.st_ino, info.st_ctim};
}

using Stamps = std::array<Stamp, 5>;

Stamps stamps(const std::string& own_mapper) {
    return {stamp_of("/etc/subuid"), stamp_of("/etc/subgid"), stamp_of("/usr/bin/newuidmap"),
            stamp_of("/usr/bin/newgidmap"), stamp_of(own_mapper.c_str())};
}

struct Client {
    Fd socket;
    int64_t deadline = 0;
};

class Server {
  public:
    Server(const Root& dir, const MappedNamespace& held, int check_ms) : dir_(dir), held_(held), check_ms_(check_ms) {}
    Status listen();
    // The connection that asked for the end, or none when the socket cannot be reached any more.
    Result<Fd> run();
    // Removes the socket's name, if it still is ours.
    void leave() noexcept;

  private:
    [[nodiscard]] bool reachable() const;
    void watch_name();
    void admit(int64_t now);
    // True: it asked for the end.
    bool hear(Client& client);
    void answer(int client);
    [[nodiscard]] int64_t next_deadline(int64_t now, bool paused) const;
    std::span<pollfd> watched(std::array<pollfd, kMaxClients + 2>& entries, bool paused) const;
    // Whoever asked for the end, or nullptr.
    Client* hear_clients(std::span<const pollfd> clients, int64_t now);

    const Root& dir_;
    const MappedNamespace& held_;
    int check_ms_;
    Fd listener_;
    Fd inotify_;
    std::optional<RelPath> name_;
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    int64_t born_ = now_ms();
    int64_t next_check_ = 0;
    int64_t accept_after_ = 0;
    std::string own_mapper_ = find_own_mapper().path;
    Stamps stamps_ = stamps(own_mapper_);
    std::array<Client, kMaxClients> clients_;
};

Status Server::listen() {
    const RelPath name = TRY(socket_name(TRY(own_user_namespace())));
    name_ = name;
    path_ = TRY(pin("/proc/self/fd/" + std::to_string(dir_.fd()))).path + "/" + name.str();
    listener_ = TRY(listen_at(dir_.fd(), name));
    const struct stat info = TRY(dir_.stat(name));
    device_ = info.st_dev;
    inode_ = info.st_ino;
    watch_name();
    next_check_ = now_ms() + check_ms_;
    return {};
}

// A removed name changes the socket's link count: IN_ATTRIB.  Where inotify is used up, the slow check remains.
void Server::watch_name() {
    inotify_.reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (inotify_) {
        const std::string folder = path_.substr(0, path_.rfind('/'));
        inotify_add_watch(inotify_.get(), path_.c_str(), IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF);
        inotify_add_watch(inotify_.get(), folder.c_str(), IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    }
}

bool Server::reachable() const {
    const auto there = open_named(path_, O_PATH | O_NOFOLLOW);
    struct stat info{};
    return there && fstat(there->get(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_;
}

void Server::leave() noexcept {
    if (name_ && reachable()) {
        static_cast<void>(dir_.unlink(*name_));
    }
}

void Server::admit(int64_t now) {
    auto socket = accept_client(listener_.get());
    if (!socket) {
        const int why = socket.error().sys_errno;
        if (why != EAGAIN && why != EINTR && why != ECONNABORTED) {
            accept_after_ = now + kAcceptPauseMs;
        }
        return;
    }
    const auto uid = peer_uid(socket->get());
    if (!uid || *uid != geteuid()) {
        return;
    }
    // The one that has waited longest makes room: it has had its chance.
    auto& slot = *std::ranges::min_element(clients_, {},
                                           [](const Client& client) { return client.socket ? client.deadline : 0; });
    slot = {std::move(*socket), now + kClientMs};
}

void Server::answer(int client) {
    Reply reply;
    reply.maps = held_.maps;
    reply.rung = held_.rung;
    reply.reason = held_.reason;
    reply.outdated = stamps(own_mapper_) != stamps_ || (held_.passing && now_ms() - born_ > kPassingMs);
    const int namespace_fd = held_.user_namespace.get();
    // A client that does not read is its own loss.
    static_cast<void>(send_frame(client, encode_reply(reply), {&namespace_fd, 1}));
}

bool Server::hear(Client& client) {
    std::array<std::byte, sizeof(Request) + 1> bytes;
    // Descriptors that come along are dropped by the kernel: there is no room for them.
    const ssize_t got = recv(client.socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    const auto request = parse_request(std::span(bytes).first(got > 0 ? static_cast<size_t>(got) : 0));
    if (request && request->verb == Verb::stop) {
        return true;
    }
    if (request) {
        answer(client.socket.get());
    }
    client.socket.reset();
    return false;
}

int64_t Server::next_deadline(int64_t now, bool paused) const {
    int64_t next = paused ? std::min(next_check_, accept_after_) : next_check_;
    for (const Client& client : clients_) {
        next = client.socket ? std::min(next, client.deadline) : next;
    }
    return std::max<int64_t>(next - now, 0);
}

// Only what is open: poll(2) refuses more entries than RLIMIT_NOFILE allows descriptors.
std::span<pollfd> Server::watched(std::array<pollfd, kMaxClients + 2>& entries, bool paused) const {
    entries[0] = {paused ? -1 : listener_.get(), POLLIN, 0};
    entries[1] = {inotify_.get(), POLLIN, 0};
    size_t used = 2;
    for (const Client& client : clients_) {
        if (client.socket) {
            entries[used++] = {client.socket.get(), POLLIN, 0};
        }
    }
    return std::span(entries).first(used);
}

Client* Server::hear_clients(std::span<const pollfd> clients, int64_t now) {
    auto entry = clients.begin();
    for (Client& client : clients_) {
        if (!client.socket) {
            continue;
        }
        const bool ready = (entry++)->revents != 0;
        if (ready && hear(client)) {
            return &client;
        }
        if (now >= client.deadline) {
            client.socket.reset();
        }
    }
    return nullptr;
}

Result<Fd> Server::run() {
    std::array<pollfd, kMaxClients + 2> entries;
    for (;;) {
        const int64_t before = now_ms();
        const bool paused = before < accept_after_;
        const auto watched_now = watched(entries, paused);
        const auto timeout = static_cast<int>(next_deadline(before, paused));
        if (poll(watched_now.data(), watched_now.size(), timeout) < 0 && errno != EINTR) {
            return FAIL_ERRNO("wait for clients");
        }
        const int64_t now = now_ms();
        if (Client* leaver = hear_clients(watched_now.subspan(2), now)) {
            return std::move(leaver->socket);
        }
        if (entries[1].revents != 0 || now >= next_check_) {
            std::array<char, 4096> events;
            while (read(inotify_.get(), events.data(), events.size()) > 0) {
            }
            if (!reachable()) {
                return Fd();
            }
            next_check_ = now + check_ms_;
        }
        if (entries[0].revents != 0) {
            admit(now);
        }
    }
}

}  // namespace

Status serve(const Root& dir, FileLock lock, const MappedNamespace& held, int check_ms, void (*ready)()) {
    Server server(dir, held, check_ms);
    TRY(server.listen());
    ready();
    malloc_trim(0);  // what the set-up used goes back; from here on one process a user lives for days
    const Fd asked = TRY(server.run());
    server.leave();
    {
        const FileLock released = std::move(lock);
    }
    return {};  // `asked` is closed after the lock: who waits for the end may start a new holder at once
}

}  // namespace cubby::holder
