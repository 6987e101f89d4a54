#include "capi/object.h"

#include <cstddef>
#include <cstdlib>

#include "base/log.h"
#include "capi/functions.h"
#include "capi/guard.h"
#include "capi/handover.h"
#include "config/lxc/global.h"
#include "container/store.h"
#include "kernel/installed.h"

namespace cubby::capi {
namespace {

// The layout that callers were compiled with; tests/abi checks all of it.
static_assert(sizeof(lxc_container) == 584);
static_assert(offsetof(lxc_container, config_path) == 72 && offsetof(lxc_container, is_defined) == 80);
static_assert(offsetof(lxc_container, remove_device_node) == 440 && offsetof(lxc_container, migrate) == 496);
static_assert(offsetof(lxc_container, devpts_fd) == 560 && offsetof(lxc_container, set_timeout) == 576);
static_assert(sizeof(lxc_attach_options_t) == 96 && sizeof(bdev_specs) == 80 && sizeof(migrate_opts) == 80);

void set_first_half(lxc_container& object) noexcept {
    object.is_defined = fn_is_defined;
    object.state = fn_state;
    object.is_running = fn_is_running;
    object.freeze = fn_freeze;
    object.unfreeze = fn_unfreeze;
    object.init_pid = fn_init_pid;
    object.load_config = fn_load_config;
    object.start = fn_start;
    object.startl = fn_startl;
    object.stop = fn_stop;
    object.want_daemonize = fn_want_daemonize;
    object.want_close_all_fds = fn_want_close_all_fds;
    object.config_file_name = fn_config_file_name;
    object.wait = fn_wait;
    object.set_config_item = fn_set_config_item;
    object.destroy = fn_destroy;
    object.save_config = fn_save_config;
    object.create = fn_create;
    object.createl = fn_createl;
    object.rename = fn_rename;
    object.reboot = fn_reboot;
    object.shutdown = fn_shutdown;
    object.clear_config = fn_clear_config;
    object.clear_config_item = fn_clear_config_item;
    object.get_config_item = fn_get_config_item;
    object.get_running_config_item = fn_get_running_config_item;
    object.get_keys = fn_get_keys;
    object.get_interfaces = fn_get_interfaces;
    object.get_ips = fn_get_ips;
    object.get_cgroup_item = fn_get_cgroup_item;
    object.set_cgroup_item = fn_set_cgroup_item;
}

void set_second_half(lxc_container& object) noexcept {
    object.get_config_path = fn_get_config_path;
    object.set_config_path = fn_set_config_path;
    object.clone = fn_clone;
    object.console_getfd = fn_console_getfd;
    object.console = fn_console;
    object.attach = fn_attach;
    object.attach_run_wait = fn_attach_run_wait;
    object.attach_run_waitl = fn_attach_run_waitl;
    object.snapshot = fn_snapshot;
    object.snapshot_list = fn_snapshot_list;
    object.snapshot_restore = fn_snapshot_restore;
    object.snapshot_destroy = fn_snapshot_destroy;
    object.may_control = fn_may_control;
    object.add_device_node = fn_add_device_node;
    object.remove_device_node = fn_remove_device_node;
    object.attach_interface = fn_attach_interface;
    object.detach_interface = fn_detach_interface;
    object.checkpoint = fn_checkpoint;
    object.restore = fn_restore;
    object.destroy_with_snapshots = fn_destroy_with_snapshots;
    object.snapshot_destroy_all = fn_snapshot_destroy_all;
    object.migrate = fn_migrate;
    object.console_log = fn_console_log;
    object.reboot2 = fn_reboot2;
    object.mount = fn_mount;
    object.umount = fn_umount;
    object.seccomp_notify_fd = fn_seccomp_notify_fd;
    object.seccomp_notify_fd_active = fn_seccomp_notify_fd_active;
    object.init_pidfd = fn_init_pidfd;
    object.devpts_fd = fn_devpts_fd;
    object.set_timeout = fn_set_timeout;
}

// Frees the old text only when there is a new one.
void put_text(char*& member, const std::string& text) {
    if (auto copy = handed(text)) {
        free(member);
        member = *copy;
    }
}

Result<std::string> containers_directory(const char* configpath) {
    const Places places = TRY(find_places(configpath != nullptr ? configpath : ""));
    return places.lxcpath;
}

}  // namespace

Object::Object(ContainerName container, const std::string& lxcpath) : lxc_container{}, identity_(std::move(container)) {
    set_first_half(*this);
    set_second_half(*this);
    numthreads = 1;
    daemonize = true;
    // Both locks are the one guard: nobody may look into them.
    slock = reinterpret_cast<lxc_lock*>(&guard);
    privlock = slock;
    put_text(config_path, lxcpath);
    name_files();
}

Object::~Object() {
    for (char* text : {name, configfile, pidfile, error_string, config_path}) {
        free(text);
    }
}

void Object::name_files() {
    put_text(name, identity_.str());
    put_text(configfile, std::string(config_path) + "/" + identity_.str() + "/config");
}

ContainerName Object::identity() {
    const std::lock_guard lock(guard);
    return identity_;
}

Result<Places> Object::places() {
    const std::lock_guard lock(guard);
    return find_places(config_path);
}

void Object::rename_to(ContainerName container) {
    const std::lock_guard lock(guard);
    identity_ = std::move(container);
    name_files();
}

void Object::move_to(const std::string& lxcpath) {
    const std::lock_guard lock(guard);
    put_text(config_path, lxcpath);
    name_files();
}

Settings* Object::settings() {
    if (lxc_conf == nullptr) {
        settings_.reset();
    }
    return settings_.get();
}

void Object::set_settings(std::unique_ptr<Settings> loaded) {
    settings_ = std::move(loaded);
    lxc_conf = reinterpret_cast<struct lxc_conf*>(settings_.get());
}

Result<Settings*> Object::ensure_settings() {
    if (settings() == nullptr) {
        Settings fresh = TRY(Settings::read({}, identity_, directory_of(TRY(places()), identity_)));
        set_settings(std::make_unique<Settings>(std::move(fresh)));
    }
    return settings();
}

void Object::fail(const Error& error) noexcept {
    log::line(log::Level::error, "%s", error.message());
    const std::lock_guard lock(guard);
    if (auto text = handed(error.message())) {
        free(error_string);
        error_string = *text;
    }
    error_num = error.sys_errno != 0 ? error.sys_errno : 1;
}

namespace {

Result<lxc_container*> make_object(const char* name, const char* configpath) {
    find_beside_library();
    if (name == nullptr) {
        return FAIL(Code::usage, "a container has a name");
    }
    ContainerName container = TRY(ContainerName::parse(name));
    const std::string lxcpath = TRY(containers_directory(configpath));
    auto object = std::make_unique<Object>(std::move(container), lxcpath);
    if (object->name == nullptr || object->configfile == nullptr || object->config_path == nullptr) {
        return FAIL(Code::system, "out of memory");
    }
    // A saved configuration that cannot be read leaves an object without one: load_config() says why.
    const Places places = TRY(object->places());
    const auto containers = Root::at(places.lxcpath);
    const auto directory = containers ? containers->enter(entry_of(object->identity()))
                                      : Result<Root>(std::unexpected(containers.error()));
    if (directory && has_config(*directory)) {
        object->load_config(object.get(), nullptr);
    }
    return static_cast<lxc_container*>(object.release());
}

}  // namespace
}  // namespace cubby::capi

using cubby::capi::Object;

lxc_container* lxc_container_new(const char* name, const char* configpath) {
    return cubby::capi::guarded<lxc_container*>(nullptr, [&]() -> cubby::Result<lxc_container*> {
        auto made = cubby::capi::make_object(name, configpath);
        if (!made) {
            cubby::log::line(cubby::log::Level::error, "%s", made.error().message());
        }
        return made;
    });
}

int lxc_container_get(lxc_container* c) {
    if (c == nullptr) {
        return 0;
    }
    auto& object = *static_cast<Object*>(c);
    const std::lock_guard lock(object.guard);
    if (object.numthreads < 1) {
        return 0;
    }
    ++object.numthreads;
    return 1;
}

int lxc_container_put(lxc_container* c) {
    if (c == nullptr) {
        return -1;
    }
    auto* object = static_cast<Object*>(c);
    {
        const std::lock_guard lock(object->guard);
        if (--object->numthreads > 0) {
            return 0;
        }
    }
    delete object;
    return 1;
}
