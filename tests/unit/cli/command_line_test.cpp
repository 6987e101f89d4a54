// Taking command lines apart: options, operands, and where an inner command begins.

#include "cli/command_line.h"

#include "tests/unit/cli/words.h"

namespace cubby::cli {
namespace {

using test::line_of;
using test::text_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Words = std::vector<std::string>;

TEST(CliCommandLine, OptionsStandBeforeAndAfterTheName) {
    for (const Words& words :
         {Words{"stop", "-k", "p1"}, Words{"stop", "p1", "-k"}, Words{"stop", "--kill", "-n", "p1"},
          Words{"stop", "-kn", "p1"}, Words{"stop", "--name=p1", "-k"}, Words{"stop", "-k", "--", "p1"}}) {
        const auto line = line_of(words);
        ASSERT_TRUE(line) << text_of(line);
        EXPECT_TRUE(line->parsed.has("kill"));
        EXPECT_THAT(line->parsed.operands(), ElementsAre("p1"));
        EXPECT_THAT(line->parsed.tail(), IsEmpty());
    }
}

TEST(CliCommandLine, ValuesAreTakenInEachSpelling) {
    for (const Words& words :
         {Words{"stop", "-t", "5", "p1"}, Words{"stop", "-t5", "p1"}, Words{"stop", "--timeout", "5", "p1"},
          Words{"stop", "--timeout=5", "p1"}, Words{"stop", "-kt5", "p1"}, Words{"stop", "-kt", "5", "p1"}}) {
        const auto line = line_of(words);
        ASSERT_TRUE(line) << text_of(line);
        EXPECT_EQ(line->parsed.value_or("timeout", "-"), "5");
        EXPECT_THAT(line->parsed.operands(), ElementsAre("p1"));
    }
}

TEST(CliCommandLine, TheLastValueCountsUnlessAllDo) {
    const auto stop = line_of({"stop", "-t", "1", "p1", "-t", "2"});
    ASSERT_TRUE(stop);
    EXPECT_EQ(*stop->parsed.value("timeout"), "2");
    const auto run = line_of({"run", "-e", "A=1", "--env=B=2", "busybox"});
    ASSERT_TRUE(run);
    EXPECT_THAT(run->parsed.values("env"), ElementsAre("A=1", "B=2"));
}

TEST(CliCommandLine, AValueMayLookLikeAnOption) {
    const auto wait = line_of({"wait", "p1", "-t", "-1"});
    ASSERT_TRUE(wait) << text_of(wait);
    EXPECT_EQ(*wait->parsed.value("timeout"), "-1");
    const auto run = line_of({"run", "--workdir=-i", "-e", "-x=y", "busybox"});
    ASSERT_TRUE(run) << text_of(run);
    EXPECT_EQ(*run->parsed.value("workdir"), "-i");
    EXPECT_EQ(*run->parsed.value("env"), "-x=y");
    EXPECT_FALSE(run->parsed.has("interactive"));
    EXPECT_THAT(run->parsed.operands(), ElementsAre("busybox"));
    // One of the command's own options is more likely a forgotten value.
    EXPECT_THAT(text_of(line_of({"run", "-w", "-i", "busybox"})),
                HasSubstr("option -w, --workdir needs a value (DIR)"));
}

TEST(CliCommandLine, TheInnerCommandIsNotLookedAt) {
    for (const Words& words : {Words{"run", "-i", "busybox", "ls", "-t", "--help", "--", "x"},
                               Words{"run", "-i", "busybox", "--", "ls", "-t", "--help", "--", "x"},
                               Words{"run", "busybox", "-i", "ls", "-t", "--help", "--", "x"}}) {
        const auto line = line_of(words);
        ASSERT_TRUE(line) << text_of(line);
        EXPECT_TRUE(line->parsed.has("interactive"));
        EXPECT_FALSE(line->parsed.has("tty"));
        EXPECT_FALSE(line->parsed.has("help"));
        EXPECT_THAT(line->parsed.operands(), ElementsAre("busybox"));
        EXPECT_THAT(line->parsed.tail(), ElementsAre("ls", "-t", "--help", "--", "x"));
    }
}

TEST(CliCommandLine, AnOptionInTheOperandsPlaceMovesTheInnerCommand) {
    const auto rootfs = line_of({"run", "--rootfs", "/tree", "ls", "-l"});
    ASSERT_TRUE(rootfs) << text_of(rootfs);
    EXPECT_THAT(rootfs->parsed.operands(), IsEmpty());
    EXPECT_THAT(rootfs->parsed.tail(), ElementsAre("ls", "-l"));
    const auto joined = line_of({"run", "--rootfs=/tree", "ls"});
    ASSERT_TRUE(joined);
    EXPECT_THAT(joined->parsed.tail(), ElementsAre("ls"));
    const auto attach = line_of({"attach", "-n", "p1", "ls", "-l"});
    ASSERT_TRUE(attach) << text_of(attach);
    EXPECT_THAT(attach->parsed.operands(), ElementsAre("p1"));
    EXPECT_THAT(attach->parsed.tail(), ElementsAre("ls", "-l"));
}

TEST(CliCommandLine, OnlyDashesBeginTheInitOfStart) {
    const auto line = line_of({"start", "p1", "--", "/bin/sh", "-c", "true"});
    ASSERT_TRUE(line);
    EXPECT_THAT(line->parsed.tail(), ElementsAre("/bin/sh", "-c", "true"));
    EXPECT_THAT(text_of(line_of({"start", "p1", "p2"})), HasSubstr("unexpected 'p2'"));
}

TEST(CliCommandLine, ASingleDashIsAnOperand) {
    const auto line = line_of({"config", "set", "p1", "lxc.uts.name", "-"});
    ASSERT_TRUE(line) << text_of(line);
    EXPECT_THAT(line->parsed.operands(), ElementsAre("set", "p1", "lxc.uts.name", "-"));
}

TEST(CliCommandLine, AfterDashesEverythingIsAnOperand) {
    const auto line = line_of({"config", "set", "p1", "lxc.start.order", "--", "-5"});
    ASSERT_TRUE(line) << text_of(line);
    EXPECT_THAT(line->parsed.operands(), ElementsAre("set", "p1", "lxc.start.order", "-5"));
}

TEST(CliCommandLine, UnknownOptionsNameTheNearestOne) {
    EXPECT_EQ(text_of(line_of({"run", "--volum", "x", "busybox"})),
              "unknown option '--volum'; did you mean '--volume'? cubby help run tells more");
    EXPECT_EQ(text_of(line_of({"stop", "-kx", "p1"})), "unknown option '-x'; cubby help stop tells more");
    EXPECT_EQ(text_of(line_of({"ls", "--jsno"})),
              "unknown option '--jsno'; did you mean '--json'? cubby help ls tells more");
    EXPECT_EQ(text_of(line_of({"ls", "--quite"})),
              "unknown option '--quite'; did you mean '--quiet'? cubby help ls tells more");
    EXPECT_EQ(text_of(line_of({"ls", "--\x1b[31m"})), "unknown option '--\\x1b[31m'; cubby help ls tells more");
}

TEST(CliCommandLine, LongNamesCountOnlyInFull) {
    EXPECT_THAT(text_of(line_of({"destroy", "--forc", "p1"})), HasSubstr("unknown option '--forc'"));
    EXPECT_THAT(text_of(line_of({"destroy", "-force", "p1"})), HasSubstr("unknown option '-o'"));
}

TEST(CliCommandLine, MissingAndUnwantedValues) {
    EXPECT_THAT(text_of(line_of({"stop", "p1", "-t"})), HasSubstr("option -t, --timeout needs a value (SECONDS)"));
    EXPECT_THAT(text_of(line_of({"stop", "--timeout=", "p1"})), HasSubstr("needs a value"));
    EXPECT_THAT(text_of(line_of({"stop", "--kill=1", "p1"})), HasSubstr("option -k, --kill takes no value"));
    EXPECT_THAT(text_of(line_of({"create", "-B", "dri", "p1"})),
                HasSubstr("'dri' is not one of overlay|dir; did you mean 'dir'?"));
}

TEST(CliCommandLine, OperandsAreCounted) {
    EXPECT_EQ(text_of(line_of({"create"})),
              "NAME is missing; usage: cubby create [OPTIONS] NAME [-- TEMPLATE-ARGUMENTS...]");
    EXPECT_THAT(text_of(line_of({"rename", "a"})), HasSubstr("NEW-NAME is missing"));
    EXPECT_THAT(text_of(line_of({"destroy"})), HasSubstr("NAME is missing"));
    EXPECT_THAT(text_of(line_of({"info", "a", "b"})), HasSubstr("unexpected 'b'"));
    EXPECT_THAT(text_of(line_of({"run"})), HasSubstr("IMAGE|CONTAINER is missing"));
    EXPECT_THAT(text_of(line_of({"ls", "a"})), HasSubstr("unexpected 'a'"));
    EXPECT_TRUE(line_of({"destroy", "a", "b", "c"}));
    EXPECT_TRUE(line_of({"man", "--all", "/dir"}));
    EXPECT_THAT(text_of(line_of({"man", "--all", "/dir", "run"})), HasSubstr("unexpected 'run'"));
}

TEST(CliCommandLine, VerbsHaveOperandsOfTheirOwn) {
    EXPECT_TRUE(line_of({"config", "get", "p1", "lxc.uts.name"}));
    EXPECT_THAT(text_of(line_of({"config", "get", "p1"})), HasSubstr("KEY is missing; usage: cubby config get"));
    EXPECT_THAT(text_of(line_of({"config", "keys", "p1"})), HasSubstr("unexpected 'p1'"));
    EXPECT_THAT(text_of(line_of({"config", "gte", "p1"})), HasSubstr("unknown word 'gte'; did you mean 'get'?"));
    EXPECT_THAT(text_of(line_of({"config"})), HasSubstr("a word is missing"));
    EXPECT_TRUE(line_of({"images"}));
    EXPECT_THAT(text_of(line_of({"images", "rm"})), HasSubstr("ID is missing"));
}

TEST(CliCommandLine, ALetterOfTheCommandGoesBeforeTheProgramsOwn) {
    const auto names = line_of({"ls", "-q"});
    ASSERT_TRUE(names);
    EXPECT_TRUE(names->parsed.has("names"));
    EXPECT_FALSE(names->parsed.has("quiet"));
    const auto quiet = line_of({"start", "-q", "-P", "/x", "p1"});
    ASSERT_TRUE(quiet);
    EXPECT_TRUE(quiet->parsed.has("quiet"));
    EXPECT_EQ(*quiet->parsed.value("lxcpath"), "/x");
}

TEST(CliCommandLine, EarlierOptionsGiveWayToLaterOnes) {
    const Words before{"-P", "/first", "ls"};
    const auto outer = parse(program(), before);
    ASSERT_TRUE(outer);
    EXPECT_THAT(outer->tail(), ElementsAre("ls"));
    auto inner = line_of({"ls", "-P", "/second"});
    ASSERT_TRUE(inner);
    inner->parsed.put_before(*outer);
    EXPECT_EQ(*inner->parsed.value("lxcpath"), "/second");
    auto plain = line_of({"ls"});
    ASSERT_TRUE(plain);
    plain->parsed.put_before(*outer);
    EXPECT_EQ(*plain->parsed.value("lxcpath"), "/first");
}

}  // namespace
}  // namespace cubby::cli
