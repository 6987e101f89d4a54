#include "container/store.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <ctime>

#include "config/lxc/compile.h"
#include "container/recovery.h"

namespace cubby {
namespace {

constexpr int kLockWaitMs = 10000;

RelPath file(const char* name) { return *RelPath::component(name); }

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

Result<Root> open_container(const Places& places, const ContainerName& name) {
    const Root containers = TRY(open_containers(places));
    auto directory = containers.enter(entry_of(name));
    if (!directory) {
        if (directory.error().code == Code::not_found) {
            return FAIL(Code::not_found, "no container %s; cubby ls lists yours, cubby create %s makes it",
                        name.c_str(), name.c_str());
        }
        return directory;
    }
    if (TRY(read_intent(*directory))) {
        TRY(recover(places, name, *directory));
        return containers.enter(entry_of(name));
    }
    return directory;
}

Result<OperationLock> OperationLock::take(const Root& directory, const ContainerName& name) {
    Fd fd(openat(directory.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        return FAIL_ERRNO("lock %s", name.c_str());
    }
    long pause_ms = 1;
    for (long waited = 0; flock(fd.get(), LOCK_EX | LOCK_NB) != 0;
         waited += pause_ms, pause_ms = std::min(pause_ms * 2, 50L)) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return FAIL_ERRNO("lock %s", name.c_str());
        }
        if (waited >= kLockWaitMs) {
            return FAIL(Code::busy, "another command works on %s; try again when it has ended", name.c_str());
        }
        const timespec pause{0, pause_ms * 1'000'000};
        nanosleep(&pause, nullptr);
    }
    struct stat info{};
    if (fstat(fd.get(), &info) == 0 && info.st_nlink == 0) {
        return FAIL(Code::not_found, "%s was removed by another command", name.c_str());
    }
    return OperationLock(std::move(fd));
}

Status write_intent(const Root& directory, std::string_view what) { return directory.replace(file("intent"), what); }

Status clear_intent(const Root& directory) {
    auto removed = directory.unlink(file("intent"));
    return !removed && removed.error().code == Code::not_found ? Status{} : removed;
}

Result<std::optional<std::string>> read_intent(const Root& directory) {
    auto text = directory.read(file("intent"), 256);
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

Result<Loaded> load_spec(const Places& places, const ContainerName& name, const lxc::Document& document) {
    auto compiled = TRY(lxc::compile(document, name, directory_of(places, name)));
    Loaded loaded{std::move(compiled.spec), std::move(compiled.image), {}};
    for (const auto& note : compiled.unsupported) {
        loaded.unsupported.push_back(note.key + ": " + note.reason);
    }
    return loaded;
}

}  // namespace cubby
