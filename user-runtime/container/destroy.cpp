#include "container/operations.h"
#include "container/recovery.h"
#include "container/store.h"
#include "monitor/instance.h"

namespace cubby {

Status destroy(const Places& places, const ContainerName& name, bool force) {
    const Root containers = TRY(open_containers(places));
    const auto directory = containers.enter(entry_of(name));
    if (!directory) {
        return FAIL(Code::not_found, "no container %s; cubby ls lists yours", name.c_str());
    }
    if (TRY(running_monitor(*directory))) {
        if (!force) {
            return FAIL(Code::wrong_state, "%s is running; cubby destroy -f %s stops it first", name.c_str(),
                        name.c_str());
        }
        TRY(stop(places, {name, 0, true, false}));
    }
    const auto lock = TRY(OperationLock::take(*directory, name));
    if (TRY(running_monitor(*directory))) {
        return FAIL(Code::wrong_state, "%s was started by another command", name.c_str());
    }
    TRY(write_intent(*directory, "destroy"));
    // A monitor that was killed has left its socket.
    if (const auto sockets = socket_dir(places.lxcpath)) {
        static_cast<void>(sockets->unlink(TRY(socket_name(name))).has_value());
    }
    return remove_files(places, name, *directory);
}

Status rename(const Places& places, const ContainerName& name, const ContainerName& new_name) {
    const Root directory = TRY(open_container(places, name));
    const auto lock = TRY(OperationLock::take(directory, name));
    if (TRY(running_monitor(directory))) {
        return FAIL(Code::wrong_state, "%s is running; cubby stop %s stops it", name.c_str(), name.c_str());
    }
    const Root containers = TRY(open_containers(places));
    if (containers.exists(entry_of(new_name))) {
        return FAIL(Code::exists, "there is a container %s already", new_name.c_str());
    }
    TRY(write_intent(directory, "rename " + name.str() + " " + new_name.str()));
    if (auto moved = containers.rename(entry_of(name), entry_of(new_name), 1 /* RENAME_NOREPLACE */); !moved) {
        static_cast<void>(clear_intent(directory).has_value());
        return moved;
    }
    TRY(rewrite_paths(places, name, new_name, directory));
    return clear_intent(directory);
}

}  // namespace cubby
