// Making, copying, renaming and removing containers.

#include <algorithm>
#include <cstdarg>

#include "capi/functions.h"
#include "capi/gate.h"
#include "capi/guard.h"
#include "capi/handover.h"
#include "container/operations.h"
#include "container/store.h"

namespace cubby::capi {
namespace {

Result<std::string> backend_word(const char* bdevtype) {
    const std::string word = bdevtype != nullptr ? bdevtype : "dir";
    if (word == "best" || word == "_unset") {
        return "dir";
    }
    return word == "overlayfs" ? "overlay" : word;
}

// The configuration that a create begins with: what was set on the object, else the user's default.conf.
std::optional<std::string> base_of(Object& object) {
    const std::lock_guard lock(object.guard);
    Settings* settings = object.settings();
    return settings != nullptr ? std::optional(settings->document().to_text()) : std::nullopt;
}

// save_config() before create() leaves a directory with nothing but a configuration; it makes way.
Status make_way(const Places& places, const ContainerName& name) {
    const auto directory = open_container(places, name);
    if (!directory) {
        return directory.error().code == Code::not_found ? Status{} : std::unexpected(directory.error());
    }
    constexpr std::string_view ours[] = {"config", "exit", "monitor", "storage"};
    const auto entries = TRY(directory->list());
    const bool bare = std::ranges::all_of(
        entries, [&](const DirEntry& entry) { return std::ranges::find(ours, entry.name) != std::end(ours); });
    const auto document = load_document(places, *directory, name);
    if (!bare || !document || !document->get("lxc.rootfs.path").empty()) {
        return FAIL(Code::exists, "there is a container %s already", name.c_str());
    }
    return cubby::destroy(places, name, false);
}

Status create_container(Object& object, const char* t, const char* bdevtype, const bdev_specs* specs,
                        std::vector<std::string> words) {
    const Places places = TRY(object.places());
    CreateRequest request{object.identity(), {}, {}, {}, {}};
    request.backend = TRY(backend_word(bdevtype));
    request.rootfs = specs != nullptr && specs->dir != nullptr ? specs->dir : "";
    request.image = t != nullptr ? t : "none";
    request.template_args = std::move(words);
    request.base = base_of(object);
    {
        const std::shared_lock gate(fork_gate());
        TRY(make_way(places, request.name));
        TRY(cubby::create(places, request, {}));
    }
    return object.load_config(&object, nullptr) ? Status{}
                                                : FAIL(Code::broken, "%s was made, but %s", request.name.c_str(),
                                                       object.error_string != nullptr ? object.error_string : "");
}

Status destroy_container(Object& object) {
    const std::shared_lock gate(fork_gate());
    TRY(cubby::destroy(TRY(object.places()), object.identity(), false));
    const std::lock_guard lock(object.guard);
    object.set_settings(nullptr);
    return {};
}

Result<lxc_container*> clone_container(Object& object, const char* newname, const char* lxcpath, int flags,
                                       const char* bdevtype, char* const* hookargs) {
    const Places places = TRY(object.places());
    CopyRequest request{.name = object.identity(),
                        .new_name = TRY(ContainerName::parse(newname != nullptr ? newname : ""))};
    request.keep_hostname = (flags & LXC_CLONE_KEEPNAME) != 0;
    request.hook_arguments = words_of(hookargs);
    if ((flags & LXC_CLONE_SNAPSHOT) != 0 && (flags & LXC_CLONE_MAYBE_SNAPSHOT) == 0) {
        return FAIL(Code::unsupported,
                    "clone %s: clones that share files come later; without LXC_CLONE_SNAPSHOT it is copied",
                    request.name.c_str());
    }
    if (lxcpath != nullptr) {
        request.to = TRY(find_places(lxcpath));
    }
    if (bdevtype != nullptr && (flags & LXC_CLONE_KEEPBDEVTYPE) == 0) {
        const Root directory = TRY(open_container(places, request.name));
        const auto document = TRY(load_document(places, directory, request.name));
        const std::string own = TRY(load_spec(places, request.name, document)).spec.rootfs.backend;
        if (own != TRY(backend_word(bdevtype))) {
            return FAIL(Code::unsupported, "clone %s: a copy keeps the storage of the original, %s",
                        request.name.c_str(), own.c_str());
        }
    }
    {
        const std::shared_lock gate(fork_gate());
        TRY(cubby::copy(places, request, {}));
    }
    lxc_container* made =
        lxc_container_new(request.new_name.c_str(), (request.to ? *request.to : places).lxcpath.c_str());
    if (made == nullptr) {
        return FAIL(Code::system, "clone %s: it was made, but there is no memory for it", request.name.c_str());
    }
    return made;
}

}  // namespace

bool fn_create(lxc_container* c, const char* t, const char* bdevtype, bdev_specs* specs, int /*flags*/,
               char* const argv[]) noexcept {
    return enter(c, [&](Object& object) { return create_container(object, t, bdevtype, specs, words_of(argv)); });
}

bool fn_createl(lxc_container* c, const char* t, const char* bdevtype, bdev_specs* specs, int flags, ...) noexcept {
    va_list rest;
    va_start(rest, flags);
    const bool created = enter(c, [&](Object& object) -> Status {
        std::vector<std::string> words;
        while (const char* word = va_arg(rest, const char*)) {
            words.emplace_back(word);
        }
        return create_container(object, t, bdevtype, specs, std::move(words));
    });
    va_end(rest);
    return created;
}

bool fn_destroy(lxc_container* c) noexcept { return enter(c, destroy_container); }

// There are no snapshots yet that could be left behind.
bool fn_destroy_with_snapshots(lxc_container* c) noexcept { return enter(c, destroy_container); }

bool fn_rename(lxc_container* c, const char* newname) noexcept {
    return enter(c, [&](Object& object) -> Status {
        ContainerName wanted = TRY(ContainerName::parse(newname != nullptr ? newname : ""));
        const std::shared_lock gate(fork_gate());
        TRY(cubby::rename(TRY(object.places()), object.identity(), wanted));
        object.rename_to(std::move(wanted));
        return object.load_config(&object, nullptr)
                   ? Status{}
                   : FAIL(Code::broken, "renamed, but its configuration cannot be read");
    });
}

lxc_container* fn_clone(lxc_container* c, const char* newname, const char* lxcpath, int flags, const char* bdevtype,
                        const char* /*bdevdata*/, uint64_t /*newsize*/, char** hookargs) noexcept {
    return enter<lxc_container*>(c, nullptr, [&](Object& object) {
        return clone_container(object, newname, lxcpath, flags, bdevtype, hookargs);
    });
}

}  // namespace cubby::capi
