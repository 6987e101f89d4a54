#include <ctime>

#include "container/operations.h"
#include "container/recovery.h"
#include "container/store.h"
#include "monitor/host_hooks.h"
#include "monitor/instance.h"

namespace cubby {

namespace {

constexpr int kEndMs = 10000;
constexpr int kPauseMs = 10;

void pause() noexcept {
    const timespec pause{0, kPauseMs * 1'000'000L};
    nanosleep(&pause, nullptr);
}

// The end of a monitor, or of a run that removes its directory itself.  False: it goes on.
Result<bool> await_end(const Root& directory) {
    for (int waited_ms = 0;; waited_ms += kPauseMs) {
        if (!TRY(running_monitor(directory))) {
            return true;
        }
        if (waited_ms >= kEndMs) {
            return false;
        }
        pause();
    }
}

// On a full disk there is no room for a text, and the way out of that is to remove something.
Status order_destroy(const Root& directory) {
    auto written = write_intent(directory, "destroy");
    if (!written && written.error().code == Code::no_space) {
        // Where not even a name can be added, it must go without: who kills it then finds a container that is torn.
        static_cast<void>(write_empty_intent(directory).has_value());
        return {};
    }
    return written;
}

// A container without a configuration that could be read has none.
Status run_destroy_hooks(const Places& places, const ContainerName& name, const Root& directory) {
    const auto document = load_document(places, directory, name);
    const auto loaded =
        document ? load_spec(places, name, *document) : Result<Loaded>(std::unexpected(document.error()));
    if (!loaded) {
        return {};
    }
    const auto done = run_host_hook(loaded->spec, Hook::destroy, {}, {}, [](const std::string&) {});
    return done ? Status{} : std::unexpected(prefixed(done.error(), "destroy %s", name.c_str()));
}

}  // namespace

Status destroy(const Places& places, const ContainerName& name, bool force) {
    // Locked before it is stopped: nobody can start it again in between.
    const auto locked = TRY(lock_entry(places, name));
    const Root& directory = locked.directory;
    if (TRY(running_monitor(directory))) {
        if (!force) {
            return FAIL(Code::wrong_state, "%s is running; cubby destroy -f %s stops it first", name.c_str(),
                        name.c_str());
        }
        TRY(stop(places, {name, 0, true, false}));
        if (!TRY(await_end(directory))) {
            return FAIL(Code::timeout, "destroy %s: it does not end", name.c_str());
        }
    }
    if (!is_current(places, name, directory)) {
        return {};  // a run that was stopped has removed it
    }
    if (TRY(remove_if_empty(places, name, directory))) {
        return FAIL(Code::not_found, "no container %s; cubby ls lists yours", name.c_str());
    }
    TRY(run_destroy_hooks(places, name, directory));
    TRY(order_destroy(directory));
    // A monitor that was killed has left its socket.
    if (const auto sockets = socket_dir(places.lxcpath)) {
        static_cast<void>(sockets->unlink(TRY(socket_name(name))).has_value());
    }
    return remove_files(places, name, directory);
}

namespace {

// Nothing where the name was taken while the container was locked: it is to be looked at again, without the lock, since
// whoever works on that one may wait for ours.
Result<bool> try_rename(const Places& places, const ContainerName& name, const ContainerName& new_name) {
    const auto locked = TRY(lock_container(places, name));
    const Root& directory = locked.directory;
    if (TRY(running_monitor(directory))) {
        return FAIL(Code::wrong_state, "%s is running; cubby stop %s stops it", name.c_str(), name.c_str());
    }
    const auto taken = open_container(places, new_name, 0);
    if (taken) {
        return FAIL(Code::exists, "there is a container %s already", new_name.c_str());
    }
    if (taken.error().code == Code::busy) {
        return false;
    }
    if (taken.error().code != Code::not_found) {
        return std::unexpected(taken.error());
    }
    const Root containers = TRY(open_containers(places));
    TRY(write_intent(directory, "rename " + name.str() + " " + new_name.str()));
    if (auto moved = containers.rename(entry_of(name), entry_of(new_name), 1 /* RENAME_NOREPLACE */); !moved) {
        static_cast<void>(clear_intent(directory).has_value());
        return moved.error().code == Code::exists ? Result<bool>(false) : std::unexpected(moved.error());
    }
    TRY(containers.sync());  // else the new paths could be on the disk under the old name
    TRY(rewrite_paths(places, name, places, new_name, directory));
    TRY(clear_intent(directory));
    return true;
}

}  // namespace

Status rename(const Places& places, const ContainerName& name, const ContainerName& new_name) {
    for (int waited_ms = 0; waited_ms < kLockWaitMs; waited_ms += kPauseMs) {
        if (TRY(try_rename(places, name, new_name))) {
            return {};
        }
        pause();
    }
    return FAIL(Code::busy, "another command works on %s; try again when it has ended", new_name.c_str());
}

}  // namespace cubby
