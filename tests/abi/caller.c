/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A caller in C: `caller TEST` in a private home (test_abi.py).  Each test ends with 0, or says what was wrong; without
 * a name, their names. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"

struct lxc_container* container(const char* name) {
    struct lxc_container* c = lxc_container_new(name, NULL);
    CHECK(c != NULL);
    return c;
}

struct lxc_container* started(const char* name) {
    struct lxc_container* c = container(name);
    if (!c->createl(c, "busybox", "dir", NULL, LXC_CREATE_QUIET, NULL) || !c->start(c, 0, NULL)) {
        fprintf(stderr, "%s: %s\n", name, c->error_string ? c->error_string : "no reason");
        exit(1);
    }
    return c;
}

/* A signal to a first process that does not wait for it yet is lost; busybox's catches SIGTSTP when it does. */
static int listens(struct lxc_container* c) {
    return c->attach_run_waitl(c, NULL, "sh", "sh", "-c",
                               "until grep -q '^SigCgt:.*8....$' /proc/1/status; do sleep 0.1; done", NULL) == 0;
}

void ended(struct lxc_container* c) {
    CHECK(c->stop(c));
    CHECK(c->destroy(c));
    CHECK(lxc_container_put(c) == 1);
}

/* The counts that LXC's own containertests.c asserts. */
static void references(void) {
    struct lxc_container* c = container("refs");
    CHECK(c->numthreads == 1 && c->daemonize);
    CHECK(strcmp(c->name, "refs") == 0 && c->config_path[0] == '/');
    CHECK(lxc_container_get(c) == 1 && c->numthreads == 2);
    CHECK(lxc_container_put(c) == 0 && c->numthreads == 1);
    /* Callers free and forget this one, and forget the configuration. */
    free(c->configfile);
    c->configfile = NULL;
    CHECK(c->config_file_name(c) == NULL && c->error_string != NULL && c->error_num != 0);
    CHECK(c->set_config_item(c, "lxc.uts.name", "one"));
    CHECK(c->lxc_conf != NULL);
    c->lxc_conf = NULL;
    CHECK(c->get_config_item(c, "lxc.uts.name", NULL, 0) == -1);
    CHECK(c->set_config_item(c, "lxc.uts.name", "two"));
    c->clear_config(c);
    CHECK(c->lxc_conf == NULL);
    CHECK(lxc_container_put(c) == 1);
    CHECK(lxc_container_put(NULL) == -1 && lxc_container_get(NULL) == 0);
    CHECK(lxc_container_new("not/a/name", NULL) == NULL && lxc_container_new(NULL, NULL) == NULL);
}

static void items(void) {
    struct lxc_container* c = container("items");
    char text[64];
    CHECK(!c->is_defined(c) && !c->is_running(c) && strcmp(c->state(c), "STOPPED") == 0 && c->init_pid(c) == -1);
    CHECK(c->set_config_item(c, "lxc.environment", "A=1"));
    CHECK(c->set_config_item(c, "lxc.environment", "B=2"));
    CHECK(c->get_config_item(c, "lxc.environment", NULL, 0) == 8);
    CHECK(c->get_config_item(c, "lxc.environment", text, sizeof text) == 8 && strcmp(text, "A=1\nB=2\n") == 0);
    CHECK(c->get_config_item(c, "lxc.environment", text, 5) == 8 && strcmp(text, "A=1\n") == 0);
    CHECK(c->set_config_item(c, "lxc.uts.name", "first") && c->set_config_item(c, "lxc.uts.name", "second"));
    CHECK(c->get_config_item(c, "lxc.uts.name", text, sizeof text) == 6 && strcmp(text, "second") == 0);
    CHECK(c->clear_config_item(c, "lxc.environment"));
    CHECK(c->get_config_item(c, "lxc.environment", NULL, 0) == 0);
    CHECK(!c->set_config_item(c, "lxc.no.such.key", "1") && strstr(c->error_string, "lxc.no.such.key") != NULL);
    CHECK(!c->set_config_item(c, "lxc.signal.halt", "SIGNOTHING"));
    CHECK(c->get_config_item(c, "lxc.no.such.key", NULL, 0) == -1);
    CHECK(c->get_keys(c, NULL, NULL, 0) > 100);
    CHECK(c->get_running_config_item(c, "lxc.uts.name") == NULL);
    CHECK(lxc_config_item_is_supported("lxc.uts.name") && !lxc_config_item_is_supported("lxc.no.such.key"));

    CHECK(c->save_config(c, NULL) && c->is_defined(c));
    struct lxc_container* again = container("items");
    CHECK(again->get_config_item(again, "lxc.uts.name", text, sizeof text) == 6);
    CHECK(again->save_config(again, "saved") && again->load_config(again, "saved"));
    CHECK(unlink("saved") == 0);
    CHECK(!again->load_config(again, "/no/such/file"));
    lxc_container_put(again);
    CHECK(c->destroy(c) && !c->is_defined(c));
    lxc_container_put(c);
}

