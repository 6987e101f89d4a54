#include "container/store.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <climits>
#include <ctime>

#include "config/lxc/compile.h"
#include "container/recovery.h"

namespace cubby {
namespace {

constexpr int kMostTries = 100;  // each is lost to another command that got its work done

RelPath file(const char* name) { return *RelPath::component(name); }

std::unexpected<Error> busy_all_the_time(const ContainerName& name) noexcept {
    return FAIL(Code::busy, "other commands work on %s all the time; try again", name.c_str());
}

// Only who holds the lock writes these two files, so a draft of them (Root::replace) is a killed command's.
void remove_drafts(const Root& directory) {
    const auto entries = directory.list();
    for (const DirEntry& entry : entries ? *entries : std::vector<DirEntry>{}) {
        const auto name = RelPath::component(entry.name);
        if (name && (entry.name.starts_with(".config.") || entry.name.starts_with(".intent."))) {
            static_cast<void>(directory.unlink(*name).has_value());
        }
    }
}

}  // namespace

Result<Root> open_containers(const Places& places) {
    auto root = Root::make(places.lxcpath);
    if (!root) {
        return std::unexpected(prefixed(root.error(), "container directory"));
    }
    return root;
}

RelPath entry_of(const ContainerName& name) { return *RelPath::component(name.str()); }

std::string directory_of(const Places& places, const ContainerName& name) { return places.lxcpath + "/" + name.str(); }

Result<Root> open_container(const Places& places, const ContainerName& name, int wait_ms) {
    const Root containers = TRY(open_containers(places));
    for (int tries = 0; tries < kMostTries; ++tries) {
        auto directory = containers.enter(entry_of(name));
        if (!directory && directory.error().code == Code::not_found) {
            return FAIL(Code::not_found, "no container %s; cubby ls lists yours, cubby create %s makes it",
                        name.c_str(), name.c_str());
        }
        if (!directory || !TRY(is_interrupted(*directory)) || TRY(recover(places, name, *directory, wait_ms))) {
            return directory;
        }
    }
    return busy_all_the_time(name);
}

Result<OperationLock> OperationLock::take(const Root& directory, const ContainerName& name, int wait_ms) {
    Fd fd(openat(directory.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT) {
            return FAIL(Code::not_found, "%s was removed by another command", name.c_str());
        }
        return FAIL_ERRNO("lock %s", name.c_str());
    }
    long pause_ms = 1;
    for (long waited = 0; flock(fd.get(), LOCK_EX | LOCK_NB) != 0;
         waited += pause_ms, pause_ms = std::min(pause_ms * 2, 50L)) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return FAIL_ERRNO("lock %s", name.c_str());
        }
        if (waited >= wait_ms) {
            return FAIL(Code::busy, "another command works on %s; try again when it has ended", name.c_str());
        }
        const timespec pause{0, pause_ms * 1'000'000};
        nanosleep(&pause, nullptr);
    }
    struct stat info{};
    if (fstat(fd.get(), &info) == 0 && info.st_nlink == 0) {
        return FAIL(Code::not_found, "%s was removed by another command", name.c_str());
    }
    remove_drafts(directory);
    return OperationLock(std::move(fd));
}

bool is_current(const Places& places, const ContainerName& name, const Root& directory) {
    const auto containers = open_containers(places);
    const auto named = containers ? containers->stat(entry_of(name)) : Result<struct stat>(std::unexpected(Error{}));
    struct stat own{};
    return named && fstat(directory.fd(), &own) == 0 && own.st_dev == named->st_dev && own.st_ino == named->st_ino;
}

Result<LockedContainer> lock_entry(const Places& places, const ContainerName& name) {
    const Root containers = TRY(open_containers(places));
    for (int tries = 0; tries < kMostTries; ++tries) {
        auto directory = containers.enter(entry_of(name));
        if (!directory) {
            return FAIL(Code::not_found, "no container %s; cubby ls lists yours", name.c_str());
        }
        auto lock = OperationLock::take(*directory, name);
        if (lock && is_current(places, name, *directory)) {
            return LockedContainer{std::move(*directory), std::move(*lock)};
        }
        if (!lock && lock.error().code != Code::not_found) {
            return std::unexpected(lock.error());
        }
    }
    return busy_all_the_time(name);
}

