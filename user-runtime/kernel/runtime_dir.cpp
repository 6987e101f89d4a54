#include "kernel/runtime_dir.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

namespace cubby {
namespace {

constexpr mode_t kPrivate = 0700;

// Whether nobody but its owner can rename or remove what we make in this directory.
bool parent_is_safe(const struct stat& info) noexcept {
    const bool others_write = (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    return (info.st_uid == geteuid() || info.st_uid == 0) && (!others_write || (info.st_mode & S_ISVTX) != 0);
}

// Then nothing is said about the place, and another one must not be taken for it.
bool out_of_descriptors(const Error& error) noexcept { return error.sys_errno == EMFILE || error.sys_errno == ENFILE; }

// Makes it where it is missing.  One that is there is not asked for again: no quota, full disk or read-only mount must
// make it look unusable, and another place be taken.
Status ensure_directory(const Root& parent, const RelPath& name) {
    if (const auto there = parent.open(name, O_PATH | O_NOFOLLOW); there || there.error().code != Code::not_found) {
        return {};
    }
    const auto made = parent.mkdir(name, kPrivate);
    return made || made.error().code == Code::exists ? Status{} : std::unexpected(made.error());
}

Result<Root> open_private(const Root& parent, const RelPath& name, const std::string& parent_path) {
    // A link, a file or a mount in its place is refused by the open itself (class Root).
    auto fd = parent.open(name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    struct stat info{};
    if (!fd) {
        return std::unexpected(prefixed(fd.error(), "runtime directory in %s", parent_path.c_str()));
    }
    if (fstat(fd->get(), &info) != 0) {
        return FAIL_ERRNO("stat %s/%s", parent_path.c_str(), name.c_str());
    }
    if (info.st_uid != geteuid()) {
        return FAIL(Code::denied, "runtime directory %s/%s belongs to user %u", parent_path.c_str(), name.c_str(),
                    info.st_uid);
    }
    if ((info.st_mode & 07777) != kPrivate) {
        return FAIL(Code::denied,
                    "runtime directory %s/%s has mode %04o and must have 0700; look at what is in it, then "
                    "remove it",
                    parent_path.c_str(), name.c_str(), info.st_mode & 07777);
    }
    return Root(std::move(*fd), Trust::host);
}

// The private directory `name` in `parent_path`; nothing where that place cannot be used at all: it is missing, not as it
// has to be (`shared`: root's or ours, sticky where others may write; else ours alone), full or read-only.
std::optional<Result<Root>> private_dir_in(const std::string& parent_path, const std::string& name, bool shared) {
    if (!parent_path.starts_with('/')) {
        return std::nullopt;
    }
    const auto parent = Root::at(parent_path);
    if (!parent && out_of_descriptors(parent.error())) {
        return Result<Root>(std::unexpected(parent.error()));
    }
    const auto path = RelPath::component(name);
    struct stat info{};
    if (!parent || !path || fstat(parent->fd(), &info) != 0 || !parent_is_safe(info) ||
        (!shared && info.st_uid != geteuid())) {
        return std::nullopt;
    }
    if (const auto made = ensure_directory(*parent, *path); !made) {
        return out_of_descriptors(made.error()) ? std::optional(Result<Root>(std::unexpected(made.error())))
                                                : std::nullopt;
    }
    return open_private(*parent, *path, parent_path);
}

// Where this process found it first.  After it has entered the user's own namespace its ids read otherwise, and the owners
// of the directories above cannot be told any more; it is the same user, and the same place.
struct Place {
    std::string parent;
    std::string name;
    uid_t uid;  // as it read then
};
std::optional<Place> first_place;

Result<Root> remember(const std::string& parent, const std::string& name, Result<Root> found) {
    if (found) {
        first_place = Place{parent, name, geteuid()};
    }
    return found;
}

Result<Root> open_place(const Place& place) {
    const Root parent = TRY(Root::at(place.parent));
    const RelPath name = TRY(RelPath::component(place.name));
    TRY(ensure_directory(parent, name));
    return open_private(parent, name, place.parent);
}

}  // namespace

Result<Root> runtime_dir() {
    if (first_place && first_place->uid != geteuid()) {
        return open_place(*first_place);
    }
    const char* given = getenv("XDG_RUNTIME_DIR");
    Error last = make_error(Code::denied,
                            "no runtime directory: none of XDG_RUNTIME_DIR, /run/user/%u, /dev/shm and "
                            "/tmp can be used; set XDG_RUNTIME_DIR to a directory of yours",
                            geteuid());
    const std::string own = "/run/user/" + std::to_string(geteuid());
    for (const std::string& parent : {std::string(given != nullptr ? given : ""), own}) {
        if (auto found = private_dir_in(parent, "cubby", false)) {
            // Where only the user can write, an obstacle is his own, and another place would split his state.
            return remember(parent, "cubby", std::move(*found));
        }
    }
    for (const char* parent : {"/dev/shm", "/tmp"}) {
        const std::string name = "cubby-" + std::to_string(geteuid());
        auto found = private_dir_in(parent, name, true);
        if (found && *found) {
            return remember(parent, name, std::move(*found));
        }
        if (found) {
            last = found->error();  // somebody may have taken the name on purpose: the next place, then
        }
    }
    return std::unexpected(last);
}

}  // namespace cubby