static void* change(void* argument) {
    struct lxc_container* c = argument;
    for (int round = 0; round < 50; ++round) {
        char value[32];
        CHECK(lxc_container_get(c) == 1);
        snprintf(value, sizeof value, "T%d=1", round);
        CHECK(c->set_config_item(c, "lxc.environment", value));
        CHECK(c->get_config_item(c, "lxc.environment", NULL, 0) > 0);
        CHECK(!c->set_config_item(c, "lxc.wrong", "x"));
        CHECK(c->state(c) != NULL);
        CHECK(lxc_container_put(c) == 0);
    }
    return NULL;
}

static void* live(void* argument) {
    char name[16];
    snprintf(name, sizeof name, "live%d", *(int*)argument);
    struct lxc_container* c = started(name);
    for (int round = 0; round < 5; ++round) {
        const char* const argv[] = {"sh", "-c", "exit 3", NULL};
        const int status = c->attach_run_wait(c, NULL, "sh", argv);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 3) {
            fprintf(stderr, "%s: status %d: %s\n", name, status, c->error_string ? c->error_string : "");
            exit(1);
        }
    }
    ended(c);
    return NULL;
}

static void threads(void) {
    pthread_t thread[8];
    struct lxc_container* c = container("threads");
    for (int at = 0; at < 8; ++at) {
        CHECK(pthread_create(&thread[at], NULL, change, c) == 0);
    }
    for (int at = 0; at < 8; ++at) {
        CHECK(pthread_join(thread[at], NULL) == 0);
    }
    CHECK(c->numthreads == 1 && c->get_config_item(c, "lxc.environment", NULL, 0) > 8 * 50 * 4);
    CHECK(lxc_container_put(c) == 1);
    int number[4];
    for (int at = 0; at < 4; ++at) {
        number[at] = at;
        CHECK(pthread_create(&thread[at], NULL, live, &number[at]) == 0);
    }
    for (int at = 0; at < 4; ++at) {
        CHECK(pthread_join(thread[at], NULL) == 0);
    }
    CHECK(waitpid(-1, NULL, WNOHANG) == -1); /* nobody is left for us to wait for */
}

static void console(void) {
    struct lxc_container* c = started("con");
    int number = -1;
    int fd = -1;
    const int holder = c->console_getfd(c, &number, &fd);
    CHECK(holder >= 0 && fd >= 0 && number == 0 && isatty(fd));
    CHECK(c->attach_run_waitl(c, NULL, "sh", "sh", "-c", "echo seen-by-all > /dev/console", NULL) == 0);
    char seen[4096] = "";
    size_t used = 0;
    while (strstr(seen, "seen-by-all") == NULL && used < sizeof seen - 1) {
        const ssize_t got = read(fd, seen + used, sizeof seen - 1 - used);
        CHECK(got > 0);
        used += (size_t)got;
    }
    close(fd);
    close(holder);
    uint64_t most = 0;
    struct lxc_console_log log = {.clear = true, .read = true, .read_max = &most};
    CHECK(c->console_log(c, &log) == 0 && log.data != NULL && most > 0 &&
          memmem(log.data, most, "seen-by-all", 11) != NULL);
    free(log.data);
    most = 0;
    CHECK(c->console_log(c, &log) == -ENODATA && log.data == NULL);
    number = 3;
    CHECK(c->console_getfd(c, &number, &fd) == -1);
    ended(c);
    CHECK(c != NULL);
}

