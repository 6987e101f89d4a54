// open_own and make_own: a path that the user named and a container may have changed meanwhile.

#include <algorithm>
#include <array>
#include <climits>
#include <string_view>
#include <vector>

#include "base/parse.h"
#include "kernel/openat2.h"
#include "kernel/root.h"

namespace cubby {
namespace {

constexpr int kMaxLinks = 40;  // MAXSYMLINKS of the kernel

// Walks one component after the other, each by its descriptor: what was looked at is what is gone through.
class Walk {
  public:
    explicit Walk(const std::string& path) : path_(path) {}

    Result<Fd> run() {
        TRY(begin_at(path_.starts_with('/') ? "/" : "."));
        push(path_);
        while (!rest_.empty()) {
            const std::string name = std::move(rest_.back());
            rest_.pop_back();
            TRY(go(name));
        }
        return std::move(at_);
    }

  private:
    // Components go on the stack in reverse, so that the next one is at its end.
    void push(std::string_view path) {
        auto names = split_words(path, "/");
        std::ranges::reverse(names);
        rest_.insert(rest_.end(), names.begin(), names.end());
    }

    Status begin_at(const char* place) {
        at_.reset(openat2_retry(AT_FDCWD, place, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0));
        strangers_ = *place != '/';
        return at_ ? Status{} : FAIL_ERRNO("open %s", place);
    }

    Status go(const std::string& name) {
        Fd next(openat2_retry(at_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, 0));
        struct stat info{};
        if (!next || fstat(next.get(), &info) != 0) {
            return FAIL_ERRNO("open %s", path_.c_str());
        }
        if (S_ISLNK(info.st_mode)) {
            return follow(next, name, info);
        }
        // Below a directory that is the user's own, or open to others, anybody may have made what is found.
        strangers_ = strangers_ || info.st_uid == geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
        at_ = std::move(next);
        return {};
    }

    Status follow(const Fd& link, const std::string& name, const struct stat& info) {
        if (strangers_ && info.st_uid != geteuid()) {
            return FAIL(Code::denied, "%s: '%.60s' in it is a link that is not yours; a container may have made it",
                        path_.c_str(), printable(name).c_str());
        }
        std::array<char, PATH_MAX> target{};
        const ssize_t length = readlinkat(link.get(), "", target.data(), target.size());
        if (length <= 0 || ++links_ > kMaxLinks) {
            errno = length > 0 ? ELOOP : errno;
            return FAIL_ERRNO("open %s", path_.c_str());
        }
        const std::string_view text(target.data(), static_cast<size_t>(length));
        push(text);
        return text.starts_with('/') ? begin_at("/") : Status{};
    }

    const std::string& path_;
    Fd at_;
    std::vector<std::string> rest_;
    int links_ = 0;
    bool strangers_ = false;
};

}  // namespace

Result<Fd> open_own(const std::string& host_path) {
    // Nearly always there is no link at all.
    Fd direct(openat2_retry(AT_FDCWD, host_path.c_str(), O_PATH | O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS));
    if (direct) {
        return direct;
    }
    if (errno != ELOOP) {
        return FAIL_ERRNO("open %s", host_path.c_str());
    }
    return Walk(host_path).run();
}

Result<Root> make_own(const std::string& host_path, mode_t mode) {
    if (!host_path.starts_with('/')) {
        return FAIL(Code::usage, "'%.100s' is not an absolute path", printable(host_path).c_str());
    }
    std::string_view there = host_path;
    auto opened = open_own(host_path);
    while (!opened && opened.error().code == Code::not_found && there != "/") {
        there = there.substr(0, std::max<size_t>(there.find_last_of('/'), 1));
        opened = open_own(std::string(there));
    }
    Root root(TRY(std::move(opened)), Trust::host);
    const std::string_view missing = std::string_view(host_path).substr(there.size());
    if (missing.find_first_not_of('/') == std::string_view::npos) {
        return root;
    }
    const RelPath below = TRY(RelPath::guest(missing));
    if (auto made = root.make_dirs(below, mode); !made) {
        return std::unexpected(prefixed(made.error(), "%s", host_path.c_str()));
    }
    return root.enter(below);
}

}  // namespace cubby
