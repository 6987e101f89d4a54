// The console of a running container.

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "capi/console_relay.h"
#include "capi/functions.h"
#include "capi/guard.h"
#include "capi/handover.h"
#include "kernel/pty.h"

namespace cubby::capi {
namespace {

Result<Terminal> join_terminal(Object& object, int ttynum) {
    auto client = TRY(MonitorClient::connect(TRY(object.places()).lxcpath, object.identity(), nullptr));
    auto joined = Terminal::join(std::move(client), ttynum);
    return joined ? std::move(joined) : std::unexpected(prefixed(joined.error(), "console %s", object.name));
}

// The thread gets no signal of the program's.
Status relay_beside(Terminal inside, Fd peer) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread([inside = std::move(inside), peer = std::move(peer)]() mutable {
        static_cast<void>(relay_console(inside, {peer.get(), peer.get(), 0}).has_value());
    }).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return {};
}

// A pty of the host's, as LXC gives one: its peer is relayed until all copies of the master are closed.
Result<Fd> relayed_pty(Terminal inside) {
    Fd master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!master || unlockpt(master.get()) != 0) {
        return FAIL_ERRNO("make a pty");
    }
    TRY(relay_beside(std::move(inside), TRY(open_peer(master.get()))));
    return master;
}

// What the console has shown, from the monitor's buffer.
Result<std::string> history_of(Object& object, bool clear) {
    MonitorClient client = TRY(MonitorClient::connect(TRY(object.places()).lxcpath, object.identity(), nullptr));
    const protocol::LogOrder order{0, clear ? 1U : 0U};
    TRY(protocol::send(client.socket(), protocol::Type::log, protocol::bytes_of(order)));
    std::string text;
    for (;;) {
        const auto reply = TRY(client.next());
        if (reply.incoming.type == protocol::Type::end) {
            return text;
        }
        text += reply.incoming.payload;
    }
}

Status hand_history(std::string_view text, lxc_console_log& log) {
    if (log.read_max != nullptr && *log.read_max > 0 && text.size() > *log.read_max) {
        text.remove_prefix(text.size() - *log.read_max);
    }
    if (text.empty()) {
        Error error = make_error(Code::not_found, "the console has shown nothing");
        error.sys_errno = ENODATA;
        return std::unexpected(error);
    }
    log.data = TRY(handed(text));
    if (log.read_max != nullptr) {
        *log.read_max = text.size();
    }
    return {};
}

}  // namespace

int fn_console_getfd(lxc_container* c, int* ttynum, int* ptxfd) noexcept {
    return enter(c, -1, [&](Object& object) -> Result<int> {
        if (ttynum == nullptr || ptxfd == nullptr) {
            return FAIL(Code::usage, "console_getfd needs both numbers");
        }
        Terminal inside = TRY(join_terminal(object, *ttynum));
        const int number = inside.number();
        Fd master = TRY(relayed_pty(std::move(inside)));
        Fd holder(fcntl(master.get(), F_DUPFD_CLOEXEC, 3));
        if (!holder) {
            return FAIL_ERRNO("copy a descriptor");
        }
        *ttynum = number;
        *ptxfd = master.release();
        return holder.release();
    });
}

int fn_console(lxc_container* c, int ttynum, int stdinfd, int stdoutfd, int /*stderrfd*/, int escape) noexcept {
    return enter(c, -1, [&](Object& object) -> Result<int> {
        Terminal inside = TRY(join_terminal(object, ttynum));
        TRY(relay_console(inside, {stdinfd, stdoutfd, escape}));
        return 0;
    });
}

int fn_console_log(lxc_container* c, lxc_console_log* log) noexcept {
    if (c == nullptr || log == nullptr) {
        return -EINVAL;
    }
    int why = EIO;
    const bool done = enter(c, [&](Object& object) -> Status {
        auto shown = [&]() -> Status {
            const std::string text = TRY(history_of(object, log->clear));
            log->data = nullptr;
            return log->read ? hand_history(text, *log) : Status{};
        }();
        if (!shown) {
            why = shown.error().sys_errno != 0 ? shown.error().sys_errno : ESRCH;
        }
        return shown;
    });
    return done ? 0 : -why;
}

bool fn_set_timeout(lxc_container* c, int timeout) noexcept {
    return enter(c, [&](Object& object) -> Status {
        const std::lock_guard lock(object.guard);
        object.rcv_timeout = timeout;  // kept for the caller; a monitor that does not answer in 5 s is given up
        return {};
    });
}

}  // namespace cubby::capi
