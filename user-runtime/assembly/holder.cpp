#include "assembly/holder.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "kernel/installed.h"
#include "kernel/mount_fd.h"
#include "kernel/namespaces.h"
#include "kernel/process.h"
#include "kernel/root.h"
#include "kernel/runtime_dir.h"
#include "kernel/unix_socket.h"
#include "netns-helper/wire/holder_wire.h"

namespace cubby {
namespace {

constexpr int64_t kReadyMs = 10'000;
constexpr int64_t kLongestPauseMs = 200;
constexpr int kMostStarts = 4;  // a holder may be stopped by somebody else just when it serves; not four times

int64_t now_ms() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

int left_of(int64_t deadline) noexcept {
    return static_cast<int>(std::clamp<int64_t>(deadline - now_ms(), 0, kReadyMs));
}

// That nobody serves (any more), as opposed to a holder that answers wrongly.
bool nobody(const Error& error) noexcept {
    return error.code == Code::not_found || error.sys_errno == ECONNRESET || error.sys_errno == EPIPE;
}

// A user namespace that the caller owns, and nothing else (ioctl_ns(2)).
Status check_namespace(int fd) noexcept {
    uid_t owner = 0;
    if (TRY(filesystem_magic(fd)) != NSFS_MAGIC || ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWUSER ||
        ioctl(fd, NS_GET_OWNER_UID, &owner) != 0 || owner != geteuid()) {
        return FAIL(Code::broken, "the holder sent something else than your user namespace");
    }
    return {};
}

// Sends one request to the holder of that user namespace's processes; the socket then has the reply, or its end.
Result<Fd> request_of(const Root& dir, uint64_t user_namespace, holder::Verb verb, int timeout_ms) {
    Fd socket = TRY(connect_at(dir.fd(), TRY(holder::socket_name(user_namespace))));
    if (TRY(peer_uid(socket.get())) != geteuid()) {
        return FAIL(Code::denied, "the holder's socket belongs to another user");
    }
    holder::Request request;
    request.verb = verb;
    TRY(send_frame(socket.get(), std::as_bytes(std::span(&request, 1))));
    if (auto waited = wait_readable(socket.get(), timeout_ms, "cubby-holder"); !waited) {
        ucred peer{};
        socklen_t length = sizeof peer;
        getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length);
        return FAIL(waited.error().code, "%s (process %d); if it is stopped or hangs, kill -9 %d and try again",
                    waited.error().message(), peer.pid, peer.pid);
    }
    return socket;
}

Result<Holder> ask_holder_of(uint64_t user_namespace, const Root& dir, int timeout_ms) {
    const Fd socket = TRY(request_of(dir, user_namespace, holder::Verb::get, timeout_ms));
    Frame frame = TRY(receive_frame(socket.get()));
    if (frame.bytes.empty()) {
        return FAIL(Code::not_found, "the holder ended");  // between accepting us and answering
    }
    holder::Reply reply = TRY(holder::parse_reply(frame.bytes));
    if (frame.fds.size() != 1) {
        return FAIL(Code::broken, "the holder sent %zu descriptors", frame.fds.size());
    }
    Holder found;
    found.user_namespace = std::move(frame.fds.front());
    TRY(check_namespace(found.user_namespace.get()));
    found.maps = std::move(reply.maps);
    found.rung = holder::rung_name(reply.rung);
    found.reason = std::move(reply.reason);
    found.outdated = reply.outdated;
    return found;
}

// The holder of this process's user namespace; or, for one that has entered the namespace which a holder keeps (cubby
// unshare), that holder.
Result<Holder> ask(const Root& dir, int timeout_ms) {
    const uint64_t own = TRY(own_user_namespace());
    auto found = ask_holder_of(own, dir, timeout_ms);
    if (own == holder::kInitialUserNamespace || found || !nobody(found.error())) {
        return found;
    }
    auto outer = ask_holder_of(holder::kInitialUserNamespace, dir, timeout_ms);
    struct stat kept{};
    if (outer && fstat(outer->user_namespace.get(), &kept) == 0 && kept.st_ino == own) {
        return outer;
    }
    return found;
}

Result<Holder> copy_of(const Holder& holder) {
    Fd same(fcntl(holder.user_namespace.get(), F_DUPFD_CLOEXEC, 3));
    if (!same) {
        return FAIL_ERRNO("keep the user namespace");
    }
    return Holder{std::move(same), holder.maps, holder.rung, holder.reason, holder.outdated};
}

Status ask_to_stop(const Root& dir, int timeout_ms) {
    const auto socket = request_of(dir, TRY(own_user_namespace()), holder::Verb::stop, timeout_ms);
    return socket || nobody(socket.error()) ? Status{} : std::unexpected(socket.error());
}

// Starts a holder and waits for its word.  Code::busy: another one is there, or about to be.
Status start_holder(const Root& dir, int timeout_ms) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return FAIL_ERRNO("make a pipe");
    }
    const Fd report(ends[0]);
    Fd theirs(ends[1]);
    Command command;
    command.argv = {TRY(installed_program("cubby-holder")), "--serve", std::to_string(dir.fd())};
    command.out = theirs.get();
    command.keep = dir.fd();
    const Spawned first = TRY(spawn(command));
    theirs.reset();
    const Status waited = wait_readable(report.get(), timeout_ms, "cubby-holder");
    // The first process only leaves the second one behind; where SIGCHLD is ignored there is nothing to wait for.
    if (const auto ended = wait_ended(first.pidfd.get(), static_cast<int>(kLongestPauseMs)); ended && *ended) {
        static_cast<void>(wait_child(first.pidfd.get()));
    }
    TRY(waited);
    Error word;
    if (read(report.get(), &word, sizeof word) != sizeof word) {
        return FAIL(Code::child_failed, "cubby-holder ended before it served; cubby doctor shows what this host lacks");
    }
    word.text[sizeof word.text - 1] = '\0';
    return word.code == Code::none ? Status{} : std::unexpected(word);
}

