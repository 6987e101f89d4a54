#include "storage/new_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "kernel/userns_process.h"
#include "storage/holder_trees.h"

namespace cubby {
namespace {

// A directory that was made, still the user's own.
struct Made {
    NamedEntry entry;
    Fd model;  // empty: the container's root owns it
};

Result<Made> make_one(const NewDirectory& wanted) {
    Made made{TRY(open_parent(wanted.path)), Fd()};
    if (!wanted.like.empty()) {
        made.model = TRY(open_named(wanted.like, O_PATH | O_DIRECTORY));
    }
    if (auto done = made.entry.parent.mkdir(made.entry.name, 0700); !done) {
        return std::unexpected(prefixed(done.error(), "%s", wanted.path.c_str()));
    }
    return made;
}

// Runs in the holder's namespace: the ids that fstat shows are those that fchown takes.
Status give_away(const Made& made, uid_t uid, gid_t gid) {
    mode_t mode = 0755;
    if (made.model) {
        struct stat info{};
        if (fstat(made.model.get(), &info) != 0) {
            return FAIL_ERRNO("stat the directory below");
        }
        uid = info.st_uid;
        gid = info.st_gid;
        mode = info.st_mode & 07777U;
    }
    const Fd directory = TRY(made.entry.parent.open(made.entry.name, O_RDONLY | O_DIRECTORY));
    if (fchown(directory.get(), uid, gid) != 0 || fchmod(directory.get(), mode) != 0) {
        return FAIL_ERRNO("give %s to the container's root", made.entry.name.c_str());
    }
    return {};
}

}  // namespace

Status make_directories(std::span<const NewDirectory> wanted, const ContainerIds& ids) {
    const auto uid = to_outside(ids.maps.uids, 0);
    const auto gid = to_outside(ids.maps.gids, 0);
    if (!uid || !gid) {
        return FAIL(Code::invalid_config, "lxc.idmap: the container has no user 0 or no group 0");
    }
    std::vector<Made> made;
    Status done;
    for (const NewDirectory& one : wanted) {
        auto fresh = make_one(one);
        if (!fresh) {
            done = std::unexpected(fresh.error());
            break;
        }
        made.push_back(std::move(*fresh));
    }
    if (done) {
        done = run_in_user_namespace({ids.holder, nullptr, {}}, [&]() -> Status {
            for (const Made& one : made) {
                TRY(give_away(one, *uid, *gid));
            }
            return {};
        });
    }
    if (!done) {
        for (const Made& one : made) {
            static_cast<void>(one.entry.parent.rmdir(one.entry.name));
        }
    }
    return done;
}

}  // namespace cubby
