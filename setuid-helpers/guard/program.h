#pragma once
// What stands before the first line of a privileged program.  It has no C library: nothing reads the environment, the
// locale or the loader's settings, because there is nothing in it that could.

#include <cstddef>
#include <cstdint>

namespace cubby::guard {

// Every privileged program defines it.  `arguments` has no argv[0]; what is returned is the exit status.
int program(char* const* arguments, size_t count) noexcept;

// Ends every descriptor but 0 to 2 and those up to `last_declared`, fills gaps among 0 to 2 with /dev/null, enters "/",
// and makes the caller's signals and limits harmless.  False where that cannot be had.
[[nodiscard]] bool close_doors(int last_declared) noexcept;

[[nodiscard]] bool is_open(int descriptor) noexcept;

struct Caller {
    uint32_t uid = 0;  // the real ones: whom the program works for
    uint32_t gid = 0;
    bool privileged = false;  // whether it got every capability that it asked for
};
// Gives up, for good, all privilege but the capabilities `needed` (a bit each), which become effective, and makes the
// process unreadable to its user (PR_SET_DUMPABLE).  Reads all back; false where something is not as it should be.
[[nodiscard]] bool keep_only(uint64_t needed, Caller& caller) noexcept;

// From here on only the system calls of a program that reads files and writes to descriptors pass; any other ends the
// process.  Needs keep_only() before it.
[[nodiscard]] bool allow_few_calls() noexcept;

// Writes one line to standard error; a reader that has gone, or a full disk, changes nothing.
void say(const char* line) noexcept;

}  // namespace cubby::guard
