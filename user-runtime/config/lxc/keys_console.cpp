#include "base/names.h"
#include "config/lxc/codec.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

namespace cubby::lxc {
namespace {

constexpr auto kSpec = &Draft::spec;
constexpr auto kConsole = &ContainerSpec::console;
constexpr uint64_t kMostPtys = uint64_t{1} << 20;  // NR_UNIX98_PTY_MAX: what devpts takes for max=

// A directory's name below /dev.
struct DevDirectory {
    static Status read(std::string& field, const Item& item) {
        if (!RelPath::parse(item.value)) {
            return refuse(item, "'%s' is not a path below /dev", shown(item.value).c_str());
        }
        field = item.value;
        return {};
    }
    static std::string print(const std::string& field) { return field; }
};

constexpr uint64_t kMostTtys = 63;  // what Linux has in /dev, MAX_NR_CONSOLES

constexpr Key kRows[] = {
    row<BufferSize, kSpec, kConsole, &ConsoleSpec::buffer_size>(
        "lxc.console.buffer.size", "auto", "bytes of console output that are kept for reading back"),
    row<HostPath, kSpec, kConsole, &ConsoleSpec::log_file>("lxc.console.logfile", "/tmp/console.log",
                                                           "host file that takes all console output"),
    row<Text, kSpec, kConsole, &ConsoleSpec::path>(
        "lxc.console.path", "none", "a terminal or file of the host's that shows the console, or none for no console"),
    row<Flag, kSpec, kConsole, &ConsoleSpec::rotate>("lxc.console.rotate", "1",
                                                     "1: a full log file is moved to FILE.1"),
    row<BufferSize, kSpec, kConsole, &ConsoleSpec::log_size>("lxc.console.size", "1MB",
                                                             "bytes after which the log file is full"),
    row<Number<kMostPtys>, kSpec, &ContainerSpec::mounts, &MountsSpec::max_ptys>(
        "lxc.pty.max", "512", "how many pseudo terminals the container may open"),
    row<DevDirectory, kSpec, kConsole, &ConsoleSpec::tty_dir>("lxc.tty.dir", "lxc",
                                                              "a directory in /dev that takes its terminals"),
    row<Number<kMostTtys>, kSpec, kConsole, &ConsoleSpec::ttys>(
        "lxc.tty.max", "4", "how many terminals besides the console it has: /dev/tty1 and on"),
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> console_keys() { return kRows; }

}  // namespace cubby::lxc
