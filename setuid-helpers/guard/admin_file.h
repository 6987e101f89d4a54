#pragma once
// Files of the administrator, line by line: regular, root's, writable by root alone, at most 1 MiB.  Nothing is kept of a
// line when the next one is read, so memory does not grow with the file.

#include <cstddef>

#include "setuid-helpers/guard/text.h"

namespace cubby::guard {

// One at a time: they share their memory, so that little stack is needed (RLIMIT_STACK is the caller's).
class AdminFile {
  public:
    explicit AdminFile(const char* path) noexcept;
    ~AdminFile();
    AdminFile(const AdminFile&) = delete;
    AdminFile& operator=(const AdminFile&) = delete;

    [[nodiscard]] bool absent() const noexcept { return absent_; }
    // The next line, without its end.  False at the end, and where the file cannot be used: then ok() is false.
    bool next(Text& line) noexcept;
    // Whether all of that line is there: one with a NUL in it, or of more than kMaxLine bytes, is cut off in front of that.
    [[nodiscard]] bool whole() const noexcept { return whole_; }
    [[nodiscard]] bool ok() const noexcept { return ok_; }

  private:
    // The next byte, or -1 at the end.
    int next_byte() noexcept;
    int fd_;
    bool ok_ = false;
    bool absent_ = false;
    bool whole_ = true;
    size_t total_ = 0;
    size_t filled_ = 0;
    size_t at_ = 0;
};

}  // namespace cubby::guard
