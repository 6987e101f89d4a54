#include "netns-helper/clean_start.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "kernel/root.h"

namespace cubby::holder {

Status start_clean(int keep) noexcept {
    for (;;) {
        Fd null = TRY(open_named("/dev/null", O_RDWR));
        if (null.get() > STDERR_FILENO) {
            break;
        }
        static_cast<void>(null.release());  // it fills a gap among 0-2 and stays
    }
    const auto first = static_cast<unsigned>(STDERR_FILENO + 1);
    if (keep > STDERR_FILENO) {
        const auto kept = static_cast<unsigned>(keep);
        if (kept > first) {
            close_range(first, kept - 1, 0);
        }
        close_range(kept + 1, ~0U, 0);
        fcntl(keep, F_SETFD, FD_CLOEXEC);
    } else {
        close_range(first, ~0U, 0);
    }
    clearenv();
    umask(077);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < SIGRTMAX; ++number) {
        sigaction(number, &action, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const Fd root = TRY(open_named("/", O_PATH | O_DIRECTORY));
    if (fchdir(root.get()) != 0) {
        return FAIL_ERRNO("enter /");
    }
    return {};
}

}  // namespace cubby::holder
