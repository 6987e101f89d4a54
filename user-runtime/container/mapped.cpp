// Commands in user namespaces with maps of their own: lxc-usernsexec and lxc-unshare.

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
#include "kernel/installed.h"
#include "kernel/mount_fd.h"
#include "kernel/process.h"
#include "kernel/procfs.h"
#include "kernel/root.h"
#include "kernel/userns_process.h"
#include "launch/message.h"
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

Result<Fd> open_own_user_namespace() {
    const ProcFs proc = TRY(ProcFs::open());
    return TRY(proc.of_self()).open_namespace(Ns::user);
}

Status mount_own(const char* type, const char* path, uint64_t attributes) {
    const auto target = open_named(path, O_PATH | O_DIRECTORY);
    if (!target) {
        return {};  // a host without it has nothing to hide
    }
    const Fd made = TRY(make_filesystem(type, type, "", attributes));
    return attach_mount(made.get(), target->get());
}

Status remount() {
    const Fd slash = TRY(open_named("/", O_PATH | O_DIRECTORY));
    TRY(change_mount(slash.get(), {0, 0, MS_PRIVATE, true}));
    constexpr uint64_t kPlain = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    TRY(mount_own("proc", "/proc", kPlain));
    TRY(mount_own("tmpfs", "/dev/shm", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
    return mount_own("mqueue", "/dev/mqueue", kPlain);
}

Status prepare(const MappedRequest& request) {
    umask(022);
    if (request.remount) {
        TRY(remount());
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

// In the child that becomes the command.  cubby-init looks it up in PATH; libc's own search would fall back to a shell.
[[noreturn]] void exec_command(int program, int report, const MappedRequest& request) {
    // What is killed with this command must not go on: a template would fill a container that is being removed.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int high = fcntl(program, F_DUPFD_CLOEXEC, 10);
    if (high < 0 || dup2(report, kReport) < 0) {
        _exit(kCannotStart);
    }
    const std::string init = "/proc/self/fd/" + std::to_string(high);
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
    execve(init.c_str(), words.data(), environment.data());
    _exit(kCannotStart);
}

// Runs in the new namespaces; the command is a child of it, so that a new pid namespace ends with its first process.
Result<int> work(const MappedRequest& request, int init) {
    TRY(prepare(request));
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // the change of ids has cleared it (prctl(2))
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return FAIL_ERRNO("make a pipe");
    }
    const Fd reader(ends[0]);
    const Fd writer(ends[1]);
    const pid_t pid = fork();
    if (pid < 0) {
        return FAIL_ERRNO("create a process");
    }
    if (pid == 0) {
        exec_command(init, writer.get(), request);
    }
    const Fd pidfd = TRY(open_pidfd(pid));
    const int status = TRY(wait_child(pidfd.get())).shell_code();
    launch::Message message;
    if (read(reader.get(), &message, sizeof message) == sizeof message) {
        errno = message.error.sys_errno;
        return FAIL_ERRNO("run %s", request.argv.front().c_str());
    }
    return status;
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
    TRY(translate(request.maps.uids, holder.maps.uids, "user ids"));
    TRY(translate(request.maps.gids, holder.maps.gids, "group ids"));
    // /proc/self/uid_map shows ids of the namespace above (user_namespaces(7)), and LXC's templates read it: "… 0 1", the
    // user as the holder has him, is to them the sign of a user namespace that real root has made.
    const IdMaps host{as_on_host(holder.maps.uids), as_on_host(holder.maps.gids)};
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, nullptr);
    sigaction(SIGQUIT, &ignore, nullptr);
    return ask_user_namespace<int>({holder.user_namespace.get(), &host, {}}, [&]() -> Result<int> {
        const Fd between = TRY(open_own_user_namespace());
        return ask_user_namespace<int>({between.get(), &request.maps, request.more},
                                       [&] { return work(request, init.get()); });
    });
}

}  // namespace cubby
