#include "config/lxc/global.h"

#include <sys/stat.h>
#include <unistd.h>

#include "config/lxc/write.h"
#include "kernel/root.h"
#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

// A home with ~/.config/lxc.
class LxcGlobal : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "/cubby-home-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        home_ = pattern;
        ASSERT_TRUE(Root::make(home_ + "/.config/lxc"));
    }
    void TearDown() override {
        for (const char* name : {"/.config/lxc/lxc.conf", "/.config/lxc/default.conf"}) {
            unlink((home_ + name).c_str());
        }
        for (const char* name : {"/.config/lxc", "/.config", ""}) {
            EXPECT_EQ(rmdir((home_ + name).c_str()), 0);
        }
    }
    void write(const char* name, const std::string& text) const {
        ASSERT_TRUE(Root::at(home_ + "/.config/lxc")->replace(*RelPath::parse(name), text));
    }

    std::string home_;
};

TEST_F(LxcGlobal, WithoutAnyFile) {
    const auto global = read_global(home_);
    ASSERT_TRUE(global) << global.error().text;
    EXPECT_EQ(global->lxcpath, home_ + "/.local/share/lxc");
    EXPECT_EQ(global->default_config, home_ + "/.config/lxc/default.conf");
    const auto text = default_config(*global);
    ASSERT_TRUE(text) << text.error().text;
    EXPECT_NE(text->text.find("lxc.net.0.type = none\n"), std::string::npos);
    const auto document = Document::parse(text->text + "lxc.rootfs.path = /r\n", text->name);
    const auto result = compile(*document, test::web1(), "/c", test::reader({}));
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_TRUE(result->unsupported.empty());
}

TEST_F(LxcGlobal, ReadsTheUsersFiles) {
    write("lxc.conf", "# c\nlxc.lxcpath = /srv/lxc/\nlxc.cgroup.pattern = lxc/%n\nzfsroot = old\n");
    write("default.conf", "lxc.net.0.type = empty\n");
    const auto global = read_global(home_);
    ASSERT_TRUE(global) << global.error().text;
    EXPECT_EQ(*global_item(*global, "lxc.lxcpath"), "/srv/lxc");
    EXPECT_EQ(*global_item(*global, "lxc.cgroup.pattern"), "lxc/%n");
    EXPECT_EQ(*global_item(*global, "lxc.cgroup.use"), "");
    EXPECT_EQ(*global_item(*global, "lxc.default_config"), home_ + "/.config/lxc/default.conf");
    EXPECT_FALSE(global_item(*global, "lxc.nothing"));
    const auto text = default_config(*global);
    ASSERT_TRUE(text);
    EXPECT_EQ(text->name, home_ + "/.config/lxc/default.conf");
    EXPECT_EQ(text->text, "lxc.net.0.type = empty\n");
}

TEST_F(LxcGlobal, ANamedDefaultConfigMustExist) {
    write("lxc.conf", "lxc.default_config = " + home_ + "/none\n");
    const auto text = default_config(*read_global(home_));
    ASSERT_FALSE(text);
    EXPECT_TRUE(std::string_view(text.error().text).starts_with("lxc.default_config: open ")) << text.error().text;
}

TEST_F(LxcGlobal, AnUnreadableFileIsNotNoFile) {
    ASSERT_EQ(mkfifo((home_ + "/.config/lxc/lxc.conf").c_str(), 0600), 0);
    EXPECT_FALSE(read_global(home_));
    ASSERT_EQ(mkfifo((home_ + "/.config/lxc/default.conf").c_str(), 0600), 0);
    EXPECT_FALSE(default_config(*parse_global("", "f", home_)));
}

TEST(LxcGlobalText, ErrorsNameFileAndLine) {
    const auto error = [](const std::string& text) {
        const auto global = parse_global(text, "/h/lxc.conf", "/h");
        return global ? "no error" : std::string(global.error().text);
    };
    EXPECT_EQ(error("#\nlxc.lxcpth = /x\n"),
              "/h/lxc.conf:2: lxc.lxcpth: lxc.conf has no such key; did you mean lxc.lxcpath?");
    EXPECT_EQ(error("lxc.lxcpath = x\n"), "/h/lxc.conf:1: lxc.lxcpath: 'x' is not an absolute path");
    EXPECT_EQ(error("lxc.default_config =\n"), "/h/lxc.conf:1: lxc.default_config: '' is not an absolute path");
    EXPECT_EQ(error("lxc.uts.name = x\n").substr(0, 16), "/h/lxc.conf:1: l");
    EXPECT_EQ(error("lxc.cgroup.use = a\nlxc.cgroup.use =\nlxcpath = ignored\n"), "no error");
    EXPECT_EQ(error(std::string("lxc.lxcpath = /a\0", 17)).substr(0, 14), "/h/lxc.conf:1:");
}

TEST(LxcWrite, MakesADocumentFromItsBase) {
    NewContainer container;
    container.base = {
        "/h/default.conf",
        "# mine\nlxc.rootfs.path = /old\nlxc.idmap = u 0 1 1\nlxc.idmap = g 0 1 1\nlxc.net.0.type = empty\n"};
    container.rootfs = "dir:/c/web1/rootfs";
    container.hostname = "web1";
    container.image = "busybox";
    container.idmap = {"u 0 100000 65536", "g 0 100000 65536"};
    container.settings = {{"lxc.net.0.type", "none"}, {"lxc.init.cmd", "/bin/sh"}};
    const auto document = make_document(container);
    ASSERT_TRUE(document) << document.error().text;
    EXPECT_EQ(document->to_text(),
              "# mine\nlxc.net.0.type = none\n\n# written by cubby create\ncubby.image = busybox\nlxc.uts.name = web1\n"
              "lxc.rootfs.path = dir:/c/web1/rootfs\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n"
              "lxc.init.cmd = /bin/sh\n");
    const auto result = compile(*document, test::web1(), "/c/web1", test::reader({}));
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_EQ(result->image, "busybox");
    EXPECT_EQ(result->spec.idmap.uids, (IdRanges{{0, 100000, 65536}}));
}

TEST(LxcWrite, LeavesTheBaseAloneWhereNothingIsSaid) {
    NewContainer container;
    container.base = {"/h/x.conf", "lxc.uts.name = base\nlxc.idmap = u 0 1 1\n"};
    container.rootfs = "/r";
    const auto document = make_document(container);
    ASSERT_TRUE(document);
    EXPECT_EQ(document->get("lxc.uts.name"), std::vector<std::string>{"base"});
    EXPECT_EQ(document->get("lxc.idmap"), std::vector<std::string>{"u 0 1 1"});
    EXPECT_TRUE(document->get("cubby.image").empty());
}

TEST(LxcWrite, RefusesWhatTheReaderWouldRefuse) {
    NewContainer container;
    container.rootfs = "/r\nlxc.cap.keep = none";
    EXPECT_FALSE(make_document(container));
    container.rootfs = "/r";
    container.idmap = {"u 0"};
    EXPECT_FALSE(make_document(container));
    container.idmap = {};
    container.settings = {{"lxc.no.such", "1"}};
    EXPECT_FALSE(make_document(container));
    container.settings = {};
    container.base = {"/h/x.conf", "lxc.broken\n"};
    const auto broken = make_document(container);
    ASSERT_FALSE(broken);
    EXPECT_TRUE(std::string_view(broken.error().text).starts_with("/h/x.conf:1: "));
}

}  // namespace
}  // namespace cubby::lxc
