/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once
/* How a process enters a running container: the options of lxc_container.attach() and attach_run_wait().
 *
 * cubby puts every attached process under the container's own confinement (capabilities, filters, labels, limits); no
 * flag lifts it.  A flag that is not known is refused.
 *
 * A process in the container's pid namespace that has kept the caller's mounts (no CLONE_NEWNS): root of the container can
 * trace a program that it has exec'd, and through it open the host's files, with the rights of the container's ids.  While
 * the function runs without an exec, he cannot. */

#include <errno.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    LXC_ATTACH_MOVE_TO_CGROUP = 0x00000001,    /* nothing: no container has a control group of its own yet */
    LXC_ATTACH_DROP_CAPABILITIES = 0x00000002, /* always done */
    LXC_ATTACH_SET_PERSONALITY = 0x00000004,   /* to `personality` */
    LXC_ATTACH_LSM_EXEC = 0x00000008,          /* always done, except with LSM_NOW alone */

    /* Without CLONE_NEWNS: in a mount namespace of its own, /proc of the pid namespace and /sys of the network namespace that
     * are entered.  Refused by the kernel where parts of the host's are covered. */
    LXC_ATTACH_REMOUNT_PROC_SYS = 0x00010000,
    LXC_ATTACH_LSM_NOW = 0x00020000, /* the label at once; with LSM_EXEC, which DEFAULT has, for the next exec */
    LXC_ATTACH_NO_NEW_PRIVS = 0x00040000,
    /* A terminal of the container's, which becomes the controlling one, and stands in for those of the three descriptors
     * that are terminals.  It is relayed to them, or to the caller's /dev/tty, until the process has ended; attach() returns
     * then.  Without this flag a terminal among the three goes in as it is. */
    LXC_ATTACH_TERMINAL = 0x00080000,
    LXC_ATTACH_LSM_LABEL = 0x00100000, /* lsm_label instead of the container's, for the module that the host runs */
    LXC_ATTACH_SETGROUPS = 0x00200000,

    LXC_ATTACH_DEFAULT = 0x0000FFFF
};

#define LXC_ATTACH_LSM (LXC_ATTACH_LSM_EXEC | LXC_ATTACH_LSM_NOW | LXC_ATTACH_LSM_LABEL)

typedef enum lxc_attach_env_policy_t {
    LXC_ATTACH_KEEP_ENV = 0, /* the caller's variables go in */
    LXC_ATTACH_CLEAR_ENV = 1 /* only extra_keep_env of them */
} lxc_attach_env_policy_t;

/* What runs inside, in a child of the caller's process; its result is the exit status. */
typedef int (*lxc_attach_exec_t)(void* payload);

typedef struct lxc_groups_t {
    size_t size;
    gid_t* list;
} lxc_groups_t;

#define LXC_INVALID_UID ((uid_t) - 1)
#define LXC_INVALID_GID ((gid_t) - 1)

typedef struct lxc_attach_options_t {
    int attach_flags;
    int namespaces;    /* CLONE_NEW* bits; -1: all that the container has.  The user namespace is always entered. */
    long personality;  /* PER_*; ~0L: the container's */
    char* initial_cwd; /* NULL: "/" */
    uid_t uid;         /* inside; LXC_INVALID_UID: 0 */
    gid_t gid;         /* inside; LXC_INVALID_GID: 0 */
    lxc_attach_env_policy_t env_policy;
    char** extra_env_vars; /* "NAME=VALUE", NULL at the end; may be NULL */
    char** extra_keep_env; /* names, NULL at the end; may be NULL */
    int stdin_fd;          /* become 0, 1 and 2; no directories */
    int stdout_fd;
    int stderr_fd;
    int log_fd;          /* read with LXC_ATTACH_TERMINAL only: what the terminal shows is written there as well */
    char* lsm_label;     /* read with LXC_ATTACH_LSM_LABEL only */
    lxc_groups_t groups; /* read with LXC_ATTACH_SETGROUPS only */
} lxc_attach_options_t;

#define LXC_ATTACH_OPTIONS_DEFAULT                                                                                  \
    {                                                                                                               \
        .attach_flags = LXC_ATTACH_DEFAULT, .namespaces = -1, .personality = (long)~0L, .initial_cwd = NULL,        \
        .uid = LXC_INVALID_UID, .gid = LXC_INVALID_GID, .env_policy = LXC_ATTACH_KEEP_ENV, .extra_env_vars = NULL,  \
        .extra_keep_env = NULL, .stdin_fd = 0, .stdout_fd = 1, .stderr_fd = 2, .log_fd = -EBADF, .lsm_label = NULL, \
        .groups = {                                                                                                 \
            .size = 0,                                                                                              \
            .list = NULL                                                                                            \
        }                                                                                                           \
    }

typedef struct lxc_attach_command_t {
    char* program;
    char** argv; /* NULL at the end */
} lxc_attach_command_t;

/* For attach(): payload is an lxc_attach_command_t; the program is looked for in the PATH inside.  Ends with 127 where
 * there is none, with 126 where it cannot be run. */
extern int lxc_attach_run_command(void* payload);
/* For attach(): payload is not used; runs the login shell of the user inside, else /bin/sh. */
extern int lxc_attach_run_shell(void* payload);

#ifdef __cplusplus
}
#endif
