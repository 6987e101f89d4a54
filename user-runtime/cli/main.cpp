// cubby: the one command.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/exit_code.h"
#include "kernel/prefault.h"
#include "kernel/root.h"

namespace {

// A program started without descriptors 0 to 2 would give these numbers to its own files, and then write to them.
cubby::Status fill_descriptors() {
    for (int fd = 0; fd < 3; ++fd) {
        if (fcntl(fd, F_GETFD) < 0) {
            // The lowest free number is this one (open(2)); it stays open on purpose, and for the programs run, too.
            const int opened = TRY(cubby::open_named("/dev/null", O_RDWR)).release();
            fcntl(opened, F_SETFD, 0);
        }
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    cubby::prefault_heap();
    cubby::log::set_name("cubby");
    umask(077);  // what cubby makes on the host is the user's alone; images and containers set their own modes
    if (!fill_descriptors()) {
        return cubby::cli::kFailure;
    }
    return cubby::cli::run_command_line(argc > 0 ? argv[0] : "cubby", {argv + (argc > 0 ? 1 : 0), argv + argc});
}
