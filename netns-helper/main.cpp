// cubby-holder: one process a user that keeps his id-mapped user namespace alive, and hands it to his commands.
//
//   cubby-holder --serve DIRFD [MS]   started by cubby itself: goes into the background, serves in the runtime directory
//                                     behind descriptor DIRFD, writes one Error (code none: it serves; code busy: another
//                                     holder does) to standard output; MS: milliseconds between slow checks
//   cubby-holder --ranges             prints the user's subordinate ids
//   cubby-holder --probe              the same, and how a namespace made now would be mapped
//   cubby-holder --stop               ends the running holder; containers go on
//
// Exit status: 0 done, 1 failed, 2 not understood.

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string_view>

#include "base/log.h"
#include "base/parse.h"
#include "kernel/installed.h"
#include "kernel/namespaces.h"
#include "kernel/runtime_dir.h"
#include "kernel/subid.h"
#include "kernel/unix_socket.h"
#include "netns-helper/clean_start.h"
#include "netns-helper/server.h"
#include "netns-helper/user_namespace.h"
#include "netns-helper/wire/holder_wire.h"

namespace cubby::holder {
namespace {

constexpr int kSlowCheckMs = 60'000;
constexpr int kStopMs = 5000;
constexpr uint64_t kMaxDescriptor = 1 << 20;

SubordinateIds own_ids() {
    const auto finder = installed_program("cubby-ranges");
    if (!finder) {
        SubordinateIds ids;
        ids.user = std::to_string(getuid());
        ids.trouble = finder.error().message();
        return ids;
    }
    return find_subordinate_ids(*finder);
}

// One Error goes to whoever waits at the other end of standard output, and then nothing more.
void report(const Error& error) noexcept {
    static_cast<void>(write_all(STDOUT_FILENO, {reinterpret_cast<const char*>(&error), sizeof error}, "report"));
    if (const auto null = open_named("/dev/null", O_RDWR)) {
        dup2(null->get(), STDOUT_FILENO);
    }
}

void report_ready() { report(Error{}); }

Status check_directory(int fd) noexcept {
    struct stat info{};
    if (fstat(fd, &info) != 0) {
        return FAIL_ERRNO("stat the runtime directory");
    }
    if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid() || (info.st_mode & 0777) != 0700) {
        return FAIL(Code::denied, "descriptor %d is not a private directory of yours", fd);
    }
    return {};
}

Status hold(const Root& dir, int check_ms) {
    TRY(check_directory(dir.fd()));
    FileLock lock = TRY(FileLock::take(dir, TRY(lock_name(TRY(own_user_namespace()))), 0, "cubby-holder"));
    const MappedNamespace held = TRY(make_user_namespace(own_ids()));
    return serve(dir, std::move(lock), held, check_ms, report_ready);
}

// The caller waits for the first process only, so the one that stays is nobody's child to wait for.
int serve_in_background(int dirfd, int check_ms) {
    const pid_t pid = fork();
    if (pid != 0) {
        if (pid < 0) {
            report(sys_error(errno, "start cubby-holder"));
        }
        return pid < 0 ? 1 : 0;
    }
    setsid();
    const Root dir(Fd(dirfd), Trust::host);
    if (const Status done = hold(dir, check_ms); !done) {
        // After the report of readiness this goes to /dev/null.
        report(done.error());
        return 1;
    }
    return 0;
}

int print_ranges(bool probe) {
    const SubordinateIds ids = own_ids();
    std::string text = ranges_text(ids);
    if (probe) {
        const auto made = make_user_namespace(ids);
        text += made ? "rung " + std::string(rung_name(made->rung)) + "\n"
                     : "refused " + printable(made.error().message()) + "\n";
        text += made && !made->reason.empty() ? "reason " + printable(made->reason) + "\n" : "";
    }
    return write_all(STDOUT_FILENO, text, "the ranges") ? 0 : 1;
}

Status stop() {
    const Root dir = TRY(runtime_dir());
    const Fd socket = TRY(connect_at(dir.fd(), TRY(socket_name(TRY(own_user_namespace())))));
    Request request;
    request.verb = Verb::stop;
    TRY(send_frame(socket.get(), std::as_bytes(std::span(&request, 1))));
    return wait_readable(socket.get(), kStopMs, "cubby-holder");
}

int stop_running() {
    const Status stopped = stop();
    if (!stopped && stopped.error().code != Code::not_found) {
        log::line(log::Level::error, "%s", stopped.error().message());
        return 1;
    }
    return 0;
}

int usage() {
    constexpr std::string_view text =
        "usage: cubby-holder --ranges | --probe | --stop\n"
        "keeps your id-mapped user namespace for cubby, which starts it by itself\n";
    static_cast<void>(write_all(STDERR_FILENO, text, "usage"));
    return 2;
}

int serve_command(int argc, char** argv) {
    const auto dirfd = parse_unsigned(argv[2], kMaxDescriptor, "descriptor");
    const auto check =
        argc == 4 ? parse_unsigned(argv[3], kSlowCheckMs, "milliseconds") : Result<uint64_t>(kSlowCheckMs);
    if (!dirfd || *dirfd <= STDERR_FILENO || !check || *check == 0) {
        return usage();
    }
    if (const Status clean = start_clean(static_cast<int>(*dirfd)); !clean) {
        report(clean.error());
        return 1;
    }
    return serve_in_background(static_cast<int>(*dirfd), static_cast<int>(*check));
}

}  // namespace
}  // namespace cubby::holder

int main(int argc, char** argv) {
    using namespace cubby;
    log::set_name("cubby-holder");
    const std::string_view verb = argc > 1 ? argv[1] : "";
    if (verb == "--serve" && (argc == 3 || argc == 4)) {
        return holder::serve_command(argc, argv);
    }
    if (verb == "--stop" && argc == 2) {
        return holder::stop_running();  // finds the runtime directory as cubby does, so the environment stays
    }
    if ((verb == "--ranges" || verb == "--probe") && argc == 2) {
        return holder::start_clean(-1) ? holder::print_ranges(verb == "--probe") : 1;
    }
    return holder::usage();
}
