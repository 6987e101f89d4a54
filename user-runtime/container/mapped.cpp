// Commands in the user's namespace and in ones below it: cubby unshare, lxc-usernsexec and lxc-unshare.

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "assembly/holder.h"
#include "container/operations.h"
#include "kernel/idmap.h"
#include "kernel/installed.h"
#include "kernel/key_signals.h"
#include "kernel/mount_fd.h"
#include "kernel/pipe.h"
#include "kernel/process.h"
#include "kernel/procfs.h"
#include "kernel/root.h"
#include "kernel/userns_process.h"
#include "launch/message.h"
#include "plan/phase.h"
#include "spec/validate.h"

namespace cubby {
namespace {

constexpr int kCannotStart = 125;

// The map of a namespace below the holder's in which every id of the holder appears as on the host.
IdRanges as_on_host(const IdRanges& holder) {
    IdRanges same = holder;
    for (IdRange& range : same) {
        std::swap(range.inside, range.outside);
    }
    return same;
}

Status cover_existing(const char* path, const char* type, uint64_t attributes) {
    const auto there = open_named(path, O_PATH | O_DIRECTORY);
    if (!there && there.error().code == Code::not_found) {
        return {};  // a host without it has nothing to hide
    }
    if (!there) {
        return std::unexpected(there.error());
    }
    return cover_directory(path, type, attributes);
}

Status remount(NsSet made) {
    const Fd slash = TRY(open_named("/", O_PATH | O_DIRECTORY));
    TRY(change_mount(slash.get(), {0, 0, MS_PRIVATE, true}));
    constexpr uint64_t kPlain = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    TRY(cover_existing("/dev/shm", "tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
    // Those of a namespace that is not new belong to the host, and are there already.
    if (made.has(Ns::ipc)) {
        TRY(cover_existing("/dev/mqueue", "mqueue", kPlain));
    }
    return made.has(Ns::pid) ? cover_existing("/proc", "proc", kPlain) : Status{};
}

Status prepare(const MappedRequest& request) {
    umask(022);
    if (request.remount) {
        TRY(remount(request.more));
    }
    if (!request.hostname.empty() && sethostname(request.hostname.data(), request.hostname.size()) != 0) {
        return FAIL_ERRNO("set the host name");
    }
    // Groups first: afterwards there would be no right to it (setgroups(2)).
    if (request.gid && (setgroups(0, nullptr) != 0 || setresgid(*request.gid, *request.gid, *request.gid) != 0)) {
        return FAIL_ERRNO("become group %u", *request.gid);
    }
    if (request.uid && setresuid(*request.uid, *request.uid, *request.uid) != 0) {
        return FAIL_ERRNO("become user %u", *request.uid);
    }
    return {};
}

constexpr int kReport = 3;  // where cubby-init tells why a command cannot be run (launch/message.h)

// Becomes cubby-init, which looks the command up in PATH; libc's own search would fall back to a shell.
Status exec_command(int program, int report, const MappedRequest& request) {
    const int high = fcntl(program, F_DUPFD_CLOEXEC, 10);
    const int told = fcntl(report, F_DUPFD_CLOEXEC, 10);
    if (high < 0 || told < 0 || dup2(told, kReport) < 0) {
        return FAIL_ERRNO("copy descriptors");
    }
    std::vector<char*> words{const_cast<char*>("cubby-init"), const_cast<char*>("exec")};
    for (const std::string& word : request.argv) {
        words.push_back(const_cast<char*>(word.c_str()));
    }
    words.push_back(nullptr);
    std::string path;
    std::vector<char*> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!request.first_in_path.empty() && std::string_view(*entry).starts_with("PATH=")) {
            path = "PATH=" + request.first_in_path + ":" + (*entry + strlen("PATH="));
            environment.push_back(path.data());
        } else {
            environment.push_back(*entry);
        }
    }
    environment.push_back(nullptr);
    fexecve(high, words.data(), environment.data());
    return FAIL_ERRNO("run cubby-init");
}

// The process that becomes the command, in its namespaces.
[[noreturn]] void command_main(const MappedRequest& request, int init, Pipe& go, Pipe& report) {
    go.write.reset();
    report.read.reset();
    char byte = 0;
    if (read(go.read.get(), &byte, 1) != 1) {
        _exit(kCannotStart);  // its ids could not be mapped; the one who should have tells why
    }
    for (const int number : {SIGINT, SIGQUIT, SIGPIPE}) {
        signal(number, SIG_DFL);
    }
    auto done = prepare(request);
    if (done && !request.background) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);  // after the change of ids, which clears it (prctl(2))
        if (nobody_reads(report.write.get())) {
            _exit(kCannotStart);  // who waits for the command was gone before that
        }
    }
    if (done) {
        done = exec_command(init, report.write.get(), request);
    }
    launch::Message message;
    message.kind = launch::Kind::failed;
    message.error = done.error();
    static_cast<void>(
        write_all(report.write.get(), {reinterpret_cast<const char*>(&message), sizeof message}, "the report")
            .has_value());
    _exit(kCannotStart);
}