static void foreground(void) {
    struct lxc_container* c = container("fore");
    CHECK(c->createl(c, "busybox", NULL, NULL, 0, NULL));
    CHECK(c->want_daemonize(c, false));
    CHECK(c->startl(c, 1, "sh", "-c", "exit 9", NULL));
    CHECK(WIFEXITED(c->error_num) && WEXITSTATUS(c->error_num) == 9);
    CHECK(strcmp(c->state(c), "STOPPED") == 0);
    CHECK(c->destroy(c));
    lxc_container_put(c);
}

static void refused(void) {
    struct lxc_container* c = started("no");
    struct lxc_snapshot* snapshots = (void*)1;
    CHECK(!c->freeze(c) && strstr(c->error_string, "control groups") != NULL);
    CHECK(!c->unfreeze(c));
    CHECK(c->get_cgroup_item(c, "memory.usage_in_bytes", NULL, 0) == -1 && !c->set_cgroup_item(c, "pids.max", "9"));
    CHECK(c->snapshot(c, NULL) == -1 && c->snapshot_list(c, &snapshots) == 0 && snapshots == NULL);
    CHECK(!c->snapshot_restore(c, "snap0", NULL) && !c->snapshot_destroy(c, "snap0") && !c->snapshot_destroy_all(c));
    CHECK(!c->attach_interface(c, "eth0", NULL) && !c->detach_interface(c, "eth0", NULL));
    CHECK(!c->checkpoint(c, NULL, false, false) && !c->restore(c, NULL, false));
    CHECK(c->seccomp_notify_fd(c) == -1 && strstr(c->error_string, "notifies no system call") != NULL);
    CHECK(c->clone(c, "other", NULL, LXC_CLONE_SNAPSHOT, NULL, NULL, 0, NULL) == NULL);
    CHECK(c->clone(c, "other", NULL, 0, NULL, NULL, 0, NULL) == NULL && strstr(c->error_string, "running") != NULL);
    /* And what goes beside them. */
    CHECK(c->may_control(c) && c->set_timeout(c, 9) && c->rcv_timeout == 9 && c->want_close_all_fds(c, true));
    const int pidfd = c->init_pidfd(c);
    const int devpts = c->devpts_fd(c);
    CHECK(pidfd >= 0 && devpts >= 0 && c->init_pid(c) > 0);
    close(pidfd);
    close(devpts);
    char* running = c->get_running_config_item(c, "lxc.uts.name");
    CHECK(running != NULL && strcmp(running, "no") == 0);
    free(running);
    CHECK(!c->destroy(c)); /* it runs */
    CHECK(listens(c) && c->reboot2(c, 30));
    CHECK(listens(c) && c->shutdown(c, 30) && c->wait(c, "STOPPED", 0) && !c->wait(c, "RUNNING", 0) &&
          !c->wait(c, "NONSENSE", 0));
    CHECK(!c->stop(c));
    CHECK(c->destroy_with_snapshots(c));
    lxc_container_put(c);
}

static int inside(struct lxc_container* c, const char* command) {
    return c->attach_run_waitl(c, NULL, "sh", "sh", "-c", command, NULL);
}

