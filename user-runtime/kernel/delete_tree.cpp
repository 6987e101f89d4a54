#include "kernel/delete_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/parse.h"
#include "kernel/dir_trail.h"

namespace cubby {
namespace {

class Removal {
  public:
    explicit Removal(const char* tree) : tree_(tree) {}

    // Empties the directory that is open in `top`.
    Status run(Fd top) {
        levels_.push_back({std::move(top), {}, {}, 0, 0});
        while (!levels_.empty()) {
            Level& level = levels_.back();
            const auto entry = level.reader.next(level.fd.get());
            if (!entry) {
                note(entry.error(), nullptr);
                levels_.pop_back();
            } else if (*entry == nullptr) {
                finish_level();
            } else {
                remove_entry((*entry)->d_name, (*entry)->d_type);
            }
        }
        return first_error_ ? Status(std::unexpected(*first_error_)) : Status{};
    }

  private:
    struct Level {
        Fd fd;
        DirReader reader;
        std::string name;        // in the level above; empty for the top
        unsigned long failures;  // in the whole tree, when this level was begun
        unsigned passes;
    };

    void note(const Error& error, const char* name) {
        ++failures_;
        if (first_error_) {
            return;
        }
        std::string path = tree_;
        for (const Level& level : levels_) {
            path.append(level.name.empty() ? "" : "/").append(level.name);
        }
        if (name != nullptr) {
            path.append("/").append(name);
        }
        constexpr size_t kShown = 120;
        path = printable(path.size() <= kShown ? path : "..." + path.substr(path.size() - kShown));
        first_error_ = prefixed(error, "%s", path.c_str());
    }

    void remove_entry(const char* name, unsigned char type) {
        const int dir = levels_.back().fd.get();
        // A file system that does not tell types answers EISDIR for a directory (unlink(2); EPERM is POSIX's, not Linux's).
        if (type != DT_DIR) {
            if (unlinkat(dir, name, 0) == 0 || errno == ENOENT) {
                return;
            }
            if (errno != EISDIR) {
                note(sys_error(errno, "remove it"), name);
                return;
            }
        }
        if (levels_.size() == kDeleteLevels) {
            move_up(dir, name);
            return;
        }
        auto child = open_child_directory(dir, name);
        if (child) {
            levels_.push_back({std::move(*child), {}, name, failures_, 0});
        } else if (child.error().code != Code::not_found) {
            note(child.error(), name);
        }
    }

    // Into the top directory, where a later pass finds it.
    void move_up(int dir, const char* name) {
        std::array<char, 40> fresh{};
        int renamed = 0;
        do {
            snprintf(fresh.data(), fresh.size(), ".deleting-%llx", next_name_++);
            renamed = renameat2(dir, name, levels_.front().fd.get(), fresh.data(), RENAME_NOREPLACE);
        } while (renamed != 0 && errno == EEXIST);
        if (renamed != 0) {
            note(sys_error(errno, "move it up to delete it"), name);
        } else {
            moved_ = true;
        }
    }

    void finish_level() {
        Level& level = levels_.back();
        if (levels_.size() == 1) {
            if (!moved_) {
                levels_.pop_back();
                return;
            }
            moved_ = false;
            level.reader.rewind();
            return;
        }
        const int above = levels_[levels_.size() - 2].fd.get();
        if (level.failures != failures_ || unlinkat(above, level.name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) {
            levels_.pop_back();
            return;
        }
        constexpr unsigned kPasses = 3;
        if (errno == ENOTEMPTY && ++level.passes < kPasses) {
            level.reader.rewind();  // some file systems skip entries while others are removed
            return;
        }
        note(sys_error(errno, "remove the directory"), nullptr);
        levels_.pop_back();
    }

    static unsigned long long start_name() noexcept {
        timespec now{};
        clock_gettime(CLOCK_REALTIME, &now);
        return static_cast<unsigned long long>(now.tv_sec) * 1'000'000'000ULL +
               static_cast<unsigned long long>(now.tv_nsec);
    }

    const char* tree_;
    std::vector<Level> levels_;  // at most kDeleteLevels
    bool moved_ = false;
    unsigned long failures_ = 0;
    // Names that an earlier, killed deletion left are older.
    unsigned long long next_name_ = start_name();
    std::optional<Error> first_error_;
};

}  // namespace

Status delete_tree(int parent, const char* name) {
    if (unlinkat(parent, name, 0) == 0) {
        return {};
    }
    if (errno != EISDIR) {
        return FAIL_ERRNO("remove %s", name);
    }
    auto top = open_child_directory(parent, name);
    if (!top) {
        return std::unexpected(prefixed(top.error(), "delete %s", name));
    }
    TRY(Removal(name).run(std::move(*top)));
    if (unlinkat(parent, name, AT_REMOVEDIR) != 0) {
        return FAIL_ERRNO("remove %s", name);
    }
    return {};
}

}  // namespace cubby
