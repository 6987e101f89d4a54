#include "kernel/copy_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace cubby {
namespace {

timespec time_of(const statx_timestamp& stamp) noexcept { return {stamp.tv_sec, stamp.tv_nsec}; }

std::array<timespec, 2> times_of(const struct statx& info) noexcept {
    return {time_of(info.stx_atime), time_of(info.stx_mtime)};
}

constexpr mode_t kModeBits = 07777;

bool not_for_these_files(int why) noexcept {
    return why == EXDEV || why == EINVAL || why == ENOSYS || why == EOPNOTSUPP || why == ENOTTY || why == EPERM;
}

}  // namespace

Status FileCopier::data(int from, int to, const struct statx& info) {
    const auto size = static_cast<off64_t>(info.stx_size);
    if (size == 0) {
        return {};
    }
    if (share_) {
        if (ioctl(to, FICLONE, from) == 0) {
            return {};
        }
        if (!not_for_these_files(errno)) {
            return FAIL_ERRNO("share the data");
        }
        share_ = false;
    }
    if (static_cast<off64_t>(info.stx_blocks) * 512 >= size) {
        return copy_range(from, to, 0, size);
    }
    // The size first: what lies behind the last piece of data is a hole.
    if (ftruncate64(to, size) != 0) {
        return FAIL_ERRNO("set the size");
    }
    for (off64_t at = 0; at < size;) {
        const off64_t begin = lseek64(from, at, SEEK_DATA);
        if (begin < 0) {
            return errno == ENXIO ? Status{} : FAIL_ERRNO("find the data");
        }
        const off64_t end = lseek64(from, begin, SEEK_HOLE);
        if (end < 0) {
            return FAIL_ERRNO("find the end of the data");
        }
        TRY(copy_range(from, to, begin, std::min(end, size)));
        at = end;
    }
    return {};
}

Status FileCopier::copy_range(int from, int to, off64_t at, off64_t end) {
    off64_t target = at;
    while (in_kernel_ && at < end) {
        const ssize_t put = copy_file_range(from, &at, to, &target, static_cast<size_t>(end - at), 0);
        if (put == 0) {
            return {};  // the file became shorter meanwhile
        }
        if (put < 0 && not_for_these_files(errno)) {
            in_kernel_ = false;
        } else if (put < 0 && errno != EINTR) {
            return FAIL_ERRNO("copy the data");
        }
    }
    return at < end ? copy_by_hand(from, to, at, end) : Status{};
}

Status FileCopier::copy_by_hand(int from, int to, off64_t at, off64_t end) {
    constexpr size_t kChunk = 131072;
    buffer_.resize(kChunk);
    while (at < end) {
        const size_t wanted = std::min(kChunk, static_cast<size_t>(end - at));
        const ssize_t got = pread64(from, buffer_.data(), wanted, at);
        if (got == 0) {
            return {};
        }
        if (got < 0) {
            return FAIL_ERRNO("read the data");
        }
        for (ssize_t done = 0; done < got;) {
            const ssize_t put = pwrite64(to, buffer_.data() + done, static_cast<size_t>(got - done), at + done);
            if (put < 0) {
                return FAIL_ERRNO("write the data");
            }
            done += put;
        }
        at += got;
    }
    return {};
}

Status copy_metadata(int from, int to, const struct statx& info) {
    // A change of owner clears the set-id bits and security.capability, so it comes first (chown(2)).
    if (fchown(to, info.stx_uid, info.stx_gid) != 0) {
        return FAIL_ERRNO("set the owner to %u:%u", info.stx_uid, info.stx_gid);
    }
    if (fchmod(to, info.stx_mode & kModeBits) != 0) {
        return FAIL_ERRNO("set the mode");
    }
    for (const auto& [name, value] : TRY(kept_attributes(from))) {
        if (fsetxattr(to, name.c_str(), value.data(), value.size(), 0) != 0) {
            return FAIL_ERRNO("set the extended attribute %s", name.c_str());
        }
    }
    if (futimens(to, times_of(info).data()) != 0) {
        return FAIL_ERRNO("set the times");
    }
    return {};
}

Status copy_metadata_at(int directory, const char* name, const struct statx& info) {
    if (fchownat(directory, name, info.stx_uid, info.stx_gid, AT_SYMLINK_NOFOLLOW) != 0) {
        return FAIL_ERRNO("set the owner to %u:%u", info.stx_uid, info.stx_gid);
    }
    // A link has no mode of its own (symlink(7)); chmod would change what it points to.
    if (!S_ISLNK(info.stx_mode) && fchmodat(directory, name, info.stx_mode & kModeBits, 0) != 0) {
        return FAIL_ERRNO("set the mode");
    }
    if (utimensat(directory, name, times_of(info).data(), AT_SYMLINK_NOFOLLOW) != 0) {
        return FAIL_ERRNO("set the times");
    }
    return {};
}

}  // namespace cubby