static void mounts(void) {
    struct lxc_container* c = started("mo");
    CHECK(c->mount(c, "/usr", "/mnt/usr", NULL, MS_BIND | MS_RDONLY, NULL, NULL) == 0);
    CHECK(inside(c, "test -d /mnt/usr/bin && ! touch /mnt/usr/x 2>/dev/null") == 0);
    CHECK(c->umount(c, "/mnt/usr", 0, NULL) == 0 && inside(c, "test ! -e /mnt/usr/bin") == 0);
    CHECK(c->mount(c, "scratch", "/scratch", "tmpfs", MS_NOEXEC, "size=64k,mode=700", NULL) == 0);
    CHECK(inside(c, "grep -q '^scratch /scratch tmpfs rw,.*noexec.*size=64k' /proc/mounts") == 0);
    CHECK(c->add_device_node(c, "/dev/zero", "/dev/nought") && inside(c, "head -c 9 /dev/nought >/dev/null") == 0);
    CHECK(c->remove_device_node(c, "/dev/zero", "/dev/nought") && inside(c, "test ! -e /dev/nought") == 0);
    /* And what is none. */
    CHECK(c->mount(c, "/usr", "/mnt", NULL, 0, NULL, NULL) == -1 &&
          c->mount(c, "/usr", NULL, NULL, 0, NULL, NULL) == -1);
    CHECK(c->mount(c, "/none", "/mnt", "", MS_BIND, NULL, NULL) == -1 && strstr(c->error_string, "/none") != NULL);
    CHECK(c->mount(c, "/usr", "/mnt", NULL, MS_BIND | MS_MOVE, NULL, NULL) == -1);
    CHECK(c->umount(c, "/mnt", 0, NULL) == -1 && c->umount(c, "/", 0, NULL) == -1 && c->umount(c, NULL, 0, NULL) == -1);
    CHECK(!c->add_device_node(c, "/etc/passwd", NULL) && !c->add_device_node(c, NULL, NULL));
    ended(c);
    CHECK(c != NULL);
}

