#include "kernel/installed.h"

#include <sys/stat.h>

#include <filesystem>

#include "kernel/program_output.h"
#include "kernel/subid.h"
#include "tests/unit/holder/place.h"

namespace cubby {
namespace {

using holder_test::TempDir;

TEST(Installed, ProgramsAndDataOfTheBuildTreeAreFound) {
    const auto program = installed_program("cubby-holder");
    ASSERT_TRUE(program) << program.error().message();
    EXPECT_TRUE(program->starts_with("/") && program->ends_with("/cubby-holder")) << *program;
    const auto data = installed_data("templates");
    ASSERT_TRUE(data) << data.error().message();
    EXPECT_TRUE(std::filesystem::is_directory(*data)) << *data;
}

TEST(Installed, WhatIsNotThereIsNamed) {
    const auto program = installed_program("cubby-nothing");
    ASSERT_FALSE(program);
    EXPECT_EQ(program.error().code, Code::not_found);
    EXPECT_NE(std::string(program.error().message()).find("cubby-nothing"), std::string::npos);
    EXPECT_FALSE(installed_data("no-such-data"));
}

// An installed tree may be moved: the holder finds cubby-ranges from its own place.
TEST(Installed, AMovedTreeFindsItself) {
    const auto holder = installed_program("cubby-holder");
    const auto ranges = installed_program("cubby-ranges");
    ASSERT_TRUE(holder && ranges);
    const TempDir prefix;
    const auto folder = prefix / "libexec/cubby";
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(*holder, folder + "/cubby-holder");
    Command command;
    command.argv = {folder + "/cubby-holder", "--ranges"};
    const auto without = run_and_collect(command, Listen::output, 65536, 20000);
    ASSERT_TRUE(without) << without.error().message();
    EXPECT_NE(without->text.find("trouble cubby-ranges is neither in " + folder), std::string::npos) << without->text;
    std::filesystem::copy_file(*ranges, folder + "/cubby-ranges");
    const auto with = run_and_collect(command, Listen::output, 65536, 20000);
    ASSERT_TRUE(with) << with.error().message();
    EXPECT_EQ(with->text, ranges_text(find_subordinate_ids(*ranges)));
}

// A record that somebody else could have put there (think of /tmp) does not lead anywhere.
TEST(Installed, ABuildRecordInAnOpenFolderIsIgnored) {
    const auto holder = installed_program("cubby-holder");
    ASSERT_TRUE(holder);
    const TempDir tree;
    const TempDir decoy;
    std::filesystem::create_directories(tree / "a/b");
    std::filesystem::create_directories(tree / "bin");
    std::filesystem::copy_file(*holder, tree / "a/b/cubby-holder");
    tree.write("bin/cubby-ranges", "#!/bin/sh\necho user decoy\n", 0755);
    tree.write("CMakeCache.txt", "CMAKE_HOME_DIRECTORY:INTERNAL=" + decoy.path() + "\n");
    ASSERT_EQ(chmod(tree.path().c_str(), 01777), 0);
    Command command;
    command.argv = {tree / "a/b/cubby-holder", "--ranges"};
    auto seen = run_and_collect(command, Listen::output, 65536, 20000);
    ASSERT_TRUE(seen) << seen.error().message();
    EXPECT_EQ(seen->text.find("user decoy"), std::string::npos) << seen->text;
    // Its owner's hands alone: a build tree.
    ASSERT_EQ(chmod(tree.path().c_str(), 0755), 0);
    seen = run_and_collect(command, Listen::output, 65536, 20000);
    ASSERT_TRUE(seen) << seen.error().message();
    EXPECT_NE(seen->text.find("user decoy"), std::string::npos) << seen->text;
}

TEST(ProgramOutput, LimitsOfTimeAndSizeHold) {
    Command command;
    command.argv = {"/bin/sh", "-c", "echo out; echo err >&2; exit 3"};
    auto output = run_and_collect(command, Listen::output, 100, 5000);
    ASSERT_TRUE(output) << output.error().message();
    EXPECT_EQ(output->text, "out\n");
    EXPECT_EQ(output->status.value, 3);
    EXPECT_EQ(run_and_collect(command, Listen::errors, 100, 5000)->text, "err\n");
    EXPECT_EQ(run_and_collect(command, Listen::both, 100, 5000)->text, "out\nerr\n");

    command.argv[2] = "exec sleep 60";
    output = run_and_collect(command, Listen::output, 100, 100);
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, Code::timeout);

    command.argv[2] = "while :; do echo more; done";
    EXPECT_FALSE(run_and_collect(command, Listen::output, 1000, 5000));

    // A grandchild that keeps the pipe does not keep us.
    command.argv[2] = "sleep 5 & echo done";
    output = run_and_collect(command, Listen::output, 100, 4000);
    ASSERT_TRUE(output) << output.error().message();
    EXPECT_EQ(output->text, "done\n");
}

}  // namespace
}  // namespace cubby