Result<LockedContainer> lock_container(const Places& places, const ContainerName& name) {
    for (int tries = 0; tries < kMostTries; ++tries) {
        static_cast<void>(TRY(open_container(places, name)));
        auto locked = TRY(lock_entry(places, name));
        // Whoever held the lock before may have been killed in the middle of his work, or this is another directory by now,
        // whose maker has not come to lock it.
        if (!TRY(is_interrupted(locked.directory))) {
            return locked;
        }
        if (!TRY(read_intent(locked.directory)) && !TRY(remove_if_empty(places, name, locked.directory))) {
            return locked;  // some directory of the user's that is no container
        }
    }
    return busy_all_the_time(name);
}

Result<LockedContainer> make_container_directory(const Places& places, const ContainerName& name) {
    const Root containers = TRY(open_containers(places));
    for (int tries = 0; tries < kMostTries; ++tries) {
        if (auto made = containers.mkdir(entry_of(name), 0700); !made) {
            if (made.error().code != Code::exists) {
                return std::unexpected(made.error());
            }
            // What an interrupted command left is ended first; then the name may be free.
            const auto there = open_container(places, name);
            if (there || there.error().code != Code::not_found) {
                return FAIL(Code::exists, "there is a container %s already; cubby destroy %s removes it", name.c_str(),
                            name.c_str());
            }
            continue;
        }
        auto directory = containers.enter(entry_of(name));
        if (!directory && directory.error().code != Code::not_found) {
            return std::unexpected(directory.error());
        }
        // An empty directory without a lock looks abandoned, and others may have removed it.
        auto lock = directory ? OperationLock::take(*directory, name)
                              : Result<OperationLock>(std::unexpected(directory.error()));
        if (!lock && lock.error().code != Code::not_found) {
            return std::unexpected(lock.error());
        }
        // One with something in it is another command's, which made it anew in between.
        if (lock && TRY(directory->list()).empty()) {
            return LockedContainer{std::move(*directory), std::move(*lock)};
        }
    }
    return busy_all_the_time(name);
}

constexpr size_t kMaxIntentBytes = PATH_MAX + 256;

bool has_config(const Root& directory) { return directory.exists(file("config")); }

bool is_ephemeral(const Root& directory) { return directory.exists(file("ephemeral")); }

Status write_intent(const Root& directory, std::string_view what) { return directory.replace(file("intent"), what); }

Status write_empty_intent(const Root& directory) {
    static_cast<void>(TRY(directory.open(file("intent"), O_WRONLY | O_CREAT, 0600)));
    return directory.sync();
}

Status clear_intent(const Root& directory) {
    if (auto removed = directory.unlink(file("intent")); !removed) {
        return removed.error().code == Code::not_found ? Status{} : removed;
    }
    // A "create" that came back with the next boot would take the whole container away.
    return directory.sync();
}

Result<std::optional<std::string>> read_intent(const Root& directory) {
    auto text = directory.read(file("intent"), kMaxIntentBytes);
    if (text) {
        return std::optional<std::string>(std::move(*text));
    }
    if (text.error().code == Code::not_found) {
        return std::optional<std::string>{};
    }
    return std::unexpected(text.error());
}

Result<lxc::Document> load_document(const Places& places, const Root& directory, const ContainerName& name) {
    auto text = directory.read(file("config"), lxc::kMaxTextBytes);
    if (!text) {
        return FAIL(Code::broken, "%s has no readable configuration (%s); cubby destroy -f %s removes it", name.c_str(),
                    text.error().text, name.c_str());
    }
    return lxc::Document::parse(*text, directory_of(places, name) + "/config");
}

Status save_document(const Root& directory, const lxc::Document& document) {
    return directory.replace(file("config"), document.to_text());
}

Result<Loaded> load_spec(const Places& places, const ContainerName& name, const lxc::Document& document,
                         lxc::Files files) {
    auto compiled = TRY(lxc::compile(document, name, directory_of(places, name), lxc::read_includes, files));
    Loaded loaded{std::move(compiled.spec), std::move(compiled.image), {}};
    for (const auto& note : compiled.unsupported) {
        loaded.unsupported.push_back(note.key + ": " + note.reason);
    }
    return loaded;
}

}  // namespace cubby
