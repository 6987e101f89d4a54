// From command lines to requests, good and bad, for every command that makes one.

#include "cli/requests.h"

#include <unistd.h>

#include <climits>

#include "tests/unit/cli/words.h"

namespace cubby::cli {
namespace {

using test::line_of;
using test::text_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Words = std::vector<std::string>;

// What `read` makes of the words; a wrong command line is its error too.
template <class T>
Result<T> made(Result<T> (*read)(const Context&), const Words& words) {
    return read(TRY(line_of(words)).context());
}

std::string here() {
    char path[PATH_MAX];
    return getcwd(path, sizeof path) != nullptr ? path : "?";
}

TEST(CliCreateRequests, HaveDefaults) {
    const auto request = made(create_request, {"create", "c1"});
    ASSERT_TRUE(request) << text_of(request);
    EXPECT_EQ(request->name.str(), "c1");
    EXPECT_EQ(request->image, "busybox");
    EXPECT_EQ(request->backend, "overlay");
    EXPECT_EQ(request->config_file, "");
    EXPECT_EQ(request->userns, UserNs::automatic);
    EXPECT_THAT(request->template_args, IsEmpty());
}

TEST(CliCreateRequests, TakeEverything) {
    const auto request = made(create_request, {"create", "-t", "debian", "-B", "dir", "-f", "more.conf", "--userns",
                                               "keep-id", "d1", "--", "--suite", "bookworm"});
    ASSERT_TRUE(request) << text_of(request);
    EXPECT_EQ(request->image, "debian");
    EXPECT_EQ(request->backend, "dir");
    EXPECT_EQ(request->config_file, here() + "/more.conf");
    EXPECT_EQ(request->userns, UserNs::keep_id);
    EXPECT_THAT(request->template_args, ElementsAre("--suite", "bookworm"));
}

TEST(CliCreateRequests, ATemplateWithASlashIsAPath) {
    EXPECT_EQ(made(create_request, {"create", "-t", "./mine", "c1"})->image, here() + "/mine");
    EXPECT_EQ(made(create_request, {"create", "-t", "/opt/mine", "c1"})->image, "/opt/mine");
}

TEST(CliCreateRequests, RefuseBadNames) {
    for (const char* name : {"", ".", "..", ".hidden", "a/b", "a b", "a\n", "a:b", "\xc3\xa4"}) {
        const auto request = made(create_request, {"create", name});
        ASSERT_FALSE(request) << name;
        EXPECT_EQ(request.error().code, Code::usage);
        EXPECT_THAT(text_of(request), HasSubstr("is not a container name"));
    }
    EXPECT_FALSE(made(create_request, {"create", std::string(65, 'a')}));
    EXPECT_TRUE(made(create_request, {"create", std::string(64, 'a')}));
}

TEST(CliStartRequests, TakeAnInit) {
    const auto request = made(start_request, {"start", "p1", "--timings", "--", "/bin/sh", "-c", "true"});
    ASSERT_TRUE(request) << text_of(request);
    EXPECT_EQ(request->name.str(), "p1");
    EXPECT_TRUE(request->timings);
    EXPECT_THAT(request->init, ElementsAre("/bin/sh", "-c", "true"));
    EXPECT_THAT(text_of(made(start_request, {"start", "-d", "-F", "p1"})), HasSubstr("exclude each other"));
}

TEST(CliRunRequests, HaveDefaults) {
    const auto request = made(run_request, {"run", "busybox"});
    ASSERT_TRUE(request) << text_of(request);
    EXPECT_EQ(request->what, "busybox");
    EXPECT_EQ(request->rootfs, "");
    EXPECT_THAT(request->argv, IsEmpty());
    EXPECT_FALSE(request->name || request->interactive || request->terminal || request->keep || request->keep_groups ||
                 request->no_init || request->timings || request->network_none);
    EXPECT_EQ(request->userns, UserNs::automatic);
}

TEST(CliRunRequests, TakeEverything) {
    const auto request = made(run_request, {"run",
                                            "-it",
                                            "-e",
                                            "A=b c",
                                            "-v",
                                            "/src:/dst:ro",
                                            "-v",
                                            "/x:/y",
                                            "-w",
                                            "/dst",
                                            "-u",
                                            "1000:100",
                                            "--name",
                                            "r1",
                                            "--keep",
                                            "--userns=keep-id",
                                            "--keep-groups",
                                            "--hostname",
                                            "box",
                                            "--network",
                                            "none",
                                            "--no-init",
                                            "--timings",
                                            "debian",
                                            "make",
                                            "-j2"});
    ASSERT_TRUE(request) << text_of(request);
    EXPECT_TRUE(request->interactive && request->terminal && request->keep && request->keep_groups &&
                request->no_init && request->timings && request->network_none);
    EXPECT_THAT(request->environment, ElementsAre("A=b c"));
    ASSERT_EQ(request->volumes.size(), 2U);
    EXPECT_EQ(request->volumes[0].source, "/src");
    EXPECT_EQ(request->volumes[0].target, "/dst");
    EXPECT_TRUE(request->volumes[0].read_only);
    EXPECT_FALSE(request->volumes[1].read_only);
    EXPECT_EQ(request->workdir, "/dst");
    EXPECT_EQ(request->user, "1000:100");
    EXPECT_EQ(request->name, ContainerName::parse("r1").value());
    EXPECT_EQ(request->hostname, "box");
    EXPECT_EQ(request->userns, UserNs::keep_id);
    EXPECT_THAT(request->argv, ElementsAre("make", "-j2"));
}

TEST(CliRunRequests, TakeADirectory) {
    const auto request = made(run_request, {"run", "--rootfs", "tree", "ls"});
    ASSERT_TRUE(request) << text_of(request);
    EXPECT_EQ(request->rootfs, here() + "/tree");
    EXPECT_EQ(request->what, "");
    EXPECT_THAT(request->argv, ElementsAre("ls"));
    EXPECT_EQ(made(run_request, {"run", "--rootfs", ".", "ls"})->rootfs, here());
}

TEST(CliRunRequests, RefuseWhatCannotBe) {
    const std::pair<Words, const char*> cases[] = {
        {{"run", "busybox", "--rootfs", "/x"}, "unexpected 'busybox'"},
        {{"run", "--rm", "--keep", "busybox"}, "exclude each other"},
        {{"run", "-v", "/x", "busybox"}, "volume '/x'"},
        {{"run", "-u", "a b", "busybox"}, "user 'a b'"},
        {{"run", "-e", "=x", "busybox"}, "environment '=x'"},
        {{"run", "-w", "work", "busybox"}, "must begin with '/'"},
        {{"run", "--name", "a/b", "busybox"}, "is not a container name"},
        {{"run", "--hostname", "a_b", "busybox"}, "is not a host name"},
        {{"run", "--network", "bridge", "busybox"}, "'bridge' is not one of host|none"},
        {{"run", "--userns", "host", "busybox"}, "is not one of auto|keep-id"},
        {{"run", ""}, "is not the name of an image"},
        {{"run", "a\x1b[0m"}, "'a\\x1b[0m' is not the name of an image"},
    };
    for (const auto& [words, says] : cases) {
        const auto request = made(run_request, words);
        ASSERT_FALSE(request) << says;
        EXPECT_EQ(request.error().code, Code::usage) << says;
        EXPECT_THAT(text_of(request), HasSubstr(says));
    }
}

TEST(CliAttachRequests, TakeEverything) {
    const auto request = made(attach_request, {"attach", "p1", "-e", "A=1", "--keep-env", "LANG", "--keep-env", "TZ",
                                               "-w", "/tmp", "-u", "nobody", "-t", "--", "id", "-u"});
    ASSERT_TRUE(request) << text_of(request);
    EXPECT_EQ(request->name.str(), "p1");
    EXPECT_THAT(request->argv, ElementsAre("id", "-u"));
    EXPECT_THAT(request->environment, ElementsAre("A=1"));
    EXPECT_THAT(request->keep_environment, ElementsAre("LANG", "TZ"));
    EXPECT_EQ(request->workdir, "/tmp");
    EXPECT_EQ(request->user, "nobody");
    EXPECT_TRUE(request->force_terminal);
    EXPECT_FALSE(request->no_terminal);
}

TEST(CliAttachRequests, MeanALoginShellWithoutACommand) {
    for (const char* name : {"attach", "exec", "shell"}) {
        const auto request = made(attach_request, {name, "p1"});
        ASSERT_TRUE(request) << text_of(request);
        EXPECT_THAT(request->argv, IsEmpty());
    }
}

TEST(CliAttachRequests, RefuseWhatCannotBe) {
    EXPECT_THAT(text_of(made(attach_request, {"attach", "-tT", "p1"})), HasSubstr("exclude each other"));
    EXPECT_THAT(text_of(made(attach_request, {"attach", "--keep-env", "A=1", "p1"})),
                HasSubstr("not the name of an environment"));
    EXPECT_THAT(text_of(made(attach_request, {"attach", "-w", "tmp", "p1"})), HasSubstr("must begin with '/'"));
    EXPECT_THAT(text_of(made(attach_request, {"attach", "../p1"})), HasSubstr("is not a container name"));
}

TEST(CliStopOptions, TakeATimeAndAWay) {
    const auto plain = made(stop_options, {"stop", "p1"});
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->timeout_s, 60);
    EXPECT_FALSE(plain->kill || plain->reboot);
    EXPECT_EQ(made(stop_options, {"stop", "-t", "0", "p1"})->timeout_s, 0);
    EXPECT_TRUE(made(stop_options, {"stop", "-k", "p1"})->kill);
    EXPECT_TRUE(made(stop_options, {"stop", "-r", "p1"})->reboot);
    EXPECT_THAT(text_of(made(stop_options, {"stop", "-kr", "p1"})), HasSubstr("exclude each other"));
    for (const char* time : {"-1", "x", "1.5", "07", "99999999999"}) {
        EXPECT_FALSE(made(stop_options, {"stop", "-t", time, "p1"})) << time;
    }
}

TEST(CliWaitRequests, TakeStatesAndATime) {
    const auto plain = made(wait_request, {"wait", "p1"});
    ASSERT_TRUE(plain);
    EXPECT_THAT(plain->states, ElementsAre(State::stopped));
    EXPECT_EQ(plain->timeout_s, -1);
    const auto both = made(wait_request, {"wait", "-s", "running|FROZEN", "-t", "3", "p1"});
    ASSERT_TRUE(both) << text_of(both);
    EXPECT_THAT(both->states, ElementsAre(State::running, State::frozen));
    EXPECT_EQ(both->timeout_s, 3);
    EXPECT_FALSE(made(wait_request, {"wait", "-s", "RUN", "p1"}));
    EXPECT_FALSE(made(wait_request, {"wait", "-s", "", "p1"}));
    EXPECT_FALSE(made(wait_request, {"wait", "-t", "-2", "p1"}));
}

}  // namespace
}  // namespace cubby::cli
