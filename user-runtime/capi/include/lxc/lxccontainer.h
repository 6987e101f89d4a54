/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once
/* The C interface of LXC 7.0 as cubby has it: the same structures, offsets and names, so that programs and bindings
 * made for liblxc.so.1 load cubby's instead.  What each function does for an ordinary user, and which ones can do nothing
 * for him, is in docs/lxc-compat.md.
 *
 * Errors: false, -1 or NULL, and then `error_string` says why.  No function throws or ends the process.
 * Threads: every function may be called from any thread; the text of error_string is the last one of any thread.
 * Strings and arrays that are returned are the caller's to free(3), unless they are const. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#include "attach_options.h"
#include "version.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LXC_CLONE_KEEPNAME (1 << 0)       /* lxc.uts.name stays */
#define LXC_CLONE_KEEPMACADDR (1 << 1)    /* hardware addresses stay */
#define LXC_CLONE_SNAPSHOT (1 << 2)       /* share the files: not with cubby yet */
#define LXC_CLONE_KEEPBDEVTYPE (1 << 3)   /* the same storage backend */
#define LXC_CLONE_MAYBE_SNAPSHOT (1 << 4) /* share where that can be done, else copy */
#define LXC_CLONE_MAXFLAGS (1 << 5)
#define LXC_CLONE_ALLOW_RUNNING (1 << 6) /* refused: a copy of files that change is none */

#define LXC_CREATE_QUIET (1 << 0) /* no output of the template */
#define LXC_CREATE_MAXFLAGS (1 << 1)

#define LXC_MOUNT_API_V1 1

struct bdev_specs;
struct lxc_conf;
struct lxc_lock;
struct lxc_snapshot;
struct migrate_opts;
struct lxc_console_log;

struct lxc_mount {
    int version; /* LXC_MOUNT_API_V1 */
};

/* A container, defined or not.  Made by lxc_container_new() only: callers never copy it or allocate one.  The members
 * up to config_path are for reading. */
struct lxc_container {
    char* name;
    char* configfile; /* path of the saved configuration */
    char* pidfile;
    struct lxc_lock* slock;
    struct lxc_lock* privlock;
    int numthreads;            /* references */
    struct lxc_conf* lxc_conf; /* NULL: no configuration is loaded */
    char* error_string;        /* of the last call that failed */
    int error_num; /* its errno or 1; after a start in the foreground the wait status of its first process */
    bool daemonize;
    char* config_path; /* the directory that holds the container's */

