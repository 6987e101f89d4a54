#include "kernel/tree_walk.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <string_view>

#include "base/parse.h"
#include "kernel/dir_trail.h"
#include "kernel/openat2.h"

namespace cubby {

Result<Fd> TreeEntry::open() const noexcept {
    constexpr uint64_t flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    constexpr uint64_t resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    Fd fd(openat2_retry(directory, name, flags, 0, resolve));
    if (!fd) {
        return FAIL_ERRNO("open");
    }
    struct stat now{};
    if (fstat(fd.get(), &now) != 0) {
        return FAIL_ERRNO("stat");
    }
    if (now.st_ino != info.stx_ino || !S_ISREG(now.st_mode)) {
        return FAIL(Code::busy, "it was replaced meanwhile; stop the container and try again");
    }
    return fd;
}

Result<std::string> TreeEntry::link_target() const {
    std::array<char, PATH_MAX> target;
    const ssize_t length = readlinkat(directory, name, target.data(), target.size());
    if (length < 0) {
        return FAIL_ERRNO("read the link");
    }
    return std::string(target.data(), static_cast<size_t>(length));
}

namespace {

class Walk {
  public:
    Walk(DirTrail trail, TreeVisitor& visitor) : trail_(std::move(trail)), visitor_(visitor), readers_(1) {}

    Status run() {
        while (!readers_.empty()) {
            const auto entry = readers_.back().next(trail_.fd());
            if (!entry) {
                return named(entry.error(), nullptr);
            }
            if (*entry == nullptr) {
                TRY(leave());
                continue;
            }
            // The name outlives the reader's buffer: going down may let it go.
            const std::string name((*entry)->d_name);
            if (auto done = one(name.c_str()); !done) {
                return named(done.error(), name.c_str());
            }
        }
        return {};
    }

  private:
    // "PATH/NAME: what went wrong"; of a long path, its end.
    Status named(const Error& error, const char* name) const {
        std::string path = trail_.path();
        if (name != nullptr) {
            path.append(path.empty() ? "" : "/").append(name);
        }
        constexpr size_t kShown = 120;
        path = printable(path.size() <= kShown ? path : "..." + path.substr(path.size() - kShown));
        return std::unexpected(path.empty() ? error : prefixed(error, "%s", path.c_str()));
    }

    Status one(const char* name) {
        struct statx info{};
        if (statx(trail_.fd(), name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &info) != 0) {
            return FAIL_ERRNO("stat");
        }
        if ((info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) {
            return FAIL(Code::busy, "it is a mount point; unmount it first");
        }
        const TreeEntry entry{trail_.fd(), name, info};
        if (!S_ISDIR(info.stx_mode)) {
            return visitor_.visit(entry);
        }
        TRY(visitor_.enter(entry));
        TRY(trail_.down(name));
        readers_.emplace_back();
        if (readers_.size() > DirTrail::kOpenLevels) {
            readers_[readers_.size() - 1 - DirTrail::kOpenLevels].let_buffer_go();
        }
        return {};
    }

    Status leave() {
        if (auto done = visitor_.leave(trail_.fd()); !done) {
            return named(done.error(), nullptr);
        }
        readers_.pop_back();
        if (readers_.empty()) {
            return {};
        }
        auto done = trail_.up();
        return done ? done : named(done.error(), nullptr);
    }

    DirTrail trail_;
    TreeVisitor& visitor_;
    std::vector<DirReader> readers_;  // one a level of the trail
};

bool is_kept(std::string_view name) {
    return name.starts_with("user.") || name == "security.capability" || name.starts_with("system.posix_acl_");
}

}  // namespace

Status walk_tree(int root, TreeVisitor& visitor) { return Walk(TRY(DirTrail::at(root)), visitor).run(); }

Result<Attributes> kept_attributes(int fd) {
    Attributes kept;
    const ssize_t size = flistxattr(fd, nullptr, 0);
    if (size == 0 || (size < 0 && errno == EOPNOTSUPP)) {
        return kept;
    }
    std::string names(static_cast<size_t>(std::max<ssize_t>(size, 0)), '\0');
    const ssize_t length = size < 0 ? size : flistxattr(fd, names.data(), names.size());
    if (length < 0) {
        return FAIL_ERRNO("list the extended attributes");
    }
    for (const auto name : split_fields(std::string_view(names).substr(0, static_cast<size_t>(length)), '\0')) {
        if (!is_kept(name)) {
            continue;
        }
        std::string value(XATTR_SIZE_MAX, '\0');
        const std::string text(name);
        const ssize_t got = fgetxattr(fd, text.c_str(), value.data(), value.size());
        if (got < 0) {
            return FAIL_ERRNO("read the extended attribute %s", text.c_str());
        }
        value.resize(static_cast<size_t>(got));
        kept.emplace_back(text, std::move(value));
    }
    std::ranges::sort(kept);
    return kept;
}

}  // namespace cubby
