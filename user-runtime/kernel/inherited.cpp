#include "kernel/inherited.h"

#include <dirent.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"

namespace cubby {

Status shed_inherited() noexcept {
    DIR* open_files = opendir("/proc/self/fd");
    if (open_files == nullptr) {
        return FAIL_ERRNO("list the open descriptors");
    }
    while (const dirent* entry = readdir(open_files)) {
        const auto number = parse_unsigned(entry->d_name, INT32_MAX, "descriptor");
        struct stat info{};
        if (!number || *number < 3 || static_cast<int>(*number) == dirfd(open_files)) {
            continue;
        }
        if (fstat(static_cast<int>(*number), &info) == 0 && S_ISDIR(info.st_mode)) {
            close(static_cast<int>(*number));
        }
    }
    closedir(open_files);
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
        return FAIL_ERRNO("mark the open descriptors close-on-exec");
    }
    return {};
}

}  // namespace cubby
