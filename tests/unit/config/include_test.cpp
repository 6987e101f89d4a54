#include "config/lxc/include.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/root.h"
#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

using test::Files;

std::string expanded(const std::string& text, Files files) {
    const auto document = Document::parse(text, "/c/web1/config");
    const auto result = expand(*document, "/c/web1", test::reader(std::move(files)));
    if (!result) {
        return result.error().text;
    }
    std::string out;
    for (const Assignment& each : result->assignments) {
        out.append(each.key).append("=").append(each.value).append("@").append(place(each.origin)).append("\n");
    }
    return out;
}

// A directory of its own, removed with what is in it.
class LxcIncludeFiles : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "/cubby-include-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        dir_ = pattern;
    }
    void TearDown() override {
        for (const std::string& name : names_) {
            unlink((dir_ + "/" + name).c_str());
        }
        EXPECT_EQ(rmdir(dir_.c_str()), 0);
    }
    void write(const std::string& name, const std::string& text) {
        names_.push_back(name);
        ASSERT_TRUE(root().replace(*RelPath::parse(name), text));
    }
    Root root() const { return std::move(*Root::at(dir_)); }

    std::string dir_;
    std::vector<std::string> names_;
};

TEST(LxcInclude, TakesTheSettingsInPlace) {
    EXPECT_EQ(expanded("lxc.ephemeral = 0\nlxc.include = /a.conf\nlxc.ephemeral = 1\n",
                       {{"/a.conf", "# c\nlxc.uts.name = x\n"}}),
              "lxc.ephemeral=0@/c/web1/config:1\nlxc.include=/a.conf@/c/web1/config:2\n"
              "lxc.uts.name=x@/a.conf:2\nlxc.ephemeral=1@/c/web1/config:3\n");
}

TEST(LxcInclude, RelativePathsCountFromTheContainersDirectory) {
    EXPECT_EQ(expanded("lxc.include = more.conf\n", {{"/c/web1/more.conf", "lxc.uts.name = x\n"}}),
              "lxc.include=more.conf@/c/web1/config:1\nlxc.uts.name=x@/c/web1/more.conf:1\n");
    EXPECT_EQ(host_path("a", "/d/"), "/d/a");
    EXPECT_EQ(host_path("/a", "/d"), "/a");
    EXPECT_EQ(host_path("", "/d"), "");
    EXPECT_EQ(host_path("a", ""), "a");
}

TEST(LxcInclude, EmptyIncludeReadsNothing) {
    EXPECT_EQ(expanded("lxc.include =\n", {}), "lxc.include=@/c/web1/config:1\n");
}

TEST(LxcInclude, MissingFileIsAnErrorAtTheIncludingLine) {
    EXPECT_EQ(expanded("#\nlxc.include = /none.conf\n", {}),
              "/c/web1/config:2: lxc.include: open /none.conf: no such file");
}

TEST(LxcInclude, ErrorInAnIncludedFileNamesThatFile) {
    EXPECT_EQ(expanded("lxc.include = /a.conf\n", {{"/a.conf", "\nlxc.uts.name\n"}}),
              "/a.conf:2: 'lxc.uts.name' has no '='; write KEY = VALUE");
}

TEST(LxcInclude, LoopsAreRefused) {
    EXPECT_EQ(expanded("lxc.include = /c/web1/config\n", {{"/c/web1/config", "lxc.include = /c/web1/config\n"}}),
              "/c/web1/config:1: lxc.include: '/c/web1/config' is including itself");
    EXPECT_EQ(expanded("lxc.include = /a\n", {{"/a", "lxc.include = /b\n"}, {"/b", "#\nlxc.include = /a\n"}}),
              "/b:2: lxc.include: '/a' is including itself");
}

TEST(LxcInclude, TheSameFileTwiceIsNoLoop) {
    EXPECT_EQ(expanded("lxc.include = /a\nlxc.include = /a\n", {{"/a", "lxc.ephemeral = 1\n"}}),
              "lxc.include=/a@/c/web1/config:1\nlxc.ephemeral=1@/a:1\n"
              "lxc.include=/a@/c/web1/config:2\nlxc.ephemeral=1@/a:1\n");
}