void pause_ms(int64_t ms) noexcept {
    const timespec pause{0, ms * 1'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
}

// What this process found last.  Once it has entered that namespace it needs no other holder, and the one that kept it may
// have been replaced.
std::optional<Holder> last_found;

Result<std::optional<Holder>> entered_one() {
    struct stat kept{};
    if (!last_found || fstat(last_found->user_namespace.get(), &kept) != 0 ||
        kept.st_ino != TRY(own_user_namespace())) {
        return std::nullopt;
    }
    return TRY(copy_of(*last_found));
}

Result<Holder> remember(Result<Holder> found) {
    if (found) {
        last_found = TRY(copy_of(*found));
    }
    return found;
}

}  // namespace

Result<Holder> ensure_holder() {
    if (auto entered = TRY(entered_one())) {
        return std::move(*entered);
    }
    const int64_t deadline = now_ms() + kReadyMs;
    bool replaced = false;
    int starts = 0;
    for (int64_t pause = 2;; pause = std::min(pause * 2, kLongestPauseMs)) {
        const Root dir = TRY(runtime_dir());  // each time anew: it may have been removed
        auto found = ask(dir, left_of(deadline));
        if (found && found->single_id() && found->outdated && !replaced) {
            replaced = true;
            TRY(ask_to_stop(dir, left_of(deadline)));
        } else if (found || !nobody(found.error())) {
            return remember(std::move(found));
        }
        const Status started = start_holder(dir, left_of(deadline));
        if (started && ++starts < kMostStarts) {
            continue;
        }
        if (started) {
            return FAIL(Code::child_failed,
                        "cubby-holder starts and ends at once; cubby doctor shows what this host lacks");
        }
        if (started.error().code != Code::busy) {
            return std::unexpected(started.error());
        }
        if (now_ms() + pause >= deadline) {
            return FAIL(Code::timeout,
                        "another cubby-holder is starting or ending and does not come to an end; pgrep -u %u -x "
                        "cubby-holder shows it: kill -9 it and try again",
                        getuid());
        }
        pause_ms(pause);
    }
}

Result<std::optional<Holder>> find_holder() {
    auto found = ask(TRY(runtime_dir()), static_cast<int>(kReadyMs));
    if (!found && nobody(found.error())) {
        return std::nullopt;
    }
    return TRY(std::move(found));
}

Status stop_holder() { return ask_to_stop(TRY(runtime_dir()), static_cast<int>(kReadyMs)); }

}  // namespace cubby
