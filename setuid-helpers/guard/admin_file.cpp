#include "setuid-helpers/guard/admin_file.h"

#include <asm/stat.h>
#include <asm/unistd.h>
#include <linux/fcntl.h>

#include "setuid-helpers/guard/system_calls.h"

namespace cubby::guard {
namespace {

constexpr size_t kMaxLine = 1024;
constexpr size_t kMaxBytes = 1 << 20;
constinit char buffer[2048]{};
constinit char line_bytes[kMaxLine]{};

constexpr long kENOENT = 2;
constexpr unsigned kTypeMask = 0170000;  // inode(7)
constexpr unsigned kRegular = 0100000;
constexpr unsigned kOthersWrite = 022;

// Not even a link that leads nowhere.
bool nothing_at(const char* path) noexcept {
    const long entry = call(__NR_openat, AT_FDCWD, word(path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (entry >= 0) {
        call(__NR_close, entry);
    }
    return entry == -kENOENT;
}

}  // namespace

AdminFile::AdminFile(const char* path) noexcept
    // O_NONBLOCK: a FIFO in its place must not hang.
    : fd_(static_cast<int>(call(__NR_openat, AT_FDCWD, word(path), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK))),
      absent_(fd_ == -kENOENT && nothing_at(path)) {
    struct stat info{};
    ok_ = call(__NR_fstat, fd_, word(&info)) == 0 && (info.st_mode & kTypeMask) == kRegular && info.st_uid == 0 &&
          (info.st_mode & kOthersWrite) == 0;
}

AdminFile::~AdminFile() { call(__NR_close, fd_); }

int AdminFile::next_byte() noexcept {
    if (!ok_) {
        return -1;
    }
    if (at_ == filled_) {
        const long got = call(__NR_read, fd_, word(buffer), sizeof buffer);
        filled_ = got > 0 ? static_cast<size_t>(got) : 0;
        at_ = 0;
        total_ += filled_;
        ok_ = ok_ && got >= 0 && total_ <= kMaxBytes;
        if (!ok_ || filled_ == 0) {
            return -1;
        }
    }
    return static_cast<unsigned char>(buffer[at_++]);
}

bool AdminFile::next(Text& line) noexcept {
    size_t size = 0;
    int byte = -1;
    whole_ = true;
    for (byte = next_byte(); byte >= 0 && byte != '\n'; byte = next_byte()) {
        whole_ = whole_ && byte != '\0' && size < kMaxLine;
        if (whole_) {
            line_bytes[size++] = static_cast<char>(byte);
        }
    }
    line = Text(line_bytes, size);
    return ok_ && (byte == '\n' || size > 0 || !whole_);
}

}  // namespace cubby::guard
