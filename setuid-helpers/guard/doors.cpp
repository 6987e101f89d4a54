// What every privileged program does before it looks at anything (descriptors, signals, limits, directory).

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/resource.h>

#include "setuid-helpers/guard/program.h"
#include "setuid-helpers/guard/system_calls.h"
#include "setuid-helpers/guard/text.h"

namespace cubby::guard {
namespace {

constexpr int kSignals[] = {1, 13, 20, 25};  // SIGHUP, SIGPIPE, SIGTSTP, SIGXFSZ

constexpr uint64_t kDescriptors = 64;

// As rt_sigaction(2) takes it.
struct SignalAction {
    unsigned long handler;
    unsigned long flags;
    unsigned long restorer;
    uint64_t mask;
};

}  // namespace

bool close_doors(int last_declared) noexcept {
    // With too few descriptors an honest call could not be told from a forbidden one.
    rlimit64 files{0, 0};
    if (call(__NR_prlimit64, 0L, RLIMIT_NOFILE, 0, word(&files)) != 0 || files.rlim_cur < kDescriptors) {
        return false;
    }
    // A gap would be filled by the next file that is opened here, and messages would be written into that.
    long null = 0;
    do {
        null = call(__NR_openat, AT_FDCWD, word("/dev/null"), O_RDWR);
        if (null < 0) {
            return false;
        }
    } while (null <= 2);
    call(__NR_close, null);
    const SignalAction ignore{1, 0, 0, 0};  // SIG_IGN
    for (const int signal : kSignals) {
        call(__NR_rt_sigaction, signal, word(&ignore), 0, sizeof ignore.mask);
    }
    const uint64_t none = 0;
    call(__NR_rt_sigprocmask, 2 /* SIG_SETMASK */, word(&none), 0, sizeof none);
    const rlimit64 no_core{0, 0};
    call(__NR_prlimit64, 0L, RLIMIT_CORE, word(&no_core), 0);
    call(__NR_umask, 077);
    return call(__NR_close_range, last_declared + 1, 0xffffffffL, 0) == 0 && call(__NR_chdir, word("/")) == 0;
}

bool is_open(int descriptor) noexcept { return call(__NR_fcntl, descriptor, F_GETFD) >= 0; }

void say(const char* line) noexcept { call(__NR_write, 2, word(line), static_cast<long>(Text::of(line).size())); }

}  // namespace cubby::guard
