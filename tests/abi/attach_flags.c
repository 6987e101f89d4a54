/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each flag of attaching, and namespaces entered in part. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests.h"

static int run(struct lxc_container* c, lxc_attach_options_t* options, const char* script) {
    const int status = c->attach_run_waitl(c, options, "sh", "sh", "-c", script, NULL);
    return status < 0 ? status : WEXITSTATUS(status);
}

static int refused(struct lxc_container* c, lxc_attach_options_t* options, const char* says) {
    return run(c, options, "true") == -1 && strstr(c->error_string, says) != NULL;
}

static struct lxc_container* started_with(const char* name, const char* key, const char* value) {
    struct lxc_container* c = container(name);
    CHECK(c->createl(c, "busybox", "dir", NULL, LXC_CREATE_QUIET, NULL) && c->set_config_item(c, key, value) &&
          c->save_config(c, NULL) && c->start(c, 0, NULL));
    return c;
}

static size_t mounts_here(void) {
    static char text[1 << 16];
    FILE* file = fopen("/proc/self/mountinfo", "r");
    CHECK(file != NULL);
    const size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    return size;
}

static int wait_for_byte(void* payload) {
    unsigned char byte = 0;
    return read(*(int*)payload, &byte, 1) == 1 ? byte : 255;
}

void remounted(void) {
    struct lxc_container* c = started_with("re", "lxc.net.0.type", "empty");
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    const char* const own = "read pid rest < /proc/self/stat; test $pid = $$";
    char hosts_file[] = "/tmp/cubby-abi-XXXXXX";
    char sees_it[64];
    const int made = mkstemp(hosts_file);
    CHECK(made >= 0);
    snprintf(sees_it, sizeof sees_it, "test -e %s", hosts_file);
    const size_t before = mounts_here();
    options.namespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
    CHECK(run(c, &options, own) == 1); /* the host's /proc does not know it by this number */
    options.attach_flags |= LXC_ATTACH_REMOUNT_PROC_SYS;
    CHECK(run(c, &options, own) == 0);
    CHECK(run(c, &options, sees_it) == 0);
    CHECK(run(c, &options, "test \"$(ls /sys/class/net)\" = lo") == 0);
    CHECK(mounts_here() == before);
    options.namespaces = -1; /* with the mount namespace there is nothing to do */
    CHECK(run(c, &options, own) == 0 && run(c, &options, sees_it) == 1);
    CHECK(close(made) == 0 && unlink(hosts_file) == 0);
    /* A function keeps what it has of ours to itself: root of the container can look at no link of its process. */
    options.namespaces = CLONE_NEWPID;
    int ends[2];
    pid_t pid = -1;
    CHECK(pipe(ends) == 0 && c->attach(c, wait_for_byte, &ends[0], &options, &pid) == 0);
    CHECK(run(c, NULL,
              "for p in /proc/[0-9]*; do grep -q State:.Z $p/status 2> /dev/null || ! test -e $p || "
              "readlink $p/root > /dev/null || hidden=1; done; test \"$hidden\" = 1") == 0);
    CHECK(write(ends[1], "x", 1) == 1 && lxc_wait_for_pid_status(pid) == 'x' << 8);
    options.namespaces = 1;
    CHECK(refused(c, &options, "CLONE_NEW"));
    ended(c);
}

void flags(void) {
    struct lxc_container* c = started_with("fl", "lxc.arch", "i686");
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    options.attach_flags |= LXC_ATTACH_NO_NEW_PRIVS | LXC_ATTACH_LSM_NOW;
    CHECK(run(c, &options, "grep -q 'NoNewPrivs:.1' /proc/self/status") == 0);
    options.attach_flags = LXC_ATTACH_DEFAULT | LXC_ATTACH_SETGROUPS;
    gid_t list[] = {5, 77};
    options.groups = (lxc_groups_t){2, list};
    CHECK(run(c, &options, "grep -q '^Groups:.5 77 *$' /proc/self/status") == 0);
    options.groups.list = NULL;
    CHECK(refused(c, &options, "without a list"));
    options = (lxc_attach_options_t)LXC_ATTACH_OPTIONS_DEFAULT;
    options.groups = (lxc_groups_t){2, NULL}; /* not read without the flag */
    /* The container's personality, unless another one is asked for, or none. */
    CHECK(run(c, &options, "test $(uname -m) != x86_64") == 0);
    options.personality = PER_LINUX;
    CHECK(run(c, &options, "case $(uname -m) in *64*) ;; *) exit 1;; esac") == 0);
    options.personality = ~0L;
    options.attach_flags &= ~LXC_ATTACH_SET_PERSONALITY;
    CHECK(run(c, &options, "case $(uname -m) in *64*) ;; *) exit 1;; esac") == 0);
    options.attach_flags = LXC_ATTACH_DEFAULT | LXC_ATTACH_LSM_LABEL;
    CHECK(refused(c, &options, "without lsm_label"));
    options.lsm_label = (char*)"no-such-label-anywhere";
    CHECK(refused(c, &options, "lsm_label"));
    options.attach_flags = LXC_ATTACH_DEFAULT | 0x40000000;
    CHECK(refused(c, &options, "0x40000000"));
    ended(c);
}

