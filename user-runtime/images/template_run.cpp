#include "images/template_run.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "kernel/mount_fd.h"
#include "kernel/root.h"
#include "kernel/seccomp.h"
#include "kernel/userns_process.h"

namespace cubby {
namespace {

constexpr int kProgressFd = 3;  // a single digit: the shell's >&N takes no more (templates/CONTRACT.md)

// What is opened and made ready before the ids change.
struct Inside {
    std::string base;     // where the box is mounted
    std::string program;  // path of the template in the new mount namespace
    int log;
    int progress;
    Fd outcome;  // memfd: takes an ExitStatus
};

std::string path_inside(const TemplateRun& run, const std::string& base) {
    if (run.ground.reaches_program) {
        return run.program.file;
    }
    const std::string& program = run.program.program;
    return base + "/program/" + (run.program.folder.empty() ? program.substr(program.rfind('/') + 1) : program);
}

// A directory of every host to mount over.
Result<std::string> mount_place() {
    for (const char* path : {"/mnt", "/media", "/srv", "/opt"}) {
        if (open_named(path, O_PATH | O_DIRECTORY)) {
            return std::string(path);
        }
    }
    return FAIL(Code::unsupported, "this host has none of /mnt, /media, /srv and /opt to build an image at");
}

Status attach_at(const Fd& mount, const std::string& path) {
    const Fd target = TRY(open_named(path, O_PATH | O_DIRECTORY));
    return attach_mount(mount.get(), target.get());
}

// Mounts that are made while the user's own rights last, which the ways to them may need.
struct Sources {
    Fd box;
    Fd rootfs;
    Fd folder;  // of a template by its path that the container's root cannot reach; else empty
};

Result<Sources> open_sources(const TemplateRun& run) {
    const auto detached = [](const std::string& path) -> Result<Fd> {
        return clone_tree(TRY(open_named(path, O_PATH | O_DIRECTORY)).get(), false);
    };
    Sources sources;
    sources.box = TRY(detached(run.place + "/box"));
    sources.rootfs = TRY(detached(run.place + "/rootfs"));
    if (!run.ground.reaches_program && run.program.folder.empty()) {
        sources.folder = TRY(detached(run.program.file.substr(0, run.program.file.rfind('/') + 1)));
        TRY(change_mount(sources.folder.get(), {MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, 0, false}));
    }
    return sources;
}

Status set_up_mounts(const TemplateRun& run, const std::string& base) {
    const Sources sources = TRY(open_sources(run));
    TRY(become_root());
    const Fd slash = TRY(open_named("/", O_PATH | O_DIRECTORY));
    TRY(change_mount(slash.get(), {0, 0, MS_PRIVATE, true}));
    TRY(attach_at(sources.box, base));
    TRY(attach_at(sources.rootfs, base + "/rootfs"));
    if (sources.folder) {
        TRY(attach_at(sources.folder, base + "/program"));
    }
    if (run.ground.own_proc) {
        const Fd proc =
            TRY(make_filesystem("proc", "proc", "", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
        TRY(attach_at(proc, "/proc"));
    }
    // Not the caller's working directory, which is another door to his files.
    return fchdir(slash.get()) == 0 ? Status{} : FAIL_ERRNO("enter /");
}

std::vector<std::string> arguments_of(const TemplateRun& run, const Inside& inside) {
    const std::string& name = run.program.program;
    std::vector<std::string> argv{inside.program, "--path=" + inside.base, "--name=" + name.substr(name.rfind('/') + 1),
                                  "--rootfs=" + inside.base + "/rootfs"};
    argv.insert(argv.end(), run.args.begin(), run.args.end());
    return argv;
}

std::vector<std::string> environment_of(const Inside& inside) {
    std::vector<std::string> environment{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                         "HOME=" + inside.base + "/home",
                                         "TMPDIR=" + inside.base + "/tmp",
                                         "LANG=C.UTF-8",
                                         "CUBBY_IMAGE=1",
                                         "CUBBY_PROGRESS_FD=" + std::to_string(kProgressFd)};
    for (const char* name : {"http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy", "HTTP_PROXY",
                             "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"}) {
        if (const char* value = getenv(name)) {
            environment.push_back(std::string(name) + "=" + value);
        }
    }
    return environment;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> out;
    out.reserve(words.size() + 1);
    for (std::string& word : words) {
        out.push_back(word.data());
    }
    out.push_back(nullptr);
    return out;
}

// In the child that becomes the template.  What goes wrong is said where the template's own words go.
[[noreturn]] void exec_template(const Inside& inside, const TemplateRun& run, int null) {
    std::vector<std::string> words = arguments_of(run, inside);
    std::vector<std::string> settings = environment_of(inside);
    const std::vector<char*> argv = pointers(words);
    const std::vector<char*> environment = pointers(settings);
    // Above all targets first: one of them may be in the way of another.
    const int log = fcntl(inside.log, F_DUPFD_CLOEXEC, 10);
    const int progress = fcntl(inside.progress, F_DUPFD_CLOEXEC, 10);
    const int input = fcntl(null, F_DUPFD_CLOEXEC, 10);
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &action, nullptr);
    setsid();
    umask(022);
    Status ready;
    if (dup2(log, STDERR_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(input, STDIN_FILENO) < 0 ||
        dup2(progress, kProgressFd) < 0 || close_range(kProgressFd + 1, ~0U, 0) != 0) {
        ready = FAIL_ERRNO("set the template's descriptors");
    }
    if (ready && run.ids.filter != nullptr) {
        const auto loaded = load_seccomp(run.ids.filter->data(), run.ids.filter->size());
        ready = loaded ? Status{} : std::unexpected(loaded.error());
    }
    if (ready) {
        execve(argv[0], argv.data(), environment.data());
        ready = FAIL_ERRNO("run %s", argv[0]);
    }
    dprintf(STDERR_FILENO, "%s\n", ready.error().message());
    _exit(127);
}

// The process that waits for the template: process 1 of the pid namespace, whose end ends all others.
Status work(const TemplateRun& run, const Inside& inside) {
    TRY(set_up_mounts(run, inside.base));
    const Fd null = TRY(open_named("/dev/null", O_RDWR));
    const pid_t pid = fork();
    if (pid < 0) {
        return FAIL_ERRNO("create a process");
    }
    if (pid == 0) {
        exec_template(inside, run, null.get());
    }
    const Fd pidfd = TRY(open_pidfd(pid));
    const ExitStatus ended = TRY(wait_child(pidfd.get()));
    if (pwrite(inside.outcome.get(), &ended, sizeof ended, 0) != sizeof ended) {
        return FAIL_ERRNO("tell how the template ended");
    }
    return {};
}

// Hands on what the template writes until the process has ended.
void follow(int progress, int pidfd, ProgressLines& lines) {
    std::array<pollfd, 2> watched{{{progress, POLLIN, 0}, {pidfd, POLLIN, 0}}};
    for (bool ended = false; !ended;) {
        if (poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) {
            return;
        }
        ended = (watched[1].revents & POLLIN) != 0;
        std::array<char, 4096> bytes{};
        ssize_t got = 0;
        while ((got = read(progress, bytes.data(), bytes.size())) > 0) {
            lines.take({bytes.data(), static_cast<size_t>(got)});
        }
        if (got == 0) {
            watched[0].fd = -1;  // nobody writes any more; poll(2) passes over it
        }
    }
}

}  // namespace

Result<ExitStatus> run_template(const TemplateRun& run, const BuildProgress& progress) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return FAIL_ERRNO("make a pipe");
    }
    const Fd read_end(ends[0]);
    Fd write_end(ends[1]);
    Inside inside{TRY(mount_place()), {}, run.log, write_end.get(), Fd(memfd_create("cubby-outcome", MFD_CLOEXEC))};
    inside.program = path_inside(run, inside.base);
    if (!inside.outcome || fcntl(read_end.get(), F_SETFL, O_NONBLOCK) != 0) {
        return FAIL_ERRNO("prepare the template's run");
    }
    NsSet more;
    more.add(Ns::mnt);
    if (run.ground.own_proc) {
        more.add(Ns::pid);
    }
    if (!run.program.network) {
        more.add(Ns::net);
    }
    UsernsProcess process =
        TRY(UsernsProcess::start({run.ids.holder, &run.ids.maps, more}, [&] { return work(run, inside); }));
    write_end.reset();
    ProgressLines lines(progress);
    follow(read_end.get(), process.pidfd(), lines);
    TRY(process.wait());
    ExitStatus ended;
    if (pread(inside.outcome.get(), &ended, sizeof ended, 0) != sizeof ended) {
        return FAIL(Code::child_failed, "the template's end was not seen");
    }
    return ended;
}

}  // namespace cubby
