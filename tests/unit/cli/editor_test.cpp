// Finding and running an editor, the private file it gets, and the list of templates.

#include "cli/editor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <ranges>

#include "cli/templates.h"
#include "tests/unit/cli/words.h"

namespace cubby::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

// Sets environment variables, and puts them back.
class Environment : public ::testing::Test {
  protected:
    void set(const char* name, const char* value) {
        const char* old = getenv(name);
        saved_.emplace_back(name, old != nullptr ? std::optional<std::string>(old) : std::nullopt);
        ASSERT_EQ(value != nullptr ? setenv(name, value, 1) : unsetenv(name), 0);
    }
    void SetUp() override {
        char path[] = "/tmp/cubby-cli-XXXXXX";
        ASSERT_NE(mkdtemp(path), nullptr);
        folder_ = path;
        set("XDG_RUNTIME_DIR", path);
    }
    void TearDown() override {
        for (const auto& [name, value] : std::views::reverse(saved_)) {
            EXPECT_EQ(value ? setenv(name, value->c_str(), 1) : unsetenv(name), 0);
        }
        EXPECT_GT(std::filesystem::remove_all(folder_), 0U);
    }
    // A shell script in the test's folder.
    std::string script(const std::string& name, const std::string& text, mode_t mode = 0755) {
        const std::string path = folder_ + "/" + name;
        const Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700));
        EXPECT_TRUE(write_all(file.get(), "#!/bin/sh\n" + text, "script"));
        EXPECT_EQ(fchmod(file.get(), mode), 0);
        return path;
    }
    std::string folder_;

  private:
    std::vector<std::pair<const char*, std::optional<std::string>>> saved_;
};

using CliEditor = Environment;

TEST_F(CliEditor, IsTheOneTheUserNamed) {
    const std::string visual = script("visual", "");
    script("plain", "");
    set("PATH", folder_.c_str());
    set("VISUAL", (visual + " -w 'a b'").c_str());
    set("EDITOR", "plain");
    EXPECT_THAT(*find_editor(), ElementsAre(visual, "-w", "a b"));
    set("VISUAL", " ");
    EXPECT_THAT(*find_editor(), ElementsAre(folder_ + "/plain"));
    set("EDITOR", "missing");
    EXPECT_THAT(find_editor().error().text, HasSubstr("EDITOR: there is no program missing"));
    set("EDITOR", nullptr);
    EXPECT_THAT(find_editor().error().text, HasSubstr("set EDITOR"));
    const std::string vi = script("vi", "");
    EXPECT_THAT(*find_editor(), ElementsAre(vi));
}

TEST_F(CliEditor, ProgramsAreFoundInAbsoluteFoldersOnly) {
    script("here", "");
    script("data", "", 0644);
    set("PATH", (".::" + folder_).c_str());
    EXPECT_EQ(*find_program("here"), folder_ + "/here");
    EXPECT_FALSE(find_program("data"));
    EXPECT_FALSE(find_program(""));
    EXPECT_FALSE(find_program(folder_ + "/data"));
    EXPECT_FALSE(find_program(folder_));
    set("PATH", "relative");
    EXPECT_FALSE(find_program("here"));
}

TEST_F(CliEditor, GetsAPrivateFileThatGoesAway) {
    const std::string editor = script("editor", R"(stat -c %a "$1" "${1%/*}" > )" + folder_ +
                                                    "/modes\n"
                                                    R"(echo more >> "$1"; touch "$1~")"
                                                    "\n");
    std::string path;
    {
        auto file = EditedFile::make("p1.conf", "text\n");
        ASSERT_TRUE(file) << file.error().text;
        path = file->path();
        EXPECT_THAT(path, EndsWith("/p1.conf"));
        ASSERT_TRUE(file->edit({editor}));
        EXPECT_EQ(*file->text(), "text\nmore\n");
    }
    EXPECT_EQ(access(path.c_str(), F_OK), -1);
    EXPECT_EQ(access(path.substr(0, path.rfind('/')).c_str(), F_OK), -1);
    EXPECT_EQ(*read_named(folder_ + "/modes", 100), "600\n700\n");
}

TEST_F(CliEditor, LeavesTheFileWhenAsked) {
    std::string path;
    {
        auto file = EditedFile::make("p1.conf", "text\n");
        ASSERT_TRUE(file);
        file->keep();
        path = file->path();
    }
    EXPECT_EQ(*read_named(path, 100), "text\n");
}

TEST_F(CliEditor, FailuresAreReported) {
    auto file = EditedFile::make("p1.conf", "text\n");
    ASSERT_TRUE(file);
    const Status failed = file->edit({script("editor", "exit 3\n")});
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().text, HasSubstr("ended with 3"));
    EXPECT_EQ(*file->text(), "text\n");
}

TEST_F(CliEditor, SignalsOfKeysReachIt) {
    // ^C is ignored by cubby while the editor runs, but not by the editor.
    auto file = EditedFile::make("p1.conf", "text\n");
    ASSERT_TRUE(file);
    const Status killed = file->edit({script("editor", "kill -INT $$; sleep 5; exit 1\n")});
    ASSERT_FALSE(killed);
    EXPECT_THAT(killed.error().text, HasSubstr("ended with 130"));
}

using CliTemplates = Environment;

TEST_F(CliTemplates, AreExecutableFilesOfBothFolders) {
    ASSERT_EQ(mkdir((folder_ + "/recipes").c_str(), 0700), 0);
    ASSERT_EQ(mkdir((folder_ + "/engine").c_str(), 0700), 0);
    script("small", "#:cubby summary a small one\nset -eu\n");
    script("README", "#:cubby summary not a program\n", 0644);
    script("recipes/debian", "echo\n#:cubby summary  Debian \n");
    script("recipes/silent", "echo\n");
    script("silent", "#:cubby summary hidden by the recipe\n");
    ASSERT_EQ(symlink("small", (folder_ + "/link").c_str()), 0);
    const auto found = templates_in(*Root::at(folder_));
    ASSERT_TRUE(found) << found.error().text;
    ASSERT_EQ(found->size(), 3U);
    EXPECT_EQ((*found)[0].name, "debian");
    EXPECT_EQ((*found)[0].summary, "Debian");
    EXPECT_EQ((*found)[1].name, "silent");
    EXPECT_EQ((*found)[1].summary, "");
    EXPECT_EQ((*found)[2].name, "small");
    EXPECT_EQ((*found)[2].summary, "a small one");
}

}  // namespace
}  // namespace cubby::cli
