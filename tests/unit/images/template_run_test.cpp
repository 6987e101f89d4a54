// images/template_run: what a template finds around it.

#include "images/template_run.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <ctime>

#include "kernel/userns_process.h"
#include "tests/unit/images/own_templates.h"

namespace cubby {
namespace {

using test::ok;

class TemplateRunTest : public test::StoreTest {
  protected:
    [[nodiscard]] Image built(const BuildRequest& wanted, const BuildProgress& progress = {}) const {
        const auto image = store().find_or_build(wanted, progress);
        EXPECT_TRUE(ok(image));
        return image.value_or(Image{});
    }
};

// An id of the container as this process sees it; the invalid id where it has none.
uint32_t on_host(const IdRanges& holder, const IdRanges& container, uint32_t id) {
    return to_outside(container, id).and_then([&](uint32_t own) { return to_outside(holder, own); }).value_or(~0U);
}

TEST_F(TemplateRunTest, IsTheContainersRootWithItsIds) {
    put_template(
        "ids",
        "id -u >$rootfs/uid; id -g >$rootfs/gid; id -G >$rootfs/groups; cat /proc/self/uid_map >$rootfs/map\n"
        "mkdir $rootfs/home; chown 1000:1001 $rootfs/home; touch $rootfs/last; chown 65535:65535 $rootfs/last\n"
        "umask >$rootfs/umask; pwd >$rootfs/cwd\n");
    const Image image = built(request("ids"));
    EXPECT_EQ(text_in(image, "uid"), "0\n");
    EXPECT_EQ(text_in(image, "gid"), "0\n");
    EXPECT_EQ(text_in(image, "groups"), "0\n");
    EXPECT_EQ(text_in(image, "umask"), "0022\n");
    EXPECT_EQ(text_in(image, "cwd"), "/\n");
    EXPECT_NE(text_in(image, "map").find("65536"), std::string::npos);
    struct stat info{};
    ASSERT_EQ(stat((image.rootfs + "/home").c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, on_host(holder_.maps.uids, ids_.maps.uids, 1000));
    EXPECT_EQ(info.st_gid, on_host(holder_.maps.gids, ids_.maps.gids, 1001));
    ASSERT_EQ(stat(image.rootfs.c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, on_host(holder_.maps.uids, ids_.maps.uids, 0));
    EXPECT_EQ(info.st_mode & 07777U, 0755U);
}

TEST_F(TemplateRunTest, HasNoWayToTheUsersFilesAndNoOtherDescriptors) {
    ASSERT_TRUE(ok(tree_->root().replace(*RelPath::parse("secret"), "mine", 0600)));
    const Fd kept(open((home() + "/secret").c_str(), O_RDONLY));  // without close-on-exec
    put_template("thief",
                 "secret=$1; for word; do case $word in --secret=*) secret=${word#*=} ;; esac; done\n"
                 "if cat $secret >$rootfs/stolen 2>/dev/null; then echo got it >$rootfs/result; fi\n"
                 "rm -f $rootfs/stolen\n"
                 "for fd in /proc/self/fd/*; do basename $fd; done | sort -n >$rootfs/fds\n"
                 "readlink /proc/$$/fd/0 >$rootfs/stdin; cut -d' ' -f7 /proc/$$/stat >$rootfs/tty\n");
    const Image image = built(request("thief", {"--secret=" + home() + "/secret"}));
    EXPECT_EQ(text_in(image, "result"), "");
    EXPECT_EQ(text_in(image, "stdin"), "/dev/null\n");
    EXPECT_EQ(text_in(image, "tty"), "0\n");
    // The shell's own: the pattern's directory.
    EXPECT_TRUE(text_in(image, "fds").starts_with("0\n1\n2\n3\n")) << text_in(image, "fds");
    EXPECT_LE(text_in(image, "fds").size(), 10U) << text_in(image, "fds");
}

TEST_F(TemplateRunTest, HasAClearedEnvironment) {
    setenv("CUBBY_TEST_SECRET", "leaked", 1);
    setenv("http_proxy", "http://proxy:3128", 1);
    put_template("env",
                 "env | cut -d= -f1 | sort | tr '\\n' ' ' >$rootfs/names; env >$rootfs/all\n"
                 "echo x >$TMPDIR/file; echo x >$HOME/file; echo $* >$rootfs/args\n");
    const Image image = built(request("env", {"--one", "two words"}));
    unsetenv("CUBBY_TEST_SECRET");
    unsetenv("http_proxy");
    EXPECT_EQ(text_in(image, "names"), "CUBBY_IMAGE CUBBY_PROGRESS_FD HOME LANG PATH PWD TMPDIR http_proxy ");
    EXPECT_NE(text_in(image, "all").find("http_proxy=http://proxy:3128\n"), std::string::npos);
    EXPECT_NE(text_in(image, "args").find("--name=env --rootfs="), std::string::npos) << text_in(image, "args");
    EXPECT_TRUE(text_in(image, "args").ends_with(" --one two words\n"));
}

TEST_F(TemplateRunTest, HandsProgressAndSettingsOn) {
    put_template("talks",
                 "echo progress 1 2 half >&$CUBBY_PROGRESS_FD; echo x >$rootfs/file\n"
                 "for word; do case $word in --path=*) path=${word#*=} ;; esac; done\n"
                 "echo lxc.signal.halt = SIGUSR1 >>$path/config; echo lxc.mount.entry = x >>$path/config\n"
                 "echo progress 2 2 done >&$CUBBY_PROGRESS_FD\n");
    std::vector<std::string> seen;
    const Image image = built(request("talks"), [&](uint64_t done, uint64_t total, std::string_view what) {
        seen.push_back(std::to_string(done) + "/" + std::to_string(total) + " " + std::string(what));
    });
    EXPECT_EQ(seen, (std::vector<std::string>{"1/2 half", "2/2 done", "0/0 checking and storing the image"}));
    EXPECT_EQ(image.settings, (std::vector<Setting>{{"lxc.signal.halt", "SIGUSR1"}}));
    EXPECT_EQ(image.notes.size(), 1U);
    const auto again = store().find_or_build(request("talks"), {});
    ASSERT_TRUE(ok(again));
    EXPECT_EQ(again->settings, image.settings);
}

TEST_F(TemplateRunTest, LeavesNoProcessBehind) {
    put_template("daemon", "sleep 8642.25 & echo x >$rootfs/file\n(setsid sleep 8642.25 &)\n");
    timespec start{};
    timespec end{};
    clock_gettime(CLOCK_MONOTONIC, &start);
    EXPECT_FALSE(built(request("daemon")).id.empty());
    clock_gettime(CLOCK_MONOTONIC, &end);
    EXPECT_LT(end.tv_sec - start.tv_sec, 60);
    const Root proc(open_named("/proc", O_PATH | O_DIRECTORY).value(), Trust::guest);
    const auto entries = proc.list();
    for (const DirEntry& entry : entries.value()) {
        const auto name = RelPath::parse(entry.name + "/cmdline");
        const auto words = name && isdigit(entry.name[0]) != 0 ? proc.read(*name, 1U << 20U) : Result<std::string>("");
        EXPECT_EQ(words.value_or("").find("8642.25"), std::string::npos) << entry.name;
    }
}

TEST_F(TemplateRunTest, HasTheNetworkOnlyIfItAsksForIt) {
    // /proc/net/dev: two lines of headings, then one an interface.
    put_template("offline", "sed 1,2d /proc/self/net/dev | cut -d: -f1 | tr -d ' \\n' >$rootfs/links\n",
                 "#:cubby network no\n");
    put_template("online", "readlink /proc/self/ns/net >$rootfs/net\n");
    EXPECT_EQ(text_in(built(request("offline")), "links"), "lo");
    std::array<char, 64> own{};
    ASSERT_GT(readlink("/proc/self/ns/net", own.data(), own.size() - 1), 0);
    EXPECT_EQ(text_in(built(request("online")), "net"), std::string(own.data()) + "\n");
}

TEST_F(TemplateRunTest, RunsFilesBesideATemplateThatCannotBeReachedWhereItLies) {
    // Installed templates, all of mode 0700 in a home of mode 0700: copied.
    ASSERT_TRUE(ok(tree_->root().make_dirs(*RelPath::parse("templates/engine"), 0700)));
    ASSERT_TRUE(ok(tree_->root().replace(*RelPath::parse("templates/engine/lib.sh"), "made_by=engine\n", 0600)));
    const std::string_view body =
        ". \"${0%/*}/../engine/lib.sh\"; echo $made_by >$rootfs/file; echo $0 >$rootfs/name\n";
    put_template("sourcing", body);
    const Image installed = built(request("sourcing"));
    EXPECT_EQ(text_in(installed, "file"), "engine\n");
    EXPECT_NE(text_in(installed, "name").find("/program/recipes/sourcing"), std::string::npos)
        << text_in(installed, "name");
    // By its path, readable for all but in that home: its own folder is mounted.
    ASSERT_TRUE(ok(tree_->root().make_dirs(*RelPath::parse("own"), 0755)));
    ASSERT_EQ(fchmodat(tree_->root().fd(), "own", 0755, 0), 0);
    for (const char* name : {"own/mine", "own/lib.sh"}) {
        const bool program = std::string_view(name).ends_with("mine");
        ASSERT_TRUE(ok(tree_->root().replace(
            *RelPath::parse(name),
            program ? "#!/bin/sh\nfor w; do case $w in --rootfs=*) r=${w#*=} ;; esac; done\n. ${0%/*}/lib.sh\n"
                    : "echo own >$r/file\n",
            0755)));
        ASSERT_EQ(fchmodat(tree_->root().fd(), name, 0755, 0), 0);
    }
    EXPECT_EQ(text_in(built(request(home() + "/own/mine")), "file"), "own\n");
    // In the open: run where it lies.
    const test::TemporaryTree open_tree(holder_);
    ASSERT_EQ(fchmodat(AT_FDCWD, open_tree.path().c_str(), 0755, 0), 0);
    ASSERT_TRUE(ok(open_tree.root().replace(
        *RelPath::parse("here"), "#!/bin/sh\nfor w; do case $w in --rootfs=*) echo $0 >${w#*=}/name ;; esac; done\n",
        0755)));
    ASSERT_EQ(fchmodat(open_tree.root().fd(), "here", 0755, 0), 0);
    EXPECT_EQ(text_in(built(request(open_tree.path() + "/here")), "name"), open_tree.path() + "/here\n");
}

TEST_F(TemplateRunTest, RunsUnderAFilterWithASingleId) {
    auto single = test::make_own_holder(true);
    ASSERT_TRUE(ok(single));
    holder_ = std::move(*single);
    ids_ = {holder_.userns.get(), {{{0, 0, 1}}, {{0, 0, 1}}}};
    put_template("chowns", "echo x >$rootfs/file; chown 5:5 $rootfs/file\n");
    EXPECT_FALSE(store().find_or_build(request("chowns"), {})) << "without the filter chown is refused";
    const std::vector<sock_filter> filter{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fchownat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    BuildRequest wanted = request("chowns");
    wanted.ids.filter = &filter;
    const Image image = built(wanted);
    EXPECT_EQ(text_in(image, "file"), "x\n");
    struct stat info{};
    ASSERT_EQ(stat((image.rootfs + "/file").c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, getuid());
}

}  // namespace
}  // namespace cubby