/* Every mkdir of the container is answered here. */
static void* answer_two(void* listener) {
    static struct seccomp_notif_resp answer[2];
    for (int at = 0; at < 2; ++at) {
        struct seccomp_notif call;
        memset(&call, 0, sizeof call);
        CHECK(ioctl(*(int*)listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0);
        answer[at] = (struct seccomp_notif_resp){
            .id = call.id, .error = at == 0 ? -EDQUOT : 0, .flags = at == 0 ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        CHECK(ioctl(*(int*)listener, SECCOMP_IOCTL_NOTIF_SEND, &answer[at]) == 0);
    }
    return NULL;
}

static void notified(void) {
    FILE* policy = fopen("policy", "w");
    CHECK(policy != NULL && fputs("2\ndenylist\nmkdir notify\nmkdirat notify\n", policy) > 0 && fclose(policy) == 0);
    char path[4096];
    CHECK(realpath("policy", path) != NULL);
    struct lxc_container* c = container("notified");
    CHECK(c->createl(c, "busybox", NULL, NULL, 0, NULL) && c->set_config_item(c, "lxc.seccomp.profile", path));
    CHECK(c->startl(c, 0, "sh", "-c",
                    "while ! test -e /go; do sleep 0.1; done; mkdir /one 2>/said; mkdir /two; touch /done; sleep 1000",
                    NULL));
    int listener = c->seccomp_notify_fd(c);
    CHECK(listener >= 0);
    const int again = c->seccomp_notify_fd_active(c);
    CHECK(again >= 0 && close(again) == 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, answer_two, &listener) == 0);
    CHECK(inside(c, "touch /go; while ! test -e /done; do sleep 0.1; done; grep -qi quota /said && test -d /two") == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    close(listener);
    ended(c);
    CHECK(c != NULL);
}

static void library(void) {
    const char* states[8];
    CHECK(lxc_get_wait_states(NULL) == 8 && lxc_get_wait_states(states) == 8 && strcmp(states[7], "THAWED") == 0);
    CHECK(strcmp(lxc_get_version(), LXC_VERSION) == 0);
    CHECK(lxc_has_api_extension("cubby") && lxc_has_api_extension("pidfd") && !lxc_has_api_extension("no"));
    CHECK(strstr(lxc_get_global_config_item("lxc.lxcpath"), "/.local/share/lxc") != NULL);
    CHECK(lxc_get_global_config_item("lxc.none") == NULL);
    CHECK(lxc_config_parse_arch("x86_64") == 0 && lxc_config_parse_arch("i686") == 8 &&
          lxc_config_parse_arch("?") == -1);
    CHECK(lxc_wait_for_pid_status(1) == -1);
    struct lxc_log log = {.name = "x", .file = "library.log", .level = "ERROR", .quiet = true};
    CHECK(lxc_log_init(&log) == 0);
    CHECK(lxc_container_new("bad/name", NULL) == NULL);
    lxc_log_close();
    FILE* written = fopen("library.log", "r");
    char line[256] = "";
    CHECK(written != NULL && fgets(line, sizeof line, written) != NULL && strstr(line, "bad/name") != NULL);
    fclose(written);
    unlink("library.log");
}

static void lists(void) {
    struct lxc_container* c = started("run1");
    struct lxc_container* other = container("still");
    char** names = NULL;
    struct lxc_container** objects = NULL;
    CHECK(other->set_config_item(other, "lxc.uts.name", "still") && other->save_config(other, NULL));
    CHECK(list_defined_containers(NULL, &names, &objects) == 2);
    CHECK(strcmp(names[0], "run1") == 0 && strcmp(objects[1]->name, "still") == 0 &&
          objects[0]->is_running(objects[0]));
    for (int at = 0; at < 2; ++at) {
        free(names[at]);
        lxc_container_put(objects[at]);
    }
    free(names);
    free(objects);
    CHECK(list_active_containers(NULL, NULL, NULL) == 1 && list_all_containers(NULL, NULL, NULL) == 2);
    CHECK(list_all_containers("/no/such/place", &names, NULL) <= 0);
    CHECK(other->destroy(other) && lxc_container_put(other) == 1);
    ended(c);
}

static void paths(void) {
    struct lxc_container* c = container("here");
    char* before = c->config_file_name(c);
    CHECK(before != NULL && strstr(before, "/.local/share/lxc/here/config") != NULL);
    free(before);
    CHECK(c->set_config_item(c, "lxc.uts.name", "kept") && c->save_config(c, NULL) && c->is_defined(c));
    char elsewhere[4096];
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere/", getenv("HOME"));
    CHECK(c->set_config_path(c, elsewhere) && strstr(c->get_config_path(c), "/elsewhere") != NULL);
    CHECK(strstr(c->configfile, "/elsewhere/here/config") != NULL && !c->is_defined(c));
    CHECK(c->get_config_item(c, "lxc.uts.name", NULL, 0) == 4);
    CHECK(c->save_config(c, NULL) && c->is_defined(c) && c->destroy(c));
    CHECK(!c->set_config_path(c, "relative"));
    lxc_container_put(c);
    c = container("here");
    CHECK(c->destroy(c) && lxc_container_put(c) == 1);
}

static void placed(void) {
    struct lxc_container* c = container("placed");
    char place[4096];
    char item[5000];
    snprintf(place, sizeof place, "%s/placed-root", getenv("HOME"));
    struct bdev_specs specs = {.dir = place};
    CHECK(!c->createl(c, "busybox", "overlay", &specs, 0, NULL) && strstr(c->error_string, "-B dir") != NULL);
    CHECK(!c->is_defined(c) && access(place, F_OK) != 0);
    specs.dir = (char*)"relative";
    CHECK(!c->createl(c, "busybox", NULL, &specs, 0, NULL) && strstr(c->error_string, "absolute") != NULL);
    specs.dir = place;
    CHECK(c->createl(c, "busybox", NULL, &specs, 0, NULL));
    CHECK(c->get_config_item(c, "lxc.rootfs.path", item, sizeof item) > 0);
    CHECK(strcmp(item, place) == 0); /* as LXC tells it: without the storage type */
    CHECK(access(place, F_OK) == 0 && c->destroy(c) && access(place, F_OK) != 0);
    CHECK(lxc_container_put(c) == 1);
}

static const struct {
    const char* name;
    void (*run)(void);
} tests[] = {
    {"attached", attached},   {"closed", closed},         {"console", console},
    {"flags", flags},         {"foreground", foreground}, {"items", items},
    {"library", library},     {"lists", lists},           {"old_callers", old_callers},
    {"mounts", mounts},       {"notified", notified},     {"paths", paths},
    {"placed", placed},       {"references", references}, {"refused", refused},
    {"remounted", remounted}, {"shell", shell},           {"terminal", terminal},
    {"threads", threads},
};

int main(int argc, char** argv) {
    CHECK(argc == 1 || chdir(getenv("HOME")) == 0);
    for (size_t at = 0; at < sizeof tests / sizeof *tests; ++at) {
        if (argc == 1) {
            puts(tests[at].name);
        } else if (strcmp(argv[1], tests[at].name) == 0) {
            tests[at].run();
            return 0;
        }
    }
    return argc == 1 ? 0 : 2;
}
