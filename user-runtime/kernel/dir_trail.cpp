#include "kernel/dir_trail.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "kernel/openat2.h"

namespace cubby {

Result<Fd> open_child_directory(int parent, const char* name) noexcept {
    constexpr uint64_t flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    constexpr uint64_t resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    Fd fd(openat2_retry(parent, name, flags, 0, resolve));
    if (!fd && errno == EXDEV) {
        return FAIL(Code::busy, "it is a mount point; unmount it first");
    }
    if (!fd) {
        return FAIL_ERRNO("open the directory");
    }
    return fd;
}

Result<const dirent64*> DirReader::next(int directory) noexcept {
    for (;;) {
        if (at_ == end_) {
            if (!buffer_) {
                buffer_ = std::make_unique<Buffer>();
            }
            if (seek_ && lseek64(directory, resume_, SEEK_SET) < 0) {
                return FAIL_ERRNO("list the directory");
            }
            seek_ = false;
            const ssize_t got = getdents64(directory, buffer_->bytes.data(), buffer_->bytes.size());
            if (got < 0) {
                return FAIL_ERRNO("list the directory");
            }
            at_ = 0;
            end_ = static_cast<size_t>(got);
            if (got == 0) {
                return nullptr;
            }
        }
        const auto* entry = reinterpret_cast<const dirent64*>(buffer_->bytes.data() + at_);
        at_ += entry->d_reclen;
        resume_ = entry->d_off;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            return entry;
        }
    }
}

void DirReader::rewind() noexcept {
    at_ = end_ = 0;
    resume_ = 0;
    seek_ = true;
}

void DirReader::let_buffer_go() noexcept {
    buffer_.reset();
    at_ = end_ = 0;
    seek_ = true;
}

Result<DirTrail> DirTrail::at(int directory) {
    Fd own(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!own) {
        return FAIL_ERRNO("open the directory");
    }
    DirTrail trail;
    TRY(trail.push(std::move(own)));
    return trail;
}

Status DirTrail::push(Fd directory) {
    struct stat info{};
    if (fstat(directory.get(), &info) != 0) {
        return FAIL_ERRNO("stat the directory");
    }
    levels_.push_back({std::move(directory), info.st_dev, info.st_ino, path_.size()});
    if (levels_.size() > kOpenLevels) {
        levels_[levels_.size() - 1 - kOpenLevels].fd.reset();
    }
    return {};
}

Status DirTrail::down(const char* name) {
    Fd child = TRY(open_child_directory(fd(), name));
    path_.append(path_.empty() ? "" : "/").append(name);
    return push(std::move(child));
}

Status DirTrail::up() {
    const Level below = std::move(levels_.back());
    levels_.pop_back();
    Level& level = levels_.back();
    path_.resize(level.path_length);
    if (level.fd) {
        return {};
    }
    Fd again(openat(below.fd.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat info{};
    if (!again || fstat(again.get(), &info) != 0) {
        return FAIL_ERRNO("go back to the directory above");
    }
    if (info.st_dev != level.device || info.st_ino != level.inode) {
        return FAIL(Code::busy, "the directory was moved meanwhile; stop the container and try again");
    }
    level.fd = std::move(again);
    return {};
}

}  // namespace cubby
