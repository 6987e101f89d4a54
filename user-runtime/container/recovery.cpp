#include "container/recovery.h"

#include "assembly/holder.h"
#include "container/store.h"
#include "monitor/instance.h"
#include "spec/validate.h"
#include "storage/holder_trees.h"
#include "storage/registry.h"

namespace cubby {
namespace {

Result<ContainerIds> ids_of(const Holder& holder) {
    ContainerIds ids;
    ids.holder = holder.user_namespace.get();
    ids.maps.uids = TRY(translate(default_map(holder.maps.uids), holder.maps.uids, "user ids"));
    ids.maps.gids = TRY(translate(default_map(holder.maps.gids), holder.maps.gids, "group ids"));
    return ids;
}

// A root file system outside the container's own directory is its backend's to delete.
Status remove_rootfs(const Places& places, const ContainerName& name, const Root& directory, const Holder& holder) {
    const auto document = load_document(places, directory, name);
    if (!document) {
        return {};  // without a configuration there is nothing but the directory
    }
    const auto loaded = load_spec(places, name, *document);
    if (!loaded) {
        return {};
    }
    const Backend* backend = TRY(backend_of(loaded->spec.rootfs));
    return backend->destroy(loaded->spec.rootfs, TRY(ids_of(holder)));
}

Status finish_rename(const Places& places, const ContainerName& name, const Root& directory, std::string_view order) {
    // "rename OLD NEW": under the new name only the paths are missing; under the old one nothing has happened yet.
    const auto gap = order.find(' ');
    const auto old_name = TRY(ContainerName::parse(order.substr(0, gap)));
    const auto new_name = TRY(ContainerName::parse(gap == std::string_view::npos ? "" : order.substr(gap + 1)));
    if (name == new_name) {
        TRY(rewrite_paths(places, old_name, new_name, directory));
    }
    return clear_intent(directory);
}

}  // namespace

Status remove_files(const Places& places, const ContainerName& name, const Root& directory) {
    const Holder holder = TRY(ensure_holder());
    TRY(remove_rootfs(places, name, directory, holder));
    const std::vector<std::string> paths{directory_of(places, name)};
    return delete_in_holder(holder.user_namespace.get(), paths);
}

Status rewrite_paths(const Places& places, const ContainerName& old_name, const ContainerName& new_name,
                     const Root& directory) {
    const auto document = TRY(load_document(places, directory, new_name));
    const std::string from = directory_of(places, old_name) + "/";
    const std::string to = directory_of(places, new_name) + "/";
    std::string text = document.to_text();
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
    auto moved = TRY(lxc::Document::parse(text, to + "config"));
    if (const auto host = moved.get("lxc.uts.name"); host.size() == 1 && host.front() == old_name.str()) {
        TRY(moved.set("lxc.uts.name", new_name.str()));
    }
    return save_document(directory, moved);
}

Status recover(const Places& places, const ContainerName& name, const Root& directory) {
    const auto lock = TRY(OperationLock::take(directory, name));
    const auto intent = TRY(read_intent(directory));
    if (!intent) {
        return {};  // the command that held the lock has finished
    }
    if (*intent == "create" || *intent == "destroy") {
        return remove_files(places, name, directory);
    }
    if (intent->starts_with("rename ")) {
        return finish_rename(places, name, directory, std::string_view(*intent).substr(7));
    }
    return FAIL(Code::broken, "%s is half made by an unknown operation; cubby destroy -f %s removes it", name.c_str(),
                name.c_str());
}

void sweep_ephemeral(const Places& places) {
    const auto containers = open_containers(places);
    const auto entries = containers ? containers->list() : Result<std::vector<DirEntry>>(std::vector<DirEntry>{});
    if (!entries) {
        return;
    }
    for (const DirEntry& entry : *entries) {
        const auto name = ContainerName::parse(entry.name);
        if (!name || !entry.name.starts_with("run-")) {
            continue;
        }
        const auto directory = containers->enter(entry_of(*name));
        if (!directory || !directory->exists(*RelPath::component("ephemeral")) ||
            running_monitor(*directory).value_or(0)) {
            continue;
        }
        const auto lock = OperationLock::take(*directory, *name);
        // Between its mkdir and its mark a run that is just beginning looks dead; its lock says that it is not.
        if (lock && !running_monitor(*directory).value_or(0)) {
            static_cast<void>(remove_files(places, *name, *directory).has_value());
        }
    }
}

}  // namespace cubby