// Waits until the command runs: the pipe is closed by its exec.
Status await_exec(const Fd& report, const MappedRequest& request) {
    launch::Message message;
    const ssize_t got = read(report.get(), &message, sizeof message);
    if (got == 0) {
        return {};
    }
    if (got != sizeof message) {
        return FAIL(Code::child_failed, "run %s: its process ended on the way", request.argv.front().c_str());
    }
    if (message.kind == launch::Kind::init_failed) {
        Error error = sys_error(message.error.sys_errno, "run %s", request.argv.front().c_str());
        error.phase = static_cast<uint8_t>(static_cast<uint8_t>(Phase::child_exec) + 1);
        return std::unexpected(error);
    }
    return std::unexpected(message.error);
}

// Runs in the namespace above the command's, where alone its maps may be written.
Result<int> work(const MappedRequest& request, const IdMaps* maps, int init) {
    const char* const name = request.argv.front().c_str();
    const WithoutKeySignals ignored;
    Pipe go = TRY(make_pipe());
    Pipe report = TRY(make_pipe());
    // /proc/PID/uid_map belongs to root while the process is not dumpable (proc(5)); the caller may not have been.
    prctl(PR_SET_DUMPABLE, 1);
    const Cloned child = TRY(clone_process(request.more.clone_flags() | (maps != nullptr ? CLONE_NEWUSER : 0)));
    if (child.pid == 0) {
        command_main(request, init, go, report);
    }
    go.read.reset();
    report.write.reset();
    auto begun = maps != nullptr ? write_id_maps_of(child, *maps) : Status{};
    if (begun) {
        begun = write(go.write.get(), "g", 1) == 1 ? await_exec(report.read, request)
                                                   : FAIL(Code::child_failed, "run %s: its process ended early", name);
    }
    go.write.reset();
    if (begun && request.background && !TRY(wait_ended(child.pidfd.get(), 0))) {
        return 0;
    }
    const ExitStatus ended = TRY(wait_child(child.pidfd.get()));
    TRY(std::move(begun));
    if (request.background && ended.signaled) {
        return FAIL(Code::child_failed, "run %s: killed by signal %d", name, ended.value);
    }
    return request.background ? 0 : ended.shell_code();
}

}  // namespace

Result<IdMaps> subordinate_maps() {
    const Holder holder = TRY(ensure_holder());
    return IdMaps{default_map(holder.maps.uids), default_map(holder.maps.gids)};
}

Result<int> run_mapped(const MappedRequest& request) {
    if (request.argv.empty()) {
        return FAIL(Code::usage, "no command is given");
    }
    const Holder holder = TRY(ensure_holder());
    const Fd init = TRY(open_named(TRY(installed_program("cubby-init")), O_RDONLY));
    const WithoutKeySignals ignored;
    if (!request.maps) {
        return ask_user_namespace<int>({holder.user_namespace.get(), nullptr, {}},
                                       [&] { return work(request, nullptr, init.get()); });
    }
    TRY(translate(request.maps->uids, holder.maps.uids, "user ids"));
    TRY(translate(request.maps->gids, holder.maps.gids, "group ids"));
    // /proc/self/uid_map shows ids of the namespace above (user_namespaces(7)), and LXC's templates read it: "… 0 1", the
    // user as the holder has him, is to them the sign of a user namespace that real root has made.
    const IdMaps host{as_on_host(holder.maps.uids), as_on_host(holder.maps.gids)};
    return ask_user_namespace<int>({holder.user_namespace.get(), &host, {}},
                                   [&] { return work(request, &*request.maps, init.get()); });
}

}  // namespace cubby
