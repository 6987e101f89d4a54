#pragma once
// The one error value of the tree.  It is trivially copyable and never allocates, so the same bytes travel from the
// child between clone and exec, over a pipe to the monitor, to the command line and to error_num of the C ABI.

#include <cerrno>
#include <cstdint>
#include <type_traits>

namespace cubby {

// What went wrong, as the caller may act on it.  The command line turns each into an exit code (cli/exit_code.cpp).
enum class Code : uint8_t {
    none,
    usage,           // the request itself is malformed: unknown option, bad name, bad number
    not_found,       // the named container, image, file or key does not exist
    exists,          // it exists already
    wrong_state,     // the container's state forbids it (already running, not running)
    denied,          // the kernel, the host's policy or an admin file forbids it
    unsupported,     // this kernel or this host lacks something that is needed
    invalid_config,  // a configuration cannot be honoured
    no_space,        // disk, inodes or quota are used up
    timeout,         // a bounded wait ended
    broken,          // state on disk is half made or damaged
    busy,            // somebody else holds it
    child_failed,    // a program that was asked to help ended with a failure
    system,          // any other failed system call; see sys_errno
};

struct Error {
    Code code = Code::none;
    uint8_t phase = 0;      // plan phase + 1 while a plan runs, else 0
    uint16_t step = 0;      // index of the step in the plan + 1, else 0
    int32_t sys_errno = 0;  // errno of the failed call, or 0
    char text[248] = {};    // NUL-terminated: names the thing, says why, says what to do next

    // One printable line; `text`, with the errno's name appended where there is one.
    [[nodiscard]] const char* message() const noexcept { return text; }
};
static_assert(std::is_trivially_copyable_v<Error> && sizeof(Error) == 256);

// Builds an error from a printf format.  Truncates rather than allocates.
[[nodiscard, gnu::format(printf, 2, 3)]] Error make_error(Code code, const char* format, ...) noexcept;

// As make_error, with errno: ": No such file or directory (ENOENT)" is appended, and the code follows from errno
// (ENOENT not_found, EACCES and EPERM denied, ENOSPC and EDQUOT no_space, ENOSYS unsupported, else system).
[[nodiscard, gnu::format(printf, 2, 3)]] Error sys_error(int sys_errno, const char* format, ...) noexcept;

// Puts "PREFIX: " in front of an error's text; what a caller adds to say which object it was working on.
[[nodiscard, gnu::format(printf, 2, 3)]] Error prefixed(Error inner, const char* format, ...) noexcept;

}  // namespace cubby
