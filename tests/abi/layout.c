/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every offset, size and constant of LXC 7.0's headers, as a caller in C sees ours.  It is compiled as C11 with -Wvla and
 * linked with nothing of cubby's: where it compiles, it has passed. */
#include <lxc/lxccontainer.h>
#include <stddef.h>

#define AT(member, offset) _Static_assert(offsetof(struct lxc_container, member) == (offset), #member)
#define IN(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #type "." #member)
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
#define IS(name, value) _Static_assert((name) == (value), #name)

AT(name, 0);
AT(configfile, 8);
AT(pidfile, 16);
AT(slock, 24);
AT(privlock, 32);
AT(numthreads, 40);
AT(lxc_conf, 48);
AT(error_string, 56);
AT(error_num, 64);
AT(daemonize, 68);
AT(config_path, 72);
AT(is_defined, 80);
AT(state, 88);
AT(is_running, 96);
AT(freeze, 104);
AT(unfreeze, 112);
AT(init_pid, 120);
AT(load_config, 128);
AT(start, 136);
AT(startl, 144);
AT(stop, 152);
AT(want_daemonize, 160);
AT(want_close_all_fds, 168);
AT(config_file_name, 176);
AT(wait, 184);
AT(set_config_item, 192);
AT(destroy, 200);
AT(save_config, 208);
AT(create, 216);
AT(createl, 224);
AT(rename, 232);
AT(reboot, 240);
AT(shutdown, 248);
AT(clear_config, 256);
AT(clear_config_item, 264);
AT(get_config_item, 272);
AT(get_running_config_item, 280);
AT(get_keys, 288);
AT(get_interfaces, 296);
AT(get_ips, 304);
AT(get_cgroup_item, 312);
AT(set_cgroup_item, 320);
AT(get_config_path, 328);
AT(set_config_path, 336);
AT(clone, 344);
AT(console_getfd, 352);
AT(console, 360);
AT(attach, 368);
AT(attach_run_wait, 376);
AT(attach_run_waitl, 384);
AT(snapshot, 392);
AT(snapshot_list, 400);
AT(snapshot_restore, 408);
AT(snapshot_destroy, 416);
AT(may_control, 424);
AT(add_device_node, 432);
AT(remove_device_node, 440);
AT(attach_interface, 448);
AT(detach_interface, 456);
AT(checkpoint, 464);
AT(restore, 472);
AT(destroy_with_snapshots, 480);
AT(snapshot_destroy_all, 488);
AT(migrate, 496);
AT(console_log, 504);
AT(reboot2, 512);
AT(mount, 520);
AT(umount, 528);
AT(seccomp_notify_fd, 536);
AT(seccomp_notify_fd_active, 544);
AT(init_pidfd, 552);
AT(devpts_fd, 560);
AT(rcv_timeout, 568);
AT(set_timeout, 576);
SIZE(struct lxc_container, 584);

SIZE(struct lxc_snapshot, 40);
IN(struct lxc_snapshot, free, 32);
SIZE(struct bdev_specs, 80);
IN(struct bdev_specs, zfs.zfsroot, 16);
IN(struct bdev_specs, lvm.vg, 24);
IN(struct bdev_specs, dir, 48);
IN(struct bdev_specs, rbd.rbdname, 56);
IN(struct bdev_specs, rbd.rbduser, 72);
SIZE(struct migrate_opts, 80);
IN(struct migrate_opts, verbose, 8);
IN(struct migrate_opts, stop, 9);
IN(struct migrate_opts, predump_dir, 16);
IN(struct migrate_opts, preserves_inodes, 40);
IN(struct migrate_opts, action_script, 48);
IN(struct migrate_opts, disable_skip_in_flight, 56);
IN(struct migrate_opts, ghost_limit, 64);
IN(struct migrate_opts, features_to_check, 72);
SIZE(struct lxc_console_log, 24);
IN(struct lxc_console_log, read, 1);
IN(struct lxc_console_log, read_max, 8);
IN(struct lxc_console_log, data, 16);
SIZE(struct lxc_mount, 4);
SIZE(struct lxc_log, 48);
IN(struct lxc_log, quiet, 40);

SIZE(lxc_attach_options_t, 96);
IN(lxc_attach_options_t, namespaces, 4);
IN(lxc_attach_options_t, personality, 8);
IN(lxc_attach_options_t, initial_cwd, 16);
IN(lxc_attach_options_t, uid, 24);
IN(lxc_attach_options_t, gid, 28);
IN(lxc_attach_options_t, env_policy, 32);
IN(lxc_attach_options_t, extra_env_vars, 40);
IN(lxc_attach_options_t, extra_keep_env, 48);
IN(lxc_attach_options_t, stdin_fd, 56);
IN(lxc_attach_options_t, log_fd, 68);
IN(lxc_attach_options_t, lsm_label, 72);
IN(lxc_attach_options_t, groups, 80);
SIZE(lxc_attach_command_t, 16);

IS(LXC_ATTACH_MOVE_TO_CGROUP, 1);
IS(LXC_ATTACH_DROP_CAPABILITIES, 2);
IS(LXC_ATTACH_SET_PERSONALITY, 4);
IS(LXC_ATTACH_LSM_EXEC, 8);
IS(LXC_ATTACH_REMOUNT_PROC_SYS, 0x10000);
IS(LXC_ATTACH_LSM_NOW, 0x20000);
IS(LXC_ATTACH_NO_NEW_PRIVS, 0x40000);
IS(LXC_ATTACH_TERMINAL, 0x80000);
IS(LXC_ATTACH_LSM_LABEL, 0x100000);
IS(LXC_ATTACH_SETGROUPS, 0x200000);
IS(LXC_ATTACH_DEFAULT, 0xFFFF);
IS(LXC_ATTACH_KEEP_ENV, 0);
IS(LXC_ATTACH_CLEAR_ENV, 1);
IS(LXC_CLONE_KEEPNAME, 1);
IS(LXC_CLONE_KEEPMACADDR, 2);
IS(LXC_CLONE_SNAPSHOT, 4);
IS(LXC_CLONE_KEEPBDEVTYPE, 8);
IS(LXC_CLONE_MAYBE_SNAPSHOT, 16);
IS(LXC_CLONE_MAXFLAGS, 32);
IS(LXC_CLONE_ALLOW_RUNNING, 64);
IS(LXC_CREATE_QUIET, 1);
IS(LXC_CREATE_MAXFLAGS, 2);
IS(MIGRATE_PRE_DUMP, 0);
IS(MIGRATE_DUMP, 1);
IS(MIGRATE_RESTORE, 2);
IS(MIGRATE_FEATURE_CHECK, 3);
IS(FEATURE_MEM_TRACK, 1);
IS(FEATURE_LAZY_PAGES, 2);
IS(LXC_MOUNT_API_V1, 1);

lxc_attach_options_t layout_default_options(void);
lxc_attach_options_t layout_default_options(void) {
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    return options;
}
