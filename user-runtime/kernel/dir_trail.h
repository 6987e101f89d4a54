#pragma once
// Walking directories of any depth by descriptor, in bounded descriptors and without recursion.

#include <dirent.h>
#include <sys/stat.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

// Opens a directory below `parent` for reading: `name` is one component, never a link and never a mount point.
Result<Fd> open_child_directory(int parent, const char* name) noexcept;

// Reads the names of one directory, a buffer at a time.
class DirReader {
  public:
    // The next entry but "." and "..", valid until the next call; nullptr at the end.  `directory` is the same directory
    // at every call, and nobody else moves its file position.
    Result<const dirent64*> next(int directory) noexcept;
    // Begins anew.
    void rewind() noexcept;
    // Frees the buffer; next() goes on behind the entry that it gave last, on a descriptor that may be a new one.
    void let_buffer_go() noexcept;

  private:
    static constexpr size_t kBufferBytes = 32768;
    struct Buffer {
        alignas(dirent64) std::array<char, kBufferBytes> bytes;
    };
    std::unique_ptr<Buffer> buffer_;
    size_t at_ = 0;
    size_t end_ = 0;
    off64_t resume_ = 0;  // position behind the last entry given (d_off)
    bool seek_ = true;
};

// The way from one directory down to the present one.  Only the deepest levels are open, so a tree of any depth costs
// kOpenLevels descriptors; each level costs a few bytes of heap.
//
// A level that was closed is opened again as ".." of the one below it, and must then be the directory (device and inode)
// that was gone through on the way down.  Reopening it by its path would cost the whole path for every level (quadratic,
// and PATH_MAX forbids it from 4096 bytes on); file handles need rights on the host.  Where somebody has moved the
// directory meanwhile, the walk ends with Code::busy instead of going on elsewhere.
class DirTrail {
  public:
    static constexpr size_t kOpenLevels = 32;

    // Begins at an open directory (O_PATH suffices).
    static Result<DirTrail> at(int directory);
    // The present directory, open for reading.
    [[nodiscard]] int fd() const noexcept { return levels_.back().fd.get(); }
    // 1 at the beginning.
    [[nodiscard]] size_t depth() const noexcept { return levels_.size(); }
    // The present directory below the beginning, for messages; empty at the beginning.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    Status down(const char* name);
    // Not at depth 1.
    Status up();

  private:
    struct Level {
        Fd fd;  // empty where kOpenLevels or more are below
        dev_t device;
        ino_t inode;
        size_t path_length;  // of path_ up to here
    };
    Status push(Fd directory);
    std::vector<Level> levels_;
    std::string path_;
};

}  // namespace cubby
