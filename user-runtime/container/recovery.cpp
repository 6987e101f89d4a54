#include "container/recovery.h"

#include <algorithm>
#include <optional>

#include "assembly/holder.h"
#include "container/outside_rootfs.h"
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
    ids.maps = TRY(translate(IdMaps{default_map(holder.maps.uids), default_map(holder.maps.gids)}, holder.maps));
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
    if (loaded->spec.rootfs.path.starts_with(directory_of(places, name) + "/")) {
        return {};  // goes with the directory, by its descriptor and not by a path that somebody may have swapped
    }
    const Backend* backend = TRY(backend_of(loaded->spec.rootfs));
    return backend->destroy(loaded->spec.rootfs, TRY(ids_of(holder)));
}

// Of the record of a create what is behind that word; nothing for another record.
std::optional<std::string_view> created(std::string_view intent) {
    if (intent == "create") {
        return "";
    }
    constexpr std::string_view kWord = "create ";
    return intent.starts_with(kWord) ? std::optional(intent.substr(kWord.size())) : std::nullopt;
}

Status finish_rename(const Places& places, const ContainerName& name, const Root& directory, std::string_view order) {
    // "rename OLD NEW": under the new name only the paths are missing; under the old one nothing has happened yet.
    const auto gap = order.find(' ');
    const auto old_name = TRY(ContainerName::parse(order.substr(0, gap)));
    const auto new_name = TRY(ContainerName::parse(gap == std::string_view::npos ? "" : order.substr(gap + 1)));
    if (name == new_name) {
        TRY(rewrite_paths(places, old_name, places, new_name, directory));
    }
    return clear_intent(directory);
}

// The container's directory, empty by now, and the socket that a killed monitor left.
Status remove_names(const Places& places, const ContainerName& name) {
    if (const auto sockets = socket_dir(places.lxcpath)) {
        static_cast<void>(sockets->unlink(TRY(socket_name(name))).has_value());
    }
    auto removed = TRY(open_containers(places)).rmdir(entry_of(name));
    return !removed && removed.error().code == Code::not_found ? Status{} : removed;
}

}  // namespace

Status remove_files(const Places& places, const ContainerName& name, const Root& directory) {
    const Holder holder = TRY(ensure_holder());
    const std::string intent = TRY(read_intent(directory)).value_or("");
    if (const auto made = created(intent)) {
        // What the configuration names may be somebody else's still: that of the original of a copy.
        TRY(remove_outside(*made, holder.user_namespace.get()));
    } else {
        TRY(remove_rootfs(places, name, directory, holder));
    }
    std::vector<std::string> names;
    for (const DirEntry& entry : TRY(directory.list())) {
        if (entry.name != "intent") {
            names.push_back(entry.name);
        }
    }
    TRY(delete_entries_in_holder(holder.user_namespace.get(), directory, names));
    TRY(directory.sync());
    TRY(clear_intent(directory));
    return remove_names(places, name);
}

Result<bool> is_interrupted(const Root& directory) {
    if (TRY(read_intent(directory))) {
        return true;
    }
    return !has_config(directory) && !TRY(running_monitor(directory)).has_value();
}

Result<bool> remove_if_empty(const Places& places, const ContainerName& name, const Root& directory) {
    const auto entries = TRY(directory.list());
    const auto is_lock = [](const DirEntry& entry) { return entry.name == "monitor" || entry.name == "storage"; };
    if (!std::ranges::all_of(entries, is_lock) || TRY(running_monitor(directory)).has_value()) {
        return false;
    }
    for (const DirEntry& entry : entries) {
        TRY(directory.unlink(TRY(RelPath::component(entry.name))));
    }
    TRY(remove_names(places, name));
    return true;
}

Status rewrite_paths(const Places& old_places, const ContainerName& old_name, const Places& places,
                     const ContainerName& new_name, const Root& directory) {
    const auto document = TRY(load_document(places, directory, new_name));
    const std::string from = directory_of(old_places, old_name) + "/";
    const std::string to = directory_of(places, new_name) + "/";
    std::string text = document.to_text();
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
    auto moved = TRY(lxc::Document::parse(text, to + "config"));
    if (const auto host = moved.get("lxc.uts.name"); !host.empty() && host.back() == old_name.str()) {
        TRY(moved.set("lxc.uts.name", new_name.str()));
    }
    return save_document(directory, moved);
}

Result<bool> recover(const Places& places, const ContainerName& name, const Root& directory, int wait_ms) {
    const auto lock = OperationLock::take(directory, name, wait_ms);
    if (!lock) {
        return lock.error().code == Code::not_found ? Result<bool>(false) : std::unexpected(lock.error());
    }
    if (!is_current(places, name, directory)) {
        return false;  // a rename has ended while this one waited
    }
    const auto intent = TRY(read_intent(directory));
    if (!intent) {
        if (has_config(directory) || TRY(running_monitor(directory)).has_value()) {
            return false;  // the command that held the lock has finished
        }
        if (!is_ephemeral(directory)) {
            return !TRY(remove_if_empty(places, name, directory));
        }
        TRY(remove_files(places, name, directory));
        return false;
    }
    if (created(*intent) || *intent == "destroy" || intent->empty()) {
        TRY(remove_files(places, name, directory));
        return false;
    }
    if (intent->starts_with("rename ")) {
        TRY(finish_rename(places, name, directory, std::string_view(*intent).substr(7)));
        return false;
    }
    return FAIL(Code::broken, "%s is half made by an unknown operation; cubby destroy -f %s removes it", name.c_str(),
                name.c_str());
}

}  // namespace cubby
