#pragma once
// Root: the one way to open a path.  It owns an O_PATH directory; every path is a RelPath below it, resolved by
// openat2(2) in the kernel, so that no swap of a component between check and use can lead out.
// There is no fall-back for kernels without openat2: crun's had four bugs.

#include <fcntl.h>
#include <sys/stat.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/names.h"
#include "base/result.h"

namespace cubby {

// Which tree a Root stands on.
enum class Trust : uint8_t {
    host,   // our own state: beneath, no links of any kind, one file system
    guest,  // anything below a rootfs: absolute links and ".." stay inside, magic links are refused, a final link is
            // not followed
};

// Which file an entry is, for a later look: the number of a file that is deleted goes to a new one, its birth does not.
struct FileIdentity {
    uint64_t inode = 0;
    uint64_t born = 0;  // in nanoseconds since 1970; 0 on a file system that does not tell (statx(2), STATX_BTIME)
    bool operator==(const FileIdentity&) const = default;
};

struct DirEntry {
    std::string name;
    unsigned char type = 0;  // DT_DIR, DT_REG, …, as readdir(3)
};

class Root {
  public:
    // The directory at an absolute host path that the user himself named; links in it are followed once, here.
    static Result<Root> at(const std::string& host_path, Trust trust = Trust::host);
    // As at(), creating missing directories, with a mode less the umask.
    static Result<Root> make(const std::string& host_path, Trust trust = Trust::host, mode_t mode = 0700);
    // A directory that is open already.
    Root(Fd directory, Trust trust) noexcept : dir_(std::move(directory)), trust_(trust) {}

    [[nodiscard]] int fd() const noexcept { return dir_.get(); }

    // openat2 of `path` with O_CLOEXEC added.  Guest: O_NOFOLLOW is added unless `follow_last` (a file to be read).
    Result<Fd> open(const RelPath& path, int flags, mode_t mode = 0, bool follow_last = false) const;
    // A Root standing on a directory below this one.
    Result<Root> enter(const RelPath& path) const;
    Result<struct stat> stat(const RelPath& path) const;
    Result<FileIdentity> identity(const RelPath& path) const;  // of the entry itself, never of a link's target
    [[nodiscard]] bool exists(const RelPath& path) const;

    Status mkdir(const RelPath& path, mode_t mode) const;      // EEXIST is an error
    Status make_dirs(const RelPath& path, mode_t mode) const;  // existing directories are fine
    Status unlink(const RelPath& path) const;
    Status rmdir(const RelPath& path) const;
    Status rename(const RelPath& from, const RelPath& to, unsigned flags = 0) const;
    Status symlink(const std::string& target, const RelPath& path) const;
    Status chown(const RelPath& path, uid_t uid, gid_t gid) const;  // of the entry itself, never of a link's target

    // The whole file, which must be regular; more than `limit` bytes is an error.
    Result<std::string> read(const RelPath& path, size_t limit) const;
    // Replaces the file whole: a reader, or a machine that loses power, sees the old or the new text.
    Status replace(const RelPath& path, std::string_view text, mode_t mode = 0600) const;
    // What was made, removed or renamed directly in this directory has reached the disk.
    Status sync() const;
    // Entries without "." and "..", in directory order.
    Result<std::vector<DirEntry>> list() const;
    Result<std::vector<DirEntry>> list(const RelPath& path) const;

  private:
    // The directory that holds `path`'s last component, opened; the component's name is path.name().
    Result<Fd> parent(const RelPath& path) const;

    Fd dir_;
    Trust trust_;
};

// Opens an absolute or cwd-relative path that the user himself named (a config file, --rootfs, a volume's source).
// Links are followed with the user's own rights.  For nothing that a container can write to.
Result<Fd> open_named(const std::string& host_path, int flags, mode_t mode = 0);

// Reads a whole regular file opened by open_named; FIFOs and devices are refused without blocking.
Result<std::string> read_named(const std::string& host_path, size_t limit);

// Reads all of an open file, at most `limit` bytes; `what` names it in errors.
Result<std::string> read_all(int fd, size_t limit, const char* what);
// Writes all bytes, restarting after short writes and EINTR.
Status write_all(int fd, std::string_view bytes, const char* what);

// O_PATH of a path that the user named, with something of a container's in it perhaps, such as a directory of a volume.
// A link is followed where it is the user's own, or where nobody but the system can have made it: on the way there, no
// directory is the user's or open to others (CVE-2024-42472, CVE-2017-1002101).
Result<Fd> open_own(const std::string& host_path);
// The directory at an absolute path as open_own finds it, and Trust::host.  Those that are missing are made, with a mode less
// the umask, and no link is followed among them.
Result<Root> make_own(const std::string& host_path, mode_t mode);

// A host path as it is now, without links: what the child reopens in its own mount namespace and compares.
struct PinnedPath {
    std::string path;
    dev_t device = 0;
    ino_t inode = 0;
};
Result<PinnedPath> pin(const std::string& host_path);
Result<PinnedPath> pin_own(const std::string& host_path);  // as open_own
// Opens a pinned path without following any link (O_PATH), and refuses another file than the one that was pinned.
Result<Fd> open_pinned(const char* path, dev_t device, ino_t inode) noexcept;

}  // namespace cubby
