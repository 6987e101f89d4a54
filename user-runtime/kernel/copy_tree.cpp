#include "kernel/copy_tree.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "kernel/copy_file.h"
#include "kernel/delete_tree.h"
#include "kernel/dir_trail.h"
#include "kernel/tree_walk.h"

namespace cubby {
namespace {

constexpr mode_t kWhileCopied = 0700;  // nobody else looks in before owner and mode are right

Status make_directory(int parent, const char* name) {
    if (mkdirat(parent, name, kWhileCopied) != 0) {
        return FAIL_ERRNO("make the directory");
    }
    return {};
}

class Copy final : public TreeVisitor {
  public:
    Copy(int source, int top, DirTrail target) : source_(source), top_(top), target_(std::move(target)) {}

    Status enter(const TreeEntry& directory) override {
        TRY(make_directory(target_.fd(), directory.name));
        return target_.down(directory.name);
    }

    Status leave(int directory) override {
        if (target_.depth() == 1 && links_) {
            links_.reset();
            TRY(delete_tree(target_.fd(), links_name_.data()));
        }
        struct statx info{};
        if (statx(directory, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &info) != 0) {
            return FAIL_ERRNO("stat");
        }
        TRY(copy_metadata(directory, target_.fd(), info));
        return target_.depth() == 1 ? Status{} : target_.up();
    }

    Status visit(const TreeEntry& entry) override {
        if (entry.info.stx_nlink < 2) {
            return make(entry);
        }
        TRY(open_links());
        std::array<char, 48> inode{};
        snprintf(inode.data(), inode.size(), "%x-%x-%llx", entry.info.stx_dev_major, entry.info.stx_dev_minor,
                 static_cast<unsigned long long>(entry.info.stx_ino));
        if (linkat(links_.get(), inode.data(), target_.fd(), entry.name, 0) == 0) {
            return {};
        }
        if (errno != ENOENT) {
            return FAIL_ERRNO("make a hard link");
        }
        TRY(make(entry));
        if (linkat(target_.fd(), entry.name, links_.get(), inode.data(), 0) != 0) {
            return FAIL_ERRNO("make a hard link");
        }
        return {};
    }

  private:
    // The directory of first copies, at the top of the target under a name that the source does not use there.
    Status open_links() {
        if (links_) {
            return {};
        }
        struct stat taken{};
        for (unsigned number = 0;; ++number) {
            snprintf(links_name_.data(), links_name_.size(), ".copied-links-%u", number);
            if (fstatat(source_, links_name_.data(), &taken, AT_SYMLINK_NOFOLLOW) != 0) {
                break;
            }
        }
        TRY(make_directory(top_, links_name_.data()));
        links_ = TRY(open_child_directory(top_, links_name_.data()));
        return {};
    }

    Status make(const TreeEntry& entry) {
        switch (entry.info.stx_mode & S_IFMT) {
            case S_IFREG: return make_file(entry);
            case S_IFLNK: return make_link(entry);
            default: return make_node(entry);
        }
    }

    Status make_file(const TreeEntry& entry) {
        const Fd from = TRY(entry.open());
        const Fd to(openat(target_.fd(), entry.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!to) {
            return FAIL_ERRNO("make the copy");
        }
        TRY(files_.data(from.get(), to.get(), entry.info));
        return copy_metadata(from.get(), to.get(), entry.info);
    }

    Status make_link(const TreeEntry& entry) {
        const std::string says = TRY(entry.link_target());
        if (symlinkat(says.c_str(), target_.fd(), entry.name) != 0) {
            return FAIL_ERRNO("make the link");
        }
        return copy_metadata_at(target_.fd(), entry.name, entry.info);
    }

    Status make_node(const TreeEntry& entry) {
        const dev_t device = makedev(entry.info.stx_rdev_major, entry.info.stx_rdev_minor);
        if (mknodat(target_.fd(), entry.name, (entry.info.stx_mode & S_IFMT) | 0600, device) != 0) {
            const bool is_device = S_ISCHR(entry.info.stx_mode) || S_ISBLK(entry.info.stx_mode);
            if (errno == EPERM && is_device) {
                return FAIL(Code::denied, "device nodes cannot be copied by an ordinary user; delete it in the source");
            }
            return FAIL_ERRNO("make the copy");
        }
        return copy_metadata_at(target_.fd(), entry.name, entry.info);
    }

    int source_;
    int top_;
    DirTrail target_;
    Fd links_;
    std::array<char, 32> links_name_{};
    FileCopier files_;
};

}  // namespace

Status copy_tree(int source, int parent, const char* name) {
    TRY(make_directory(parent, name));
    const Fd target = TRY(open_child_directory(parent, name));
    Copy copy(source, target.get(), TRY(DirTrail::at(target.get())));
    return walk_tree(source, copy);
}

}  // namespace cubby
