#include <algorithm>

#include "assembly/assemble.h"
#include "assembly/holder.h"
#include "container/operations.h"
#include "container/recovery.h"
#include "container/renew.h"
#include "container/store.h"
#include "monitor/instance.h"
#include "spec/validate.h"
#include "storage/holder_trees.h"
#include "storage/new_directory.h"
#include "storage/overlay.h"
#include "storage/registry.h"

namespace cubby {
namespace {

// The container that is copied, locked, and what is to be made of it.
struct Original {
    LockedContainer locked;
    lxc::Document document;
    RootfsSpec rootfs;
    ContainerIds ids;
};

Result<Original> open_original(const Places& places, const CopyRequest& request, const Holder& holder) {
    LockedContainer locked = TRY(lock_container(places, request.name));
    if (TRY(running_monitor(locked.directory))) {
        return FAIL(Code::wrong_state, "%s is running; cubby stop %s stops it", request.name.c_str(),
                    request.name.c_str());
    }
    lxc::Document document = TRY(load_document(places, locked.directory, request.name));
    const Loaded loaded = TRY(load_spec(places, request.name, document));
    const IdMaps maps = effective_maps(loaded.spec, TRY(host_facts(holder.maps)));
    ContainerIds ids{holder.user_namespace.get(), {}};
    ids.maps = TRY(translate(maps, holder.maps));
    return Original{std::move(locked), std::move(document), loaded.spec.rootfs, std::move(ids)};
}

// The same path below the copy's directory; of a directory elsewhere it is "rootfs", as with LXC.
Result<std::string> moved(const RootfsSpec& rootfs, const std::string& from, const std::string& to) {
    if (rootfs.path.starts_with(from + "/")) {
        return to + rootfs.path.substr(from.size());
    }
    if (!rootfs.lowers.empty()) {
        return FAIL(Code::unsupported, "the layers of its root file system %s are not in its own directory",
                    rootfs.path.c_str());
    }
    return to + "/rootfs";
}

// An overlay's own layer is below a directory of its name, with the work directory beside it.
Status make_parent(const std::string& path) {
    const NamedEntry entry = TRY(open_parent(path.substr(0, path.rfind('/'))));
    return entry.parent.exists(entry.name) ? Status{} : entry.parent.mkdir(entry.name, 0755);
}

Status copy_rootfs(const Original& original, const std::string& path) {
    TRY(make_parent(path));
    TRY(copy_in_holder(original.ids.holder, original.rootfs.path, path));
    if (original.rootfs.lowers.empty()) {
        return {};
    }
    const NewDirectory work{overlay_work_of(path), {}};
    return make_directories(std::span(&work, 1), original.ids);
}

// A layer of its own on the original's.
Result<std::string> lay_over(const Original& original, const std::string& to) {
    NewRootfs wanted{to, {original.rootfs.path}};
    wanted.lowers.insert(wanted.lowers.end(), original.rootfs.lowers.begin(), original.rootfs.lowers.end());
    const RootfsSpec fresh = TRY(TRY(find_backend("overlay"))->create(wanted, original.ids));
    std::string line = "overlay:";
    for (const std::string& lower : fresh.lowers) {
        line += lower + ":";
    }
    return line + fresh.path;
}

struct Target {
    const Places& places;
    const Root& directory;
};

Status fill(const Places& places, const CopyRequest& request, const Original& original, const Target& target) {
    const std::string from = directory_of(places, request.name);
    const std::string to = directory_of(target.places, request.new_name);
    TRY(save_document(target.directory, original.document));
    TRY(rewrite_paths(places, request.name, target.places, request.new_name, target.directory));
    lxc::Document document = TRY(load_document(target.places, target.directory, request.new_name));
    if (request.snapshot) {
        TRY(document.set("lxc.rootfs.path", TRY(lay_over(original, to))));
    } else if (!original.rootfs.path.empty()) {
        const std::string path = TRY(moved(original.rootfs, from, to));
        TRY(copy_rootfs(original, path));
        if (!original.rootfs.path.starts_with(from + "/")) {
            TRY(document.set("lxc.rootfs.path", "dir:" + path));
        }
    }
    if (request.keep_hostname) {
        const auto own = original.document.get("lxc.uts.name");
        TRY(document.set("lxc.uts.name", own.empty() ? request.name.str() : own.back()));
    }
    if (request.ephemeral) {
        TRY(document.set("lxc.ephemeral", "1"));
    }
    // Nothing is made that could not start.
    const Loaded loaded = TRY(load_spec(target.places, request.new_name, document));
    TRY(save_document(target.directory, document));
    TRY(renew_rootfs(request, loaded.spec, original.ids));
    return clear_intent(target.directory);
}

}  // namespace

Status copy(const Places& places, const CopyRequest& request, const Progress& progress) {
    const Places& to = request.to ? *request.to : places;
    const Holder holder = TRY(ensure_holder());
    const Original original = TRY(open_original(places, request, holder));
    if (open_container(to, request.new_name)) {
        return FAIL(Code::exists, "there is a container %s already", request.new_name.c_str());
    }
    const auto made = TRY(make_container_directory(to, request.new_name));
    auto filled = write_intent(made.directory, "create");
    if (filled) {
        if (progress) {
            progress(0, 0, "copying " + request.name.str());
        }
        filled = fill(places, request, original, {to, made.directory});
    }
    if (!filled) {
        static_cast<void>(remove_files(to, request.new_name, made.directory).has_value());
        return std::unexpected(prefixed(filled.error(), "copy %s", request.name.c_str()));
    }
    return {};
}

}  // namespace cubby
