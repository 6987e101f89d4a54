#include <sys/stat.h>

#include "capi/functions.h"
#include "capi/guard.h"
#include "capi/handover.h"
#include "config/lxc/global.h"
#include "config/lxc/key.h"
#include "container/operations.h"
#include "container/store.h"
#include "monitor/client.h"

namespace cubby::capi {
namespace {

Result<std::string> text_argument(const char* text, const char* what) {
    if (text == nullptr) {
        return FAIL(Code::usage, "%s is NULL", what);
    }
    return std::string(text);
}

Result<Settings*> loaded_settings(Object& object) {
    Settings* settings = object.settings();
    if (settings == nullptr) {
        return FAIL(Code::wrong_state, "%s has no configuration loaded", object.name);
    }
    return settings;
}

Result<Settings> saved_settings(Object& object) {
    const Places places = TRY(object.places());
    const ContainerName name = object.identity();
    const Root directory = TRY(open_container(places, name));
    return Settings::read(TRY(load_document(places, directory, name)), name, directory_of(places, name));
}

Status load_own(Object& object) {
    Settings settings = TRY(saved_settings(object));
    const std::lock_guard lock(object.guard);
    object.set_settings(std::make_unique<Settings>(std::move(settings)));
    return {};
}

// As LXC: what is saved without being loaded is the user's default.conf.
Result<Settings*> settings_to_save(Object& object) {
    if (Settings* settings = object.settings()) {
        return settings;
    }
    const auto base = TRY(lxc::default_config(TRY(lxc::read_global(TRY(object.places()).home))));
    Settings* settings = TRY(object.ensure_settings());
    if (auto added = settings->add(base.text, base.name); !added) {
        object.set_settings(nullptr);
        return std::unexpected(added.error());
    }
    return settings;
}

Status save_own(Object& object, const lxc::Document& document) {
    const Places places = TRY(object.places());
    const ContainerName name = object.identity();
    auto there = open_container(places, name);
    if (!there && there.error().code != Code::not_found) {
        return std::unexpected(there.error());
    }
    const LockedContainer locked =
        there ? TRY(lock_container(places, name)) : TRY(make_container_directory(places, name));
    return save_document(locked.directory, document);
}

Status save_as(const std::string& path, const lxc::Document& document) {
    const Fd file = TRY(open_named(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY, 0600));
    return write_all(file.get(), document.to_text(), path.c_str());
}

}  // namespace

bool fn_load_config(lxc_container* c, const char* alt_file) noexcept {
    return enter(c, [&](Object& object) -> Status {
        if (alt_file == nullptr) {
            return load_own(object);
        }
        const std::string text = TRY(read_named(alt_file, lxc::kMaxTextBytes));
        const std::lock_guard lock(object.guard);
        const bool none = object.settings() == nullptr;
        Settings* settings = TRY(object.ensure_settings());
        auto added = settings->add(text, alt_file);
        if (!added && none) {
            object.set_settings(nullptr);
        }
        return added;
    });
}

bool fn_save_config(lxc_container* c, const char* alt_file) noexcept {
    return enter(c, [&](Object& object) -> Status {
        lxc::Document document;
        {
            const std::lock_guard lock(object.guard);
            document = TRY(settings_to_save(object))->document();
        }
        return alt_file == nullptr ? save_own(object, document) : save_as(alt_file, document);
    });
}

bool fn_set_config_item(lxc_container* c, const char* key, const char* value) noexcept {
    return enter(c, [&](Object& object) -> Status {
        const std::string name = TRY(text_argument(key, "the key"));
        const std::lock_guard lock(object.guard);
        return TRY(object.ensure_settings())->set(name, value != nullptr ? value : "");
    });
}

void fn_clear_config(lxc_container* c) noexcept {
    enter(c, [](Object& object) -> Status {
        const std::lock_guard lock(object.guard);
        object.set_settings(nullptr);
        return {};
    });
}

bool fn_clear_config_item(lxc_container* c, const char* key) noexcept {
    return enter(c, [&](Object& object) -> Status {
        const std::string name = TRY(text_argument(key, "the key"));
        const std::lock_guard lock(object.guard);
        return TRY(loaded_settings(object))->clear(name);
    });
}

int fn_get_config_item(lxc_container* c, const char* key, char* retv, int inlen) noexcept {
    return enter(c, -1, [&](Object& object) -> Result<int> {
        const std::string name = TRY(text_argument(key, "the key"));
        const std::lock_guard lock(object.guard);
        return copied(TRY(TRY(loaded_settings(object))->get(name)), retv, inlen);
    });
}

char* fn_get_running_config_item(lxc_container* c, const char* key) noexcept {
    return enter<char*>(c, nullptr, [&](Object& object) -> Result<char*> {
        const std::string item = TRY(text_argument(key, "the key"));
        const Places places = TRY(object.places());
        const ContainerName name = object.identity();
        MonitorClient client = TRY(MonitorClient::connect(places.lxcpath, name, nullptr));
        const std::string text = TRY(ask_document(client));
        const std::string directory = directory_of(places, name);
        const Settings running =
            TRY(Settings::read(TRY(lxc::Document::parse(text, directory + "/config")), name, directory));
        return handed(TRY(running.get(item)));
    });
}

int fn_get_keys(lxc_container* c, const char* key, char* retv, int inlen) noexcept {
    return enter(c, -1, [&](Object& object) -> Result<int> {
        const std::lock_guard lock(object.guard);
        if (object.settings() == nullptr && key == nullptr) {
            const Settings none = TRY(Settings::read({}, object.identity(), "/"));
            return copied(TRY(none.keys("")), retv, inlen);
        }
        return copied(TRY(TRY(loaded_settings(object))->keys(key != nullptr ? key : "")), retv, inlen);
    });
}

char* fn_config_file_name(lxc_container* c) noexcept {
    return enter<char*>(c, nullptr, [](Object& object) -> Result<char*> {
        const std::lock_guard lock(object.guard);
        if (object.configfile == nullptr) {
            return FAIL(Code::not_found, "the name of the configuration file was taken away");
        }
        return handed(std::string_view(object.configfile));
    });
}

const char* fn_get_config_path(lxc_container* c) noexcept { return c != nullptr ? c->config_path : nullptr; }

bool fn_set_config_path(lxc_container* c, const char* path) noexcept {
    return enter(c, [&](Object& object) -> Status {
        const Places places = TRY(find_places(TRY(text_argument(path, "the path"))));
        const std::lock_guard lock(object.guard);
        if (Settings* settings = object.settings()) {
            Settings moved =
                TRY(Settings::read(settings->document(), object.identity(), directory_of(places, object.identity())));
            object.set_settings(std::make_unique<Settings>(std::move(moved)));
        }
        object.move_to(places.lxcpath);
        return {};
    });
}

}  // namespace cubby::capi

bool lxc_config_item_is_supported(const char* key) {
    return cubby::capi::guarded(
        false, [&]() -> cubby::Result<bool> { return key != nullptr && cubby::lxc::find_key(key).key != nullptr; });
}