TEST(LxcInclude, DepthIsBounded) {
    Files files;
    for (int index = 0; index < 17; ++index) {
        files["/f" + std::to_string(index)] = "lxc.include = /f" + std::to_string(index + 1) + "\n";
    }
    files["/f17"] = "";
    EXPECT_EQ(expanded("lxc.include = /f0\n", files), "/f15:1: lxc.include: more than 16 files deep");
    files["/f15"] = "lxc.uts.name = deep\n";
    EXPECT_NE(expanded("lxc.include = /f0\n", files).find("deep@/f15:1"), std::string::npos);
}

TEST(LxcInclude, NumberOfFilesIsBounded) {
    Files files;
    for (int index = 0; index < 15; ++index) {
        const std::string next = "lxc.include = /f" + std::to_string(index + 1) + "\n";
        files["/f" + std::to_string(index)] = next + next;  // 32768 files in all
    }
    files["/f15"] = "";
    const std::string error = expanded("lxc.include = /f0\n", files);
    EXPECT_TRUE(error.ends_with("lxc.include: more than 512 files in all")) << error;
}

TEST(LxcInclude, TotalTextIsBounded) {
    const std::string includes = "lxc.include = /a\nlxc.include = /a\nlxc.include = /a\n";
    EXPECT_EQ(expanded(includes, {{"/a", std::string(kMaxTextBytes / 2, '#')
                                             .insert(100000, "\n")
                                             .insert(200000, "\n")
                                             .insert(300000, "\n")
                                             .insert(400000, "\n")
                                             .insert(500000, "\n")}}),
              "/a:1: more than 10000 lines or 1048576 bytes with everything included");
    EXPECT_EQ(expanded(includes, {{"/a", std::string(kMaxLines / 2, '\n')}}),
              "/a:1: more than 10000 lines or 1048576 bytes with everything included");
}

TEST_F(LxcIncludeFiles, ReadsAFile) {
    write("a", "lxc.ephemeral = 1\n");
    const auto texts = read_includes(dir_ + "/a");
    ASSERT_TRUE(texts) << texts.error().text;
    ASSERT_EQ(texts->size(), 1U);
    EXPECT_EQ(texts->front().name, dir_ + "/a");
    EXPECT_EQ(texts->front().text, "lxc.ephemeral = 1\n");
}

TEST_F(LxcIncludeFiles, ReadsADirectorysConfFilesInOrder) {
    write("20.conf", "b");
    write("10.conf", "a");
    write("30.conf~", "no");
    write("README", "no");
    write(".conf", "no");
    for (const std::string& path : {dir_, dir_ + "/"}) {
        const auto texts = read_includes(path);
        ASSERT_TRUE(texts) << texts.error().text;
        ASSERT_EQ(texts->size(), 2U);
        EXPECT_EQ((*texts)[0].text, "a");
        EXPECT_EQ((*texts)[0].name, dir_ + "/10.conf");
        EXPECT_EQ((*texts)[1].text, "b");
    }
}

TEST_F(LxcIncludeFiles, MissingDirectoryIsEmptyAndMissingFileIsNot) {
    const auto directory = read_includes(dir_ + "/none/");
    ASSERT_TRUE(directory);
    EXPECT_TRUE(directory->empty());
    const auto file = read_includes(dir_ + "/none");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Code::not_found);
}

TEST_F(LxcIncludeFiles, FifosAndDevicesAreRefusedWithoutBlocking) {
    ASSERT_EQ(mkfifo((dir_ + "/fifo.conf").c_str(), 0600), 0);
    names_.emplace_back("fifo.conf");
    EXPECT_FALSE(read_includes(dir_ + "/fifo.conf"));
    EXPECT_FALSE(read_includes(dir_));
    EXPECT_FALSE(read_includes("/dev/zero"));
    const auto tty = read_includes("/dev/tty");
    EXPECT_FALSE(tty);
}

TEST_F(LxcIncludeFiles, LargeFilesAreRefused) {
    write("big.conf", std::string(kMaxTextBytes + 1, '\n'));
    EXPECT_FALSE(read_includes(dir_ + "/big.conf"));
    EXPECT_FALSE(read_includes(dir_));
}

}  // namespace
}  // namespace cubby::lxc
