#pragma once
// Work on files that belong to a user's mapped ids: a C++ function, run in a child process that is root of the user's
// holder namespace, or of a fresh user namespace below it (user_namespaces(7)).

#include <sys/types.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/fd.h"
#include "base/id_range.h"
#include "base/result.h"
#include "kernel/namespaces.h"

namespace cubby {

// Where the function runs.
struct UsernsPlace {
    int holder = -1;               // descriptor of the holder's user namespace
    const IdMaps* maps = nullptr;  // ids inside → ids of the holder, for a fresh namespace; nullptr: the holder's own
    NsSet more;                    // further namespaces, new ones
};

// The child process that runs the function.
//
// The child is made by fork(2), so the caller may have threads and the function may allocate.  It has all of the
// caller's descriptors and a copy of its memory; only its Status comes back.  Signals are at their defaults, SIGPIPE is
// ignored.  It is killed when the thread that started it ends, or when this object goes away before wait().
//
// Ids.  The function begins with all capabilities of its namespace but still with the user's own kernel ids:
// - in the holder's namespace those are mapped to 0, so it is root there for good, over the user's and the mapped ids;
// - in a fresh namespace they are usually not mapped.  Host paths that only the user may walk (a home with mode 0700)
//   are opened first; become_root() then takes the namespace's own id 0 and loses the user's rights.
// With Ns::pid in `more` the function runs as process 1 of the new pid namespace, and whatever it has started and not
// waited for ends with it.
//
// Signals of the keyboard reach the function and the caller; a process between the two leaves them alone.
class [[nodiscard]] UsernsProcess {
  public:
    static Result<UsernsProcess> start(const UsernsPlace& place, const std::function<Status()>& body);
    UsernsProcess(UsernsProcess&& other) noexcept;
    UsernsProcess& operator=(UsernsProcess&&) = delete;
    UsernsProcess(const UsernsProcess&) = delete;
    UsernsProcess& operator=(const UsernsProcess&) = delete;
    ~UsernsProcess();

    // Becomes readable when the child has ended; for poll(2) beside wait().
    [[nodiscard]] int pidfd() const noexcept { return pidfd_.get(); }
    // Waits for the end.  The function's own Error comes back whole; Code::child_failed when it died without one.
    Status wait();

  private:
    UsernsProcess(Fd pidfd, Fd report) noexcept : pidfd_(std::move(pidfd)), report_(std::move(report)) {}
    Fd pidfd_;
    Fd report_;  // read end; exactly one Error comes, or none
};

// start() and wait().
Status run_in_user_namespace(const UsernsPlace& place, const std::function<Status()>& body);
Status run_in_user_namespace(int holder_userns, const IdMaps* maps, NsSet more, const std::function<Status()>& body);

// For the function itself, in a fresh namespace: group and user id 0 of it, no supplementary groups (where setgroups is
// denied, with a single mapped id, they stay).  All capabilities of the namespace are kept.
Status become_root() noexcept;

namespace detail {
// Runs `body`, which fills the bytes that come back.
Status ask_user_namespace(const UsernsPlace& place, std::span<std::byte> answer,
                          const std::function<Status(std::span<std::byte>)>& body);
}  // namespace detail

// As run_in_user_namespace, for a function with a small plain value as its result.
template <class T>
Result<T> ask_user_namespace(const UsernsPlace& place, const std::function<Result<T>()>& body) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= PIPE_BUF, "comes back by one write to a pipe");
    T value{};
    const auto filled = std::as_writable_bytes(std::span(&value, 1));
    TRY(detail::ask_user_namespace(place, filled, [&](std::span<std::byte> answer) -> Status {
        const T result = TRY(body());
        std::ranges::copy(std::as_bytes(std::span(&result, 1)), answer.begin());
        return {};
    }));
    return value;
}

}  // namespace cubby
