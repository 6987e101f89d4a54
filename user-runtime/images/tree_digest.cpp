#include "images/tree_digest.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kernel/tree_walk.h"

namespace cubby {
namespace {

class Digester final : public TreeVisitor {
  public:
    Digester() { levels_.emplace_back(); }

    Status visit(const TreeEntry& entry) override {
        Sha256Hasher hasher;
        count(entry.info);
        add_owner_and_mode(hasher, entry.info.stx_mode, entry.info.stx_uid, entry.info.stx_gid);
        hasher.add_number(entry.info.stx_nlink);
        if (S_ISREG(entry.info.stx_mode)) {
            hasher.add_sized(TRY(content(entry)).hex());
        } else if (S_ISLNK(entry.info.stx_mode)) {
            hasher.add_sized(TRY(entry.link_target()));
        } else {
            hasher.add_number(entry.info.stx_rdev_major);
            hasher.add_number(entry.info.stx_rdev_minor);
        }
        levels_.back().entries.emplace_back(entry.name, hasher.finish());
        return {};
    }

    Status enter(const TreeEntry& directory) override {
        count(directory.info);
        levels_.push_back({directory.name, {}});
        return {};
    }

    Status leave(int directory) override {
        Level level = std::move(levels_.back());
        levels_.pop_back();
        struct stat info{};
        if (fstat(directory, &info) != 0) {
            return FAIL_ERRNO("stat");
        }
        Sha256Hasher hasher;
        add_owner_and_mode(hasher, info.st_mode, info.st_uid, info.st_gid);
        TRY(add_attributes(hasher, directory));
        std::ranges::sort(level.entries);
        for (const auto& [name, digest] : level.entries) {
            hasher.add_sized(name);
            hasher.add_sized(digest.hex());
        }
        if (levels_.empty()) {
            result.id = hasher.finish();
        } else {
            levels_.back().entries.emplace_back(std::move(level.name), hasher.finish());
        }
        return {};
    }

    TreeDigest result;

  private:
    struct Level {
        std::string name;
        std::vector<std::pair<std::string, Sha256>> entries;
    };

    void count(const struct statx& info) {
        ++result.entries;
        if (S_ISDIR(info.stx_mode) || info.stx_nlink < 2) {
            result.bytes += info.stx_blocks * 512;
        }
    }

    static void add_owner_and_mode(Sha256Hasher& hasher, uint64_t mode, uint64_t uid, uint64_t gid) {
        hasher.add_number(mode);
        hasher.add_number(uid);
        hasher.add_number(gid);
    }

    static Status add_attributes(Sha256Hasher& hasher, int fd) {
        for (const auto& [name, value] : TRY(kept_attributes(fd))) {
            hasher.add_sized(name);
            hasher.add_sized(value);
        }
        return {};
    }

    // A file with more names than one is read once.
    Result<Sha256> content(const TreeEntry& entry) {
        const auto known = linked_.find(entry.info.stx_ino);
        if (entry.info.stx_nlink > 1 && known != linked_.end()) {
            return known->second;
        }
        const Fd file = TRY(entry.open());
        Sha256Hasher hasher;
        hasher.add_sized(TRY(sha256_of(file.get(), "the file")).hex());
        TRY(add_attributes(hasher, file.get()));
        const Sha256 digest = hasher.finish();
        if (entry.info.stx_nlink > 1) {
            linked_.emplace(entry.info.stx_ino, digest);
            result.bytes += entry.info.stx_blocks * 512;
        }
        return digest;
    }

    std::vector<Level> levels_;          // the way down; the first is the root
    std::map<uint64_t, Sha256> linked_;  // by inode: a walk stays on one file system
};

}  // namespace

Result<TreeDigest> digest_tree(int root) {
    Digester digester;
    TRY(walk_tree(root, digester));
    return digester.result;
}

}  // namespace cubby
