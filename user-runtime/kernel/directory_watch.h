#pragma once
// What happens to the entries of directories, as it happens (inotify(7)).

#include <sys/inotify.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

struct DirectoryEvent {
    int watch = -1;     // which directory; -1 with IN_Q_OVERFLOW: some events are lost
    uint32_t mask = 0;  // IN_*; IN_IGNORED: the directory is watched no more
    std::string name;   // of the entry
};

class DirectoryWatch {
  public:
    static Result<DirectoryWatch> make() noexcept;

    // Watches an opened directory for `events` (IN_*).  The same directory again has the same number.
    Result<int> add(int directory, uint32_t events) noexcept;
    void remove(int watch) noexcept;
    // All that has happened since; never waits.
    Result<std::vector<DirectoryEvent>> take();
    // Readable when something has happened.
    [[nodiscard]] int fd() const noexcept { return queue_.get(); }

  private:
    explicit DirectoryWatch(Fd queue) noexcept : queue_(std::move(queue)) {}
    Fd queue_;
};

}  // namespace cubby