/* The caller's terminal, and all that it has shown so far. */
struct shown {
    int master;
    size_t size;
    char text[1 << 20];
};

static void* watch(void* argument) {
    struct shown* shown = argument;
    ssize_t got;
    while ((got = read(shown->master, shown->text + shown->size, sizeof shown->text - 1 - shown->size)) > 0) {
        shown->size += (size_t)got;
    }
    return NULL;
}

static int open_terminal(struct shown* shown) {
    memset(shown, 0, sizeof *shown);
    shown->master = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(shown->master >= 0 && unlockpt(shown->master) == 0);
    const int own = ioctl(shown->master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    CHECK(own >= 0);
    return own;
}

/* Inside: a terminal of the container's own, under control, and no way to type into ours. */
static int look_at_terminal(void* payload) {
    const struct stat* ours = payload;
    struct stat inside;
    for (int fd = 0; fd < 3; ++fd) {
        if (fstat(fd, &inside) != 0 || isatty(fd) != 1 ||
            (inside.st_dev == ours->st_dev && inside.st_rdev == ours->st_rdev) || inside.st_uid != geteuid() ||
            tcgetsid(fd) != getsid(0) || ioctl(fd, TIOCSTI, "x") == 0) {
            return 10 + fd;
        }
    }
    return open("/dev/tty", O_RDWR) >= 0 ? 7 : 20;
}

void terminal(void) {
    struct lxc_container* c = started("te");
    static struct shown shown;
    const int own = open_terminal(&shown);
    struct stat ours;
    int waiting = 0;
    pid_t pid = -1;
    CHECK(fstat(own, &ours) == 0);
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    options.attach_flags |= LXC_ATTACH_TERMINAL;
    options.stdin_fd = options.stdout_fd = options.stderr_fd = own;
    CHECK(c->attach(c, look_at_terminal, &ours, &options, &pid) == 0);
    CHECK(lxc_wait_for_pid_status(pid) == 7 << 8);
    CHECK(ioctl(own, FIONREAD, &waiting) == 0 && waiting == 0);
    options.uid = options.gid = 12;
    CHECK(c->attach(c, look_at_terminal, &ours, &options, &pid) == 0);
    CHECK(lxc_wait_for_pid_status(pid) == 7 << 8);
    options.uid = options.gid = (uid_t)-1;

    FILE* log = tmpfile();
    CHECK(log != NULL);
    options.log_fd = fileno(log);
    pthread_t watcher;
    CHECK(pthread_create(&watcher, NULL, watch, &shown) == 0);
    CHECK(write(shown.master, "hello\n", 6) == 6);
    CHECK(run(c, &options, "tty; stty size; read line; echo got $line; seq 1 20000; exit 6") == 6);
    struct termios after;
    CHECK(tcgetattr(own, &after) == 0 && (after.c_lflag & ICANON) != 0); /* it is not raw any more */
    close(own);
    CHECK(pthread_join(watcher, NULL) == 0);
    CHECK(strstr(shown.text, "/dev/pts/") != NULL && strstr(shown.text, "got hello") != NULL);
    CHECK(strstr(shown.text, "\r\n20000\r\n") != NULL);
    close(shown.master);
    CHECK(ftell(log) >= 0 && lseek(fileno(log), 0, SEEK_END) > 100000);

    /* What is no terminal goes in as it is, beside a terminal that /dev/tty names. */
    int ends[2];
    CHECK(pipe(ends) == 0);
    options = (lxc_attach_options_t)LXC_ATTACH_OPTIONS_DEFAULT;
    options.attach_flags |= LXC_ATTACH_TERMINAL;
    options.stdin_fd = open("/dev/null", O_RDONLY);
    options.stdout_fd = options.stderr_fd = ends[1];
    CHECK(run(c, &options, "test -t 0 || test -t 1 || { echo hidden > /dev/tty && echo seen; exit 5; }") == 5);
    char text[64] = "";
    CHECK(read(ends[0], text, sizeof text - 1) == 5 && strcmp(text, "seen\n") == 0);
    ended(c);
}
