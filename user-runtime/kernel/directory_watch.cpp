#include "kernel/directory_watch.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace cubby {

Result<DirectoryWatch> DirectoryWatch::make() noexcept {
    Fd queue(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!queue && errno == EMFILE) {
        return FAIL(Code::busy,
                    "watch directories: all of your inotify instances are in use "
                    "(/proc/sys/fs/inotify/max_user_instances)");
    }
    if (!queue) {
        return FAIL_ERRNO("watch directories");
    }
    return DirectoryWatch(std::move(queue));
}

Result<int> DirectoryWatch::add(int directory, uint32_t events) noexcept {
    std::array<char, 32> path{};
    snprintf(path.data(), path.size(), "/proc/self/fd/%d", directory);
    const int watch = inotify_add_watch(queue_.get(), path.data(), events | IN_ONLYDIR);
    if (watch < 0 && errno == ENOSPC) {
        return FAIL(Code::busy,
                    "watch a directory: all of your inotify watches are in use (/proc/sys/fs/inotify/max_user_watches, "
                    "or /proc/sys/user/max_inotify_watches)");
    }
    if (watch < 0) {
        return FAIL_ERRNO("watch a directory");
    }
    return watch;
}

void DirectoryWatch::remove(int watch) noexcept { inotify_rm_watch(queue_.get(), watch); }

Result<std::vector<DirectoryEvent>> DirectoryWatch::take() {
    std::vector<DirectoryEvent> events;
    alignas(inotify_event) std::array<char, 8192> chunk;
    for (;;) {
        const ssize_t got = read(queue_.get(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && errno == EAGAIN) {
            return events;
        }
        if (got <= 0) {
            return FAIL_ERRNO("read events of directories");
        }
        for (size_t at = 0; at < static_cast<size_t>(got);) {
            inotify_event event{};
            memcpy(&event, chunk.data() + at, sizeof event);
            const char* name = chunk.data() + at + sizeof event;
            events.push_back({event.wd, event.mask, std::string(name, strnlen(name, event.len))});
            at += sizeof event + event.len;
        }
    }
}

}  // namespace cubby