    bool (*is_defined)(struct lxc_container* c);
    const char* (*state)(struct lxc_container* c);
    bool (*is_running)(struct lxc_container* c);
    bool (*freeze)(struct lxc_container* c);
    bool (*unfreeze)(struct lxc_container* c);
    /* -1: it does not run */
    pid_t (*init_pid)(struct lxc_container* c);
    /* alt_file NULL: the container's own */
    bool (*load_config)(struct lxc_container* c, const char* alt_file);
    /* useinit: argv runs below a small init; argv NULL: lxc.init.cmd */
    bool (*start)(struct lxc_container* c, int useinit, char* const argv[]);
    /* the words, NULL at the end */
    bool (*startl)(struct lxc_container* c, int useinit, ...);
    /* kills its processes */
    bool (*stop)(struct lxc_container* c);
    bool (*want_daemonize)(struct lxc_container* c, bool state);
    bool (*want_close_all_fds)(struct lxc_container* c, bool state);
    char* (*config_file_name)(struct lxc_container* c);
    /* state: "RUNNING|STOPPED"; timeout: seconds, -1: for ever */
    bool (*wait)(struct lxc_container* c, const char* state, int timeout);
    bool (*set_config_item)(struct lxc_container* c, const char* key, const char* value);
    bool (*destroy)(struct lxc_container* c);
    /* alt_file NULL: the container's own */
    bool (*save_config)(struct lxc_container* c, const char* alt_file);
    /* t: a template's name or path, NULL: only the configuration */
    bool (*create)(struct lxc_container* c, const char* t, const char* bdevtype, struct bdev_specs* specs, int flags,
                   char* const argv[]);
    bool (*createl)(struct lxc_container* c, const char* t, const char* bdevtype, struct bdev_specs* specs, int flags,
                    ...);
    bool (*rename)(struct lxc_container* c, const char* newname);
    bool (*reboot)(struct lxc_container* c);
    /* asks its init; timeout: seconds, -1: for ever, 0: does not wait */
    bool (*shutdown)(struct lxc_container* c, int timeout);
    void (*clear_config)(struct lxc_container* c);
    bool (*clear_config_item)(struct lxc_container* c, const char* key);
    /* the value's length; retv may be NULL */
    int (*get_config_item)(struct lxc_container* c, const char* key, char* retv, int inlen);
    char* (*get_running_config_item)(struct lxc_container* c, const char* key);
    /* the list's length; key NULL: all; retv may be NULL */
    int (*get_keys)(struct lxc_container* c, const char* key, char* retv, int inlen);
    char** (*get_interfaces)(struct lxc_container* c);
    /* family: inet, inet6 or NULL */
    char** (*get_ips)(struct lxc_container* c, const char* interface, const char* family, int scope);
    int (*get_cgroup_item)(struct lxc_container* c, const char* subsys, char* retv, int inlen);
    bool (*set_cgroup_item)(struct lxc_container* c, const char* subsys, const char* value);
    const char* (*get_config_path)(struct lxc_container* c);
    bool (*set_config_path)(struct lxc_container* c, const char* path);
    struct lxc_container* (*clone)(struct lxc_container* c, const char* newname, const char* lxcpath, int flags,
                                   const char* bdevtype, const char* bdevdata, uint64_t newsize, char** hookargs);
    /* a descriptor that holds the console until it is closed; *ptxfd reads and writes it */
    int (*console_getfd)(struct lxc_container* c, int* ttynum, int* ptxfd);
    /* until the escape (1: ^a) and q, or the container's end */
    int (*console)(struct lxc_container* c, int ttynum, int stdinfd, int stdoutfd, int stderrfd, int escape);
    int (*attach)(struct lxc_container* c, lxc_attach_exec_t exec_function, void* exec_payload,
                  lxc_attach_options_t* options, pid_t* attached_process);
    /* a wait status, or -1 */
    int (*attach_run_wait)(struct lxc_container* c, lxc_attach_options_t* options, const char* program,
                           const char* const argv[]);
    int (*attach_run_waitl)(struct lxc_container* c, lxc_attach_options_t* options, const char* program,
                            const char* arg, ...);
    int (*snapshot)(struct lxc_container* c, const char* commentfile);
    int (*snapshot_list)(struct lxc_container* c, struct lxc_snapshot** snapshots);
    bool (*snapshot_restore)(struct lxc_container* c, const char* snapname, const char* newname);
    bool (*snapshot_destroy)(struct lxc_container* c, const char* snapname);
    bool (*may_control)(struct lxc_container* c);
    bool (*add_device_node)(struct lxc_container* c, const char* src_path, const char* dest_path);
    bool (*remove_device_node)(struct lxc_container* c, const char* src_path, const char* dest_path);
    bool (*attach_interface)(struct lxc_container* c, const char* dev, const char* dst_dev);
    bool (*detach_interface)(struct lxc_container* c, const char* dev, const char* dst_dev);
    bool (*checkpoint)(struct lxc_container* c, char* directory, bool stop, bool verbose);
    bool (*restore)(struct lxc_container* c, char* directory, bool verbose);
    bool (*destroy_with_snapshots)(struct lxc_container* c);
    bool (*snapshot_destroy_all)(struct lxc_container* c);
    int (*migrate)(struct lxc_container* c, unsigned int cmd, struct migrate_opts* opts, unsigned int size);
    /* 0 or -errno */
    int (*console_log)(struct lxc_container* c, struct lxc_console_log* log);
    /* timeout: seconds until the new start, -1: for ever, 0: does not wait */
    bool (*reboot2)(struct lxc_container* c, int timeout);
    int (*mount)(struct lxc_container* c, const char* source, const char* target, const char* filesystemtype,
                 unsigned long mountflags, const void* data, struct lxc_mount* mnt);
    int (*umount)(struct lxc_container* c, const char* target, unsigned long mountflags, struct lxc_mount* mnt);
    int (*seccomp_notify_fd)(struct lxc_container* c);
    int (*seccomp_notify_fd_active)(struct lxc_container* c);
    int (*init_pidfd)(struct lxc_container* c);
    int (*devpts_fd)(struct lxc_container* c);
    int rcv_timeout; /* seconds, as set_timeout() was told */
    bool (*set_timeout)(struct lxc_container* c, int timeout);
};

