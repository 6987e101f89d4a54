// The grammars of option values.

#include "cli/grammar.h"

#include <cstdlib>

#include "tests/unit/cli/words.h"

namespace cubby::cli {
namespace {

using ::testing::ElementsAre;

TEST(CliVolumes, HaveASourceATargetAndAMode) {
    const struct {
        const char* text;
        const char* source;
        const char* target;
        bool read_only;
    } good[] = {
        {"/a:/b", "/a", "/b", false},
        {"/a:/b:ro", "/a", "/b", true},
        {"/a:/b:rw", "/a", "/b", false},
        {"/with space:/b c", "/with space", "/b c", false},
    };
    for (const auto& one : good) {
        const auto volume = parse_volume(one.text);
        ASSERT_TRUE(volume) << one.text;
        EXPECT_EQ(volume->source, one.source);
        EXPECT_EQ(volume->target, one.target);
        EXPECT_EQ(volume->read_only, one.read_only);
    }
}

TEST(CliVolumes, CountFromTheCurrentDirectory) {
    const auto volume = parse_volume("data:/data");
    ASSERT_TRUE(volume);
    EXPECT_TRUE(volume->source.starts_with('/'));
    EXPECT_TRUE(volume->source.ends_with("/data"));
}

TEST(CliVolumes, AreRefused) {
    for (const char* text : {"", ":", "/a", "/a:", ":/b", "/a:b", "/a:/b:", "/a:/b:RO", "/a:/b:ro:", "/a:/b:ro,rw",
                             "/a\n:/b", "/a:/b\x7f"}) {
        const auto volume = parse_volume(text);
        ASSERT_FALSE(volume) << text;
        EXPECT_EQ(volume.error().code, Code::usage);
    }
}

TEST(CliUsers, AreNamesOrNumbers) {
    for (const char* text : {"0", "1000", "root", "www-data", "_apt", "1000:100", "root:root", "alice:0", "0:wheel",
                             "al.ice", "machine$", "alice@example.org", "4294967294"}) {
        const auto user = parse_user(text);
        ASSERT_TRUE(user) << text;
        EXPECT_EQ(*user, text);
    }
    for (const char* text : {"", ":", "0:", ":0", "a:b:c", "-1", "-u", "4294967295", "4294967296", "007", "a b", "a\n",
                             "a/b", "a,b", "r\xc3\xb6t"}) {
        const auto user = parse_user(text);
        ASSERT_FALSE(user) << text;
        EXPECT_EQ(user.error().code, Code::usage);
    }
}

TEST(CliEnvironment, IsANameAndAValue) {
    EXPECT_EQ(parse_environment("A=b").value_or(std::nullopt), "A=b");
    EXPECT_EQ(parse_environment("A=").value_or(std::nullopt), "A=");
    EXPECT_EQ(parse_environment("A=b=c\n").value_or(std::nullopt), "A=b=c\n");
    for (const char* text : {"", "=", "=b", "1A=b", "A B=c", "A-B=c", "A\n=c"}) {
        EXPECT_FALSE(parse_environment(text)) << text;
    }
}

TEST(CliEnvironment, ANameAloneTakesTheCallersValue) {
    ASSERT_EQ(setenv("CUBBY_TEST_VARIABLE", "its value", 1), 0);
    EXPECT_EQ(parse_environment("CUBBY_TEST_VARIABLE").value_or(std::nullopt), "CUBBY_TEST_VARIABLE=its value");
    ASSERT_EQ(unsetenv("CUBBY_TEST_VARIABLE"), 0);
    const auto missing = parse_environment("CUBBY_TEST_VARIABLE");
    ASSERT_TRUE(missing);
    EXPECT_FALSE(*missing);
}

TEST(CliVariableNames, AreIdentifiers) {
    EXPECT_EQ(*parse_variable_name("LC_ALL"), "LC_ALL");
    for (const char* text : {"", "1", "A=b", "A-b", "A b"}) {
        EXPECT_FALSE(parse_variable_name(text)) << text;
    }
}

TEST(CliHostNames, AreLabels) {
    for (const char* text : {"a", "host-1", "host.example.org", "9"}) {
        EXPECT_TRUE(parse_hostname(text)) << text;
    }
    EXPECT_TRUE(parse_hostname(std::string(64, 'a')));
    for (const std::string text : {"", ".", "a.", ".a", "-a", "a-", "a_b", "a b", "a..b"}) {
        EXPECT_FALSE(parse_hostname(text)) << text;
    }
    EXPECT_FALSE(parse_hostname(std::string(65, 'a')));
}

TEST(CliSeconds, AreWholeAndBounded) {
    EXPECT_EQ(*parse_seconds("0", false), 0);
    EXPECT_EQ(*parse_seconds("31622400", false), 31622400);
    EXPECT_EQ(*parse_seconds("-1", true), -1);
    EXPECT_FALSE(parse_seconds("-1", false));
    EXPECT_FALSE(parse_seconds("-2", true));
    EXPECT_FALSE(parse_seconds("31622401", true));
    EXPECT_FALSE(parse_seconds("", true));
    EXPECT_FALSE(parse_seconds("1s", true));
}

TEST(CliEscapes, AreLetters) {
    EXPECT_EQ(*parse_escape("a"), 'a');
    EXPECT_EQ(*parse_escape("^a"), 'a');
    EXPECT_EQ(*parse_escape("^P"), 'p');
    for (const char* text : {"", "^", "^^", "1", "ab", "^ab"}) {
        EXPECT_FALSE(parse_escape(text)) << text;
    }
}

TEST(CliStates, AreWholeWords) {
    EXPECT_THAT(*parse_states("STOPPED"), ElementsAre(State::stopped));
    EXPECT_THAT(*parse_states("stopped|Running"), ElementsAre(State::stopped, State::running));
    for (const char* text : {"", "|", "STOPPED|", "STOP", "STOPPED,RUNNING"}) {
        EXPECT_FALSE(parse_states(text)) << text;
    }
}

TEST(CliHostPaths, BecomeAbsolute) {
    EXPECT_EQ(*absolute_path("/a/b", "x"), "/a/b");
    EXPECT_TRUE(absolute_path("a", "x")->ends_with("/a"));
    EXPECT_TRUE(absolute_path("./a", "x")->ends_with("/a"));
    EXPECT_EQ(absolute_path("./a", "x")->find("/./"), std::string::npos);
    EXPECT_FALSE(absolute_path("", "x"));
    EXPECT_FALSE(absolute_path("a\nb", "x"));
    EXPECT_FALSE(absolute_path(std::string(5000, 'a'), "x"));
}

}  // namespace
}  // namespace cubby::cli
