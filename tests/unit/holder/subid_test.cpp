#include "kernel/subid.h"

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

#include "kernel/installed.h"
#include "tests/unit/holder/place.h"

namespace cubby {
namespace {

using holder_test::Etc;
using holder_test::in_child;
using holder_test::in_sandbox;
using holder_test::TempDir;

std::string finder() {
    const auto path = installed_program("cubby-ranges");
    EXPECT_TRUE(path) << path.error().message();
    return path ? *path : "/nonexistent";
}

// What the real cubby-ranges finds where these files are all there is in /etc.
SubordinateIds found_with(const Etc& etc, int timeout_ms = kSubidTimeoutMs) {
    const std::string program = finder();
    const std::string text =
        in_sandbox({{"/etc", etc.path()}}, [&] { return ranges_text(find_subordinate_ids(program, timeout_ms)); });
    const auto ids = parse_ranges_text(text);
    EXPECT_TRUE(ids) << text;
    return ids ? *ids : SubordinateIds{};
}

SubordinateIds found_by_script(const std::string& script, int timeout_ms = 5000) {
    const TempDir dir;
    dir.write("finder", "#!/bin/sh\n" + script, 0755);
    return find_subordinate_ids(dir / "finder", timeout_ms);
}

TEST(SubidText, ComesBackAsItWas) {
    const SubordinateIds ids{"a b", "/etc/subuid and /etc/subgid", {{1, 2}, {3, 4}}, {{5, 6}}, "some \"trouble\"",
                             true};
    const auto parsed = parse_ranges_text(ranges_text(ids));
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(*parsed, ids);
}

TEST(SubidText, GarbageIsRefused) {
    for (const char* text : {"", "\n", "user a", "user a\nuid 1\n", "user a\nuid 1 2 3\n", "user a\nuid -1 2\n",
                             "user a\nuid 1 99999999999999999999\n", "user a\nhello\n", "uid 1 2\n", "user a\n\n"}) {
        EXPECT_FALSE(parse_ranges_text(text)) << text;
    }
}

TEST(Subid, RangesOfTheName) {
    const Etc etc({{"subuid", "other:1:5\ntester:100000:65536\n"}, {"subgid", "tester:200000:65536\n"}});
    const SubordinateIds ids = found_with(etc);
    EXPECT_EQ(ids.user, "tester");
    EXPECT_EQ(ids.origin, "/etc/subuid and /etc/subgid");
    EXPECT_EQ(ids.uids, (std::vector<IdSpan>{{100000, 65536}}));
    EXPECT_EQ(ids.gids, (std::vector<IdSpan>{{200000, 65536}}));
    EXPECT_EQ(ids.trouble, "");
}

TEST(Subid, RangesOfTheNumberAndSeveralLines) {
    const std::string number = std::to_string(getuid());
    const std::string lines = number + ":300000:10\ntester:100000:20\n" + number + ":400000:30\n";
    const Etc etc({{"subuid", lines}, {"subgid", lines}});
    const SubordinateIds ids = found_with(etc);
    EXPECT_EQ(ids.uids, (std::vector<IdSpan>{{300000, 10}, {100000, 20}, {400000, 30}}));
    EXPECT_EQ(ids.gids, ids.uids);
}

TEST(Subid, MalformedLinesGiveNothing) {
    const Etc etc({{"subuid", "tester\ntester:1\ntester:a:b\ntester:-5:10\ntester:7:-3\n:::\n\xff\xfe\n"},
                   {"subgid", "tester:100000:10"}});
    const SubordinateIds ids = found_with(etc);
    EXPECT_TRUE(ids.uids.empty());
    EXPECT_EQ(ids.gids, (std::vector<IdSpan>{{100000, 10}}));
}

TEST(Subid, MissingFilesAreNamed) {
    const Etc etc(std::map<std::string, std::string>{});
    const SubordinateIds ids = found_with(etc);
    EXPECT_TRUE(ids.uids.empty() && ids.gids.empty());
    EXPECT_NE(ids.trouble.find("/etc/subuid"), std::string::npos) << ids.trouble;
    EXPECT_FALSE(ids.passing);
}

TEST(Subid, AUserWithoutAnAccountIsTold) {
    Etc etc({{"subuid", ""}, {"subgid", ""}});
    etc.write("passwd", "root:x:0:0::/:/bin/sh\n");
    if (getuid() == 0) {
        etc.write("passwd", "other:x:77:77::/:/bin/sh\n");
    }
    const SubordinateIds ids = found_with(etc);
    EXPECT_EQ(ids.user, std::to_string(getuid()));
    EXPECT_NE(ids.trouble.find("no account name"), std::string::npos) << ids.trouble;
}

TEST(Subid, AnAbsentModuleIsToldAndMayPass) {
    const Etc etc({{"nsswitch.conf", "passwd: files\nsubid: cubbytestabsent\n"},
                   {"subuid", "tester:100000:10\n"},
                   {"subgid", "tester:100000:10\n"}});
    const SubordinateIds ids = found_with(etc);
    EXPECT_EQ(ids.origin, "libsubid_cubbytestabsent.so (subid: cubbytestabsent in /etc/nsswitch.conf)");
    // shadow 4.13 falls back to the files; others give nothing.  Either way nothing is made up.
    EXPECT_TRUE(ids.uids.empty() || ids.uids == (std::vector<IdSpan>{{100000, 10}}));
}

TEST(Subid, AHangingSourceIsGivenUp) {
    const Etc etc({{"subuid", "tester:100000:10\n"}, {"subgid", "tester:100000:10\n"}});
    const std::string passwd = etc.path() + "/passwd";
    ASSERT_EQ(unlink(passwd.c_str()), 0);
    ASSERT_EQ(mkfifo(passwd.c_str(), 0644), 0);  // whoever opens it waits for a writer, for ever
    const auto start = std::chrono::steady_clock::now();
    const SubordinateIds ids = found_with(etc, 300);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
    EXPECT_TRUE(ids.passing);
    EXPECT_NE(ids.trouble.find("did not end"), std::string::npos) << ids.trouble;
}

TEST(Subid, TenThousandOthersDoNotMatter) {
    std::string lines;
    for (int at = 0; at < 100000; ++at) {
        lines += "user" + std::to_string(at) + ":" + std::to_string(100000 + at * 10) + ":10\n";
    }
    lines += "tester:5000000:65536\n";
    const SubordinateIds ids = found_with(Etc({{"subuid", lines}, {"subgid", lines}}));
    EXPECT_EQ(ids.uids, (std::vector<IdSpan>{{5000000, 65536}})) << ids.trouble;
}

TEST(SubidFinder, FailuresAreTroubleAndNeverRanges) {
    EXPECT_TRUE(found_by_script("kill -SEGV $$").passing);
    EXPECT_TRUE(found_by_script("exec sleep 60", 200).passing);
    EXPECT_TRUE(found_by_script("while :; do echo uid 1 2; done").uids.empty());
    EXPECT_EQ(found_by_script("exit 127").trouble, "libsubid is not installed");
    EXPECT_FALSE(found_by_script("echo 'user a'; echo 'uid 1'").trouble.empty());
    EXPECT_FALSE(find_subordinate_ids("/nonexistent/cubby-ranges").trouble.empty());
}

// Descriptors, environment and arguments: what a hostile caller could hand down.
TEST(SubidFinder, GetsNothingFromItsCaller) {
    const holder_test::Environment secret("CUBBY_TEST_SECRET", "seen");
    const SubordinateIds ids = found_by_script("echo \"user ${CUBBY_TEST_SECRET:-clean}\"");
    EXPECT_EQ(ids.user, "clean");
}

TEST(Mapper, FaultsAreToldApart) {
    EXPECT_EQ(find_mapper("cubby-no-such-program").fault, MapperFault::absent);
    // A program of every system that has no privileges.
    EXPECT_EQ(find_mapper("sh").fault, MapperFault::no_privilege);
    EXPECT_EQ(in_child([]() -> std::string {
                  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                  return describe(find_mapper("sh").fault);
              }),
              describe(MapperFault::no_new_privs));
    EXPECT_EQ(in_sandbox({{"/usr", "/usr"}},
                         []() -> std::string {
                             if (mount(nullptr, "/usr", nullptr, MS_REMOUNT | MS_BIND | MS_NOSUID, nullptr) != 0) {
                                 return "remount failed";
                             }
                             return describe(find_mapper("sh").fault);
                         }),
              describe(MapperFault::nosuid));
}

}  // namespace
}  // namespace cubby