struct lxc_snapshot {
    char* name;
    char* comment_pathname;
    char* timestamp;
    char* lxcpath;
    void (*free)(struct lxc_snapshot* s);
};

/* Older callers have no rbduser: it is read for no type. */
struct bdev_specs {
    char* fstype;
    uint64_t fssize;
    struct {
        char* zfsroot;
    } zfs;
    struct {
        char* vg;
        char* lv;
        char* thinpool;
    } lvm;
    char* dir;
    struct {
        char* rbdname;
        char* rbdpool;
        char* rbduser;
    } rbd;
};

enum { MIGRATE_PRE_DUMP, MIGRATE_DUMP, MIGRATE_RESTORE, MIGRATE_FEATURE_CHECK };

#define FEATURE_MEM_TRACK (1ULL << 0)
#define FEATURE_LAZY_PAGES (1ULL << 1)

struct migrate_opts {
    char* directory;
    bool verbose;
    bool stop;
    char* predump_dir;
    char* pageserver_address;
    char* pageserver_port;
    bool preserves_inodes;
    char* action_script;
    bool disable_skip_in_flight;
    uint64_t ghost_limit;
    uint64_t features_to_check;
};

struct lxc_console_log {
    bool clear;         /* empty the buffer (after reading) */
    bool read;          /* give what it holds */
    uint64_t* read_max; /* in: at most so many bytes, the newest, 0: all; out: how many there are in data */
    char* data;         /* out: allocated, no NUL at its end; NULL: nothing */
};

struct lxc_log {
    const char* name;
    const char* lxcpath;
    const char* file;
    const char* level;
    const char* prefix;
    bool quiet;
};

/* A reference to the container of that name, which need not exist; NULL for a name that no container can have.
 * configpath NULL: lxc.lxcpath of the user's lxc.conf. */
struct lxc_container* lxc_container_new(const char* name, const char* configpath);
int lxc_container_get(struct lxc_container* c); /* 1; 0: it was freed */
int lxc_container_put(struct lxc_container* c); /* 1: freed; 0: there are other references; -1: NULL */

int lxc_get_wait_states(const char** states); /* the number of states; fills the array unless it is NULL */
const char* lxc_get_global_config_item(const char* key);
const char* lxc_get_version(void);

/* Their number, or -1.  names and cret may be NULL. */
int list_defined_containers(const char* lxcpath, char*** names, struct lxc_container*** cret);
int list_active_containers(const char* lxcpath, char*** names, struct lxc_container*** cret);
int list_all_containers(const char* lxcpath, char*** names, struct lxc_container*** cret);

int lxc_log_init(struct lxc_log* log);
void lxc_log_close(void);

bool lxc_config_item_is_supported(const char* key);
bool lxc_has_api_extension(const char* extension);

/* As LXC up to version 3 had them: Ruby's binding needs both. */
int lxc_wait_for_pid_status(pid_t pid);       /* the wait status, or -1 */
long lxc_config_parse_arch(const char* arch); /* PER_LINUX or PER_LINUX32, or -1 */

#ifdef __cplusplus
}
#endif
