// images/template_program: finding templates, and what an image depends on.

#include "images/template_program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "tests/unit/storage/own_holder.h"

namespace cubby {
namespace {

using test::ok;

class TemplateProgramTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto holder = test::make_own_holder(true);
        ASSERT_TRUE(ok(holder));
        holder_ = std::move(*holder);
        tree_ = std::make_unique<test::TemporaryTree>(holder_);
        ASSERT_TRUE(ok(tree_->root().make_dirs(*RelPath::parse("templates/recipes"), 0755)));
        ASSERT_TRUE(ok(tree_->root().make_dirs(*RelPath::parse("templates/engine"), 0755)));
        put("templates/engine/engine.sh", "true\n", 0644);
        put("templates/plain", "#!/bin/sh\n#:cubby summary a plain one\n#:cubby network no\n", 0755);
        put("templates/recipes/rich",
            "#!/bin/sh\n#:cubby max-age 7\n#:cubby input ../engine\n#:cubby input /etc/os-release\n#:cubby later x\n",
            0755);
        put("templates/recipes/plain", "#!/bin/sh\n", 0755);
        put("templates/README", "text", 0644);
    }
    void put(const char* path, std::string_view text, mode_t mode) const {
        ASSERT_TRUE(ok(tree_->root().replace(*RelPath::parse(path), text, mode)));
        ASSERT_EQ(fchmodat(tree_->root().fd(), path, mode, 0), 0);
    }
    [[nodiscard]] std::string folder() const { return tree_->path() + "/templates"; }
    [[nodiscard]] static std::string key(const TemplateProgram& program, const std::vector<std::string>& args = {},
                                         const char* machine = "x86_64", const char* map = "0 1 65536") {
        const auto made = image_key(program, args, machine, map);
        EXPECT_TRUE(ok(made));
        return made.value_or("");
    }

    test::OwnHolder holder_;
    std::unique_ptr<test::TemporaryTree> tree_;
};

TEST_F(TemplateProgramTest, FindsByNameInBothFolders) {
    const auto plain = find_template("plain", folder());
    ASSERT_TRUE(ok(plain));
    EXPECT_EQ(plain->program, "plain");
    EXPECT_EQ(plain->summary, "a plain one");
    EXPECT_FALSE(plain->network);
    EXPECT_EQ(plain->max_age_days, 0U);
    const auto rich = find_template("rich", folder());
    ASSERT_TRUE(ok(rich));
    EXPECT_EQ(rich->program, "recipes/rich");
    EXPECT_TRUE(rich->network);
    EXPECT_EQ(rich->max_age_days, 7U);
    EXPECT_EQ(rich->inputs, (std::vector<std::string>{folder() + "/recipes/../engine", "/etc/os-release"}));
}

TEST_F(TemplateProgramTest, FindsByAbsolutePath) {
    const auto found = find_template(folder() + "/recipes/rich", "/nowhere");
    ASSERT_TRUE(ok(found));
    EXPECT_TRUE(found->folder.empty());
    EXPECT_EQ(found->file, folder() + "/recipes/rich");
}

TEST_F(TemplateProgramTest, RefusesWhatIsNoTemplate) {
    for (const char* name : {"engine", "README", "absent", "recipes"}) {
        const auto found = find_template(name, folder());
        ASSERT_FALSE(found) << name;
        EXPECT_EQ(found.error().code, Code::not_found) << name;
    }
    for (const char* name : {"", ".", "..", "../templates/plain", "recipes/rich", "-h", ".hidden", "a\nb/"}) {
        const auto found = find_template(name, folder());
        ASSERT_FALSE(found) << name;
        EXPECT_EQ(found.error().code, Code::usage) << name;
    }
    EXPECT_EQ(find_template("/etc/passwd", folder()).error().code, Code::not_found);
    EXPECT_EQ(find_template("/tmp", folder()).error().code, Code::not_found);
}

TEST_F(TemplateProgramTest, RefusesADirectiveThatIsWrong) {
    put("templates/bad", "#!/bin/sh\n#:cubby max-age soon\n", 0755);
    put("templates/late", "#!/bin/sh\n" + std::string(60, '\n') + "#:cubby max-age soon\n", 0755);
    EXPECT_FALSE(find_template("bad", folder()));
    EXPECT_TRUE(ok(find_template("late", folder()))) << "only the first forty lines are read";
}

TEST_F(TemplateProgramTest, KeyDependsOnEverythingThatTheResultDoes) {
    const auto rich = find_template("rich", folder());
    ASSERT_TRUE(ok(rich));
    const std::string first = key(*rich);
    EXPECT_EQ(first.size(), 64U);
    EXPECT_EQ(key(*rich), first);
    EXPECT_NE(key(*rich, {"a"}), first);
    EXPECT_NE(key(*rich, {"a", "b"}), key(*rich, {"ab"}));
    EXPECT_NE(key(*rich, {"a", ""}), key(*rich, {"a"}));
    EXPECT_NE(key(*rich, {}, "arm64"), first);
    EXPECT_NE(key(*rich, {}, "x86_64", "0 0 1"), first);
    // A file in a folder that is an input.
    put("templates/engine/engine.sh", "false\n", 0644);
    const std::string second = key(*rich);
    EXPECT_NE(second, first);
    put("templates/engine/more.sh", "", 0644);
    EXPECT_NE(key(*rich), second);
    // The program's own text.
    put("templates/recipes/rich", "#!/bin/sh\n#:cubby input ../engine\n#:cubby input /etc/os-release\n:\n", 0755);
    EXPECT_NE(key(*find_template("rich", folder())), key(*rich));
}

TEST_F(TemplateProgramTest, KeyFollowsFilesThatArgumentsName) {
    const auto plain = find_template("plain", folder());
    ASSERT_TRUE(ok(plain));
    put("program", "one", 0755);
    const std::string path = tree_->path() + "/program";
    const std::string alone = key(*plain, {path});
    const std::string as_value = key(*plain, {"--busybox-path=" + path});
    put("program", "other", 0755);
    EXPECT_NE(key(*plain, {path}), alone);
    EXPECT_NE(key(*plain, {"--busybox-path=" + path}), as_value);
    EXPECT_NE(key(*plain, {"--busybox-path=/nowhere"}), as_value);
}

}  // namespace
}  // namespace cubby
