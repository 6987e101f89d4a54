#pragma once
// The functions behind struct lxc_container's pointers, one for each, in its order.  What each does is said in
// include/lxc/lxccontainer.h.

#include "capi/include/lxc/lxccontainer.h"

namespace cubby::capi {

bool fn_is_defined(struct lxc_container* c) noexcept;
const char* fn_state(struct lxc_container* c) noexcept;
bool fn_is_running(struct lxc_container* c) noexcept;
bool fn_freeze(struct lxc_container* c) noexcept;
bool fn_unfreeze(struct lxc_container* c) noexcept;
pid_t fn_init_pid(struct lxc_container* c) noexcept;
bool fn_load_config(struct lxc_container* c, const char* alt_file) noexcept;
bool fn_start(struct lxc_container* c, int useinit, char* const argv[]) noexcept;
bool fn_startl(struct lxc_container* c, int useinit, ...) noexcept;
bool fn_stop(struct lxc_container* c) noexcept;
bool fn_want_daemonize(struct lxc_container* c, bool state) noexcept;
bool fn_want_close_all_fds(struct lxc_container* c, bool state) noexcept;
char* fn_config_file_name(struct lxc_container* c) noexcept;
bool fn_wait(struct lxc_container* c, const char* state, int timeout) noexcept;
bool fn_set_config_item(struct lxc_container* c, const char* key, const char* value) noexcept;
bool fn_destroy(struct lxc_container* c) noexcept;
bool fn_save_config(struct lxc_container* c, const char* alt_file) noexcept;
bool fn_create(struct lxc_container* c, const char* t, const char* bdevtype, struct bdev_specs* specs, int flags,
               char* const argv[]) noexcept;
bool fn_createl(struct lxc_container* c, const char* t, const char* bdevtype, struct bdev_specs* specs, int flags,
                ...) noexcept;
bool fn_rename(struct lxc_container* c, const char* newname) noexcept;
bool fn_reboot(struct lxc_container* c) noexcept;
bool fn_shutdown(struct lxc_container* c, int timeout) noexcept;
void fn_clear_config(struct lxc_container* c) noexcept;
bool fn_clear_config_item(struct lxc_container* c, const char* key) noexcept;
int fn_get_config_item(struct lxc_container* c, const char* key, char* retv, int inlen) noexcept;
char* fn_get_running_config_item(struct lxc_container* c, const char* key) noexcept;
int fn_get_keys(struct lxc_container* c, const char* key, char* retv, int inlen) noexcept;
char** fn_get_interfaces(struct lxc_container* c) noexcept;
char** fn_get_ips(struct lxc_container* c, const char* interface, const char* family, int scope) noexcept;
int fn_get_cgroup_item(struct lxc_container* c, const char* subsys, char* retv, int inlen) noexcept;
bool fn_set_cgroup_item(struct lxc_container* c, const char* subsys, const char* value) noexcept;
const char* fn_get_config_path(struct lxc_container* c) noexcept;
bool fn_set_config_path(struct lxc_container* c, const char* path) noexcept;
struct lxc_container* fn_clone(struct lxc_container* c, const char* newname, const char* lxcpath, int flags,
                               const char* bdevtype, const char* bdevdata, uint64_t newsize, char** hookargs) noexcept;
int fn_console_getfd(struct lxc_container* c, int* ttynum, int* ptxfd) noexcept;
int fn_console(struct lxc_container* c, int ttynum, int stdinfd, int stdoutfd, int stderrfd, int escape) noexcept;
int fn_attach(struct lxc_container* c, lxc_attach_exec_t exec_function, void* exec_payload,
              lxc_attach_options_t* options, pid_t* attached_process) noexcept;
int fn_attach_run_wait(struct lxc_container* c, lxc_attach_options_t* options, const char* program,
                       const char* const argv[]) noexcept;
int fn_attach_run_waitl(struct lxc_container* c, lxc_attach_options_t* options, const char* program, const char* arg,
                        ...) noexcept;
int fn_snapshot(struct lxc_container* c, const char* commentfile) noexcept;
int fn_snapshot_list(struct lxc_container* c, struct lxc_snapshot** snapshots) noexcept;
bool fn_snapshot_restore(struct lxc_container* c, const char* snapname, const char* newname) noexcept;
bool fn_snapshot_destroy(struct lxc_container* c, const char* snapname) noexcept;
bool fn_may_control(struct lxc_container* c) noexcept;
bool fn_add_device_node(struct lxc_container* c, const char* src_path, const char* dest_path) noexcept;
bool fn_remove_device_node(struct lxc_container* c, const char* src_path, const char* dest_path) noexcept;
bool fn_attach_interface(struct lxc_container* c, const char* dev, const char* dst_dev) noexcept;
bool fn_detach_interface(struct lxc_container* c, const char* dev, const char* dst_dev) noexcept;
bool fn_checkpoint(struct lxc_container* c, char* directory, bool stop, bool verbose) noexcept;
bool fn_restore(struct lxc_container* c, char* directory, bool verbose) noexcept;
bool fn_destroy_with_snapshots(struct lxc_container* c) noexcept;
bool fn_snapshot_destroy_all(struct lxc_container* c) noexcept;
int fn_migrate(struct lxc_container* c, unsigned int cmd, struct migrate_opts* opts, unsigned int size) noexcept;
int fn_console_log(struct lxc_container* c, struct lxc_console_log* log) noexcept;
bool fn_reboot2(struct lxc_container* c, int timeout) noexcept;
int fn_mount(struct lxc_container* c, const char* source, const char* target, const char* filesystemtype,
             unsigned long mountflags, const void* data, struct lxc_mount* mnt) noexcept;
int fn_umount(struct lxc_container* c, const char* target, unsigned long mountflags, struct lxc_mount* mnt) noexcept;
int fn_seccomp_notify_fd(struct lxc_container* c) noexcept;
int fn_seccomp_notify_fd_active(struct lxc_container* c) noexcept;
int fn_init_pidfd(struct lxc_container* c) noexcept;
int fn_devpts_fd(struct lxc_container* c) noexcept;
bool fn_set_timeout(struct lxc_container* c, int timeout) noexcept;

}  // namespace cubby::capi
