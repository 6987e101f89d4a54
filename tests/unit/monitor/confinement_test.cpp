#include "monitor/confinement.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "kernel/own_thread.h"
#include "kernel/process.h"

namespace cubby {
namespace {

class MonitorRules : public testing::Test {
  protected:
    void SetUp() override {
        char path[] = "/tmp/cubby-rules-XXXXXX";
        ASSERT_NE(mkdtemp(path), nullptr);
        base_ = path;
        const auto root = Root::at(base_);
        ASSERT_TRUE(root);
        for (const char* name : {"container", "sockets", "log", "other"}) {
            ASSERT_TRUE(root->mkdir(*RelPath::parse(name), 0700));
        }
        ASSERT_TRUE(root->replace(*RelPath::parse("sockets/c"), "x"));
        ASSERT_TRUE(root->replace(*RelPath::parse("log/console"), "x"));
        ASSERT_TRUE(root->replace(*RelPath::parse("container/monitor"), "x"));
    }
    void TearDown() override {
        for (const char* name : {"container/exit", "container/monitor", "sockets/c", "log/console", "log/console.1"}) {
            unlink((base_ + "/" + name).c_str());
        }
        for (const char* name : {"container", "sockets", "log", "other", ""}) {
            EXPECT_EQ(rmdir((base_ + "/" + name).c_str()), 0) << name;
        }
    }
    [[nodiscard]] Root at(const char* name) const { return *Root::at(base_ + "/" + name); }

    std::string base_;
};

TEST_F(MonitorRules, LetTheMonitorsFilesBeAndNothingElse) {
    const Root container = at("container");
    const Root sockets = at("sockets");
    const Root log = at("log");
    const Root other = at("other");
    ConsoleSpec console;
    console.log_file = base_ + "/log/console";
    const auto rules = monitor_rules(container, sockets, console);
    ASSERT_TRUE(rules) << rules.error().text;
    if (!*rules) {
        GTEST_SKIP() << "nested: this kernel has no Landlock";
    }
    const auto name = [](const char* text) { return *RelPath::component(text); };
    const auto ran = in_own_thread([&]() -> Status {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);  // the monitor is root of its user namespace instead
        TRY((*rules)->enter());
        // The traces that go when the container ends.
        EXPECT_TRUE(container.open(name("exit"), O_WRONLY | O_CREAT | O_TRUNC, 0600));
        EXPECT_TRUE(container.unlink(name("monitor")));
        EXPECT_TRUE(sockets.unlink(name("c")));
        // A log that is rotated.
        EXPECT_TRUE(log.rename(name("console"), name("console.1")));
        EXPECT_TRUE(log.open(name("console"), O_WRONLY | O_CREAT | O_APPEND, 0600));
        for (const auto& denied :
             {container.open(name("exit"), O_RDONLY), other.open(name("x"), O_WRONLY | O_CREAT, 0600),
              sockets.open(name("x"), O_WRONLY | O_CREAT, 0600), open_named("/etc/passwd", O_RDONLY)}) {
            EXPECT_FALSE(denied);
            EXPECT_EQ(denied ? 0 : denied.error().sys_errno, EACCES);
        }
        return {};
    });
    EXPECT_TRUE(ran) << ran.error().text;
    EXPECT_TRUE(single_threaded());
    EXPECT_TRUE(container.open(name("exit"), O_RDONLY));
}

TEST(OwnThread, ItsErrorComesBack) {
    const auto ran = in_own_thread([]() -> Status { return FAIL(Code::busy, "so it is"); });
    ASSERT_FALSE(ran);
    EXPECT_STREQ(ran.error().text, "so it is");
    EXPECT_TRUE(single_threaded());
}

}  // namespace
}  // namespace cubby
