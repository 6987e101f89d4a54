#pragma once
// THE table of exit codes.

#include <span>

#include "base/error.h"

namespace cubby::cli {

enum Exit : int {
    kOk = 0,
    kFailure = 1,
    kUsage = 2,
    kNotFound = 3,
    kWrongState = 4,
    kUnsupported = 69,  // EX_UNAVAILABLE of sysexits(3)
    kTimeout = 124,     // as timeout(1)
    kOwnFailure = 125,  // as env(1): cubby failed, not the command
    kCannotRun = 126,
    kCommandNotFound = 127,
};

struct ExitRow {
    int code = 0;
    const char* meaning = nullptr;
};

// Whose status a command of cubby ends with.
enum class Gives : uint8_t {
    own_status,
    lxc_status,      // as LXC's commands: 1 for every failure
    command_status,  // of the command that it runs, 128 + signal; its own failures are 125 to 127
};

// The exit code for a failure.
[[nodiscard]] int exit_code(const Error& error, Gives gives) noexcept;

// All rows, for the manual; the first ones hold for every command.
[[nodiscard]] std::span<const ExitRow> exit_rows(Gives gives) noexcept;

}  // namespace cubby::cli
