/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attaching, and what older callers pass. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"

/* Structures as older callers have them, each at the very end of a page with nothing behind it: reading a member that
 * they do not have ends the program. */
static void* short_object(const void* source, size_t size) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char* pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && mprotect(pages + page, page, PROT_NONE) == 0);
    return memcpy(pages + page - size, source, size);
}

static int say_five(void* payload) { return *(int*)payload; }

void old_callers(void) {
    struct lxc_container* c = container("old");
    const struct bdev_specs specs = {0};
    CHECK(c->createl(c, "busybox", "dir", short_object(&specs, 72), 0, NULL));
    CHECK(c->start(c, 0, NULL));
    /* LXC 1.0: without log_fd, lsm_label and groups. */
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    lxc_attach_options_t* old = short_object(&options, offsetof(lxc_attach_options_t, log_fd));
    int five = 5;
    pid_t pid = -1;
    CHECK(c->attach(c, say_five, &five, old, &pid) == 0 && pid > 0);
    const int status = lxc_wait_for_pid_status(pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
    /* LXC 2.0: migrate_opts without the last three. */
    struct migrate_opts migrate = {0};
    CHECK(c->migrate(c, MIGRATE_FEATURE_CHECK, short_object(&migrate, 56), 56) == -1);
    migrate.features_to_check = FEATURE_MEM_TRACK;
    CHECK(c->migrate(c, MIGRATE_FEATURE_CHECK, &migrate, sizeof migrate) == -1 && migrate.features_to_check == 0);
    ended(c);
}

static int use_library_inside(void* payload) {
    (void)payload;
    struct lxc_container* c = lxc_container_new("inside", "/tmp");
    return c != NULL && getuid() == 0 && strcmp(getenv("container"), "lxc") == 0 && getenv("GIVEN") != NULL ? 7 : 8;
}

void attached(void) {
    struct lxc_container* c = started("at");
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    char* extra[] = {(char*)"GIVEN=1", NULL};
    pid_t pid = -1;
    options.extra_env_vars = extra;
    CHECK(c->attach(c, use_library_inside, NULL, &options, &pid) == 0);
    CHECK(WEXITSTATUS(lxc_wait_for_pid_status(pid)) == 7);
    CHECK(c->attach_run_waitl(c, &options, "no-such-program", "x", NULL) == 127 << 8);
    CHECK(c->attach_run_waitl(c, &options, "/etc/passwd", "x", NULL) == 126 << 8);
    options.uid = 1000;
    options.gid = 1001;
    options.initial_cwd = (char*)"/tmp";
    CHECK(c->attach_run_waitl(c, &options, "sh", "sh", "-c", "test $(id -u):$(id -g):$PWD:$GIVEN = 1000:1001:/tmp:1",
                              NULL) == 0);
    /* Not root inside has none of root's capabilities, from the first instruction on. */
    CHECK(c->attach_run_waitl(c, &options, "sh", "sh", "-c", "grep -q 'CapEff:.0*$' /proc/self/status", NULL) == 0);
    options = (lxc_attach_options_t)LXC_ATTACH_OPTIONS_DEFAULT;
    options.env_policy = LXC_ATTACH_CLEAR_ENV;
    CHECK(setenv("OURS", "1", 1) == 0);
    CHECK(c->attach_run_waitl(c, &options, "sh", "sh", "-c", "test -z \"$OURS\" && test -n \"$PATH\"", NULL) == 0);
    CHECK(c->attach_run_waitl(c, NULL, "sh", "sh", "-c", "test \"$OURS\" = 1", NULL) == 0);
    ended(c);
}

static int wait_for_byte(void* payload) {
    unsigned char byte = 0;
    return read(*(int*)payload, &byte, 1) == 1 ? byte : 255;
}

/* What an exec inside must not get of ours: directories of the host, other descriptors, a way to be traced. */
void closed(void) {
    struct lxc_container* c = started("shut");
    FILE* open_file = fopen("/etc/hostname", "r");
    CHECK(open_file != NULL && open("/", O_RDONLY | O_DIRECTORY) >= 0);
    /* The directory that the shell itself had open for its pattern is closed by then. */
    CHECK(c->attach_run_waitl(c, NULL, "sh", "sh", "-c",
                              "for fd in /proc/$$/fd/*; do case ${fd##*/} in 0|1|2) ;; *) test ! -e $fd || exit 9;; "
                              "esac; done",
                              NULL) == 0);
    int ends[2];
    pid_t pid = -1;
    /* One that has ended, waited for or not, has no program to show either. */
    const char* const look =
        "for p in /proc/[0-9]*; do readlink $p/exe > /dev/null || grep -q State:.Z $p/status 2> /dev/null || ! test -e $p || hidden=1; "
        "done; test \"$hidden\" = 1";
    CHECK(c->attach_run_waitl(c, NULL, "sh", "sh", "-c", look, NULL) == 1 << 8);
    CHECK(pipe(ends) == 0 && c->attach(c, wait_for_byte, &ends[0], NULL, &pid) == 0);
    CHECK(c->attach_run_waitl(c, NULL, "sh", "sh", "-c", look, NULL) == 0);
    CHECK(write(ends[1], "x", 1) == 1 && lxc_wait_for_pid_status(pid) == 'x' << 8);
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    options.stdin_fd = open("/", O_RDONLY | O_DIRECTORY);
    CHECK(c->attach_run_waitl(c, &options, "true", "true", NULL) == -1 && strstr(c->error_string, "directory") != NULL);
    ended(c);
}

void shell(void) {
    struct lxc_container* c = started("sh");
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    int ends[2];
    CHECK(pipe(ends) == 0 && write(ends[1], "exit 13\n", 8) == 8);
    close(ends[1]);
    options.stdin_fd = ends[0];
    pid_t pid = -1;
    CHECK(c->attach(c, lxc_attach_run_shell, NULL, &options, &pid) == 0);
    const int status = lxc_wait_for_pid_status(pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 13);
    ended(c);
}
