// images/store: building once, finding again, failing whole, removing.

#include "images/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <ctime>
#include <thread>

#include "kernel/process.h"
#include "tests/unit/images/own_templates.h"

namespace cubby {
namespace {

using test::ok;

class ImageStoreTest : public test::StoreTest {};

// Another tree at every run.
constexpr std::string_view kUnique = "cat /proc/sys/kernel/random/uuid >$rootfs/uuid\n";

TEST_F(ImageStoreTest, BuildsOnceAndFindsAgain) {
    put_template("unique", kUnique);
    const ImageStore images = store();
    const auto first = images.find_or_build(request("unique", {"--a=b"}), {});
    ASSERT_TRUE(ok(first));
    EXPECT_EQ(text_in(*first, "uuid").size(), 37U);
    EXPECT_EQ(first->entries, 1U);
    EXPECT_EQ(first->args, std::vector<std::string>{"--a=b"});
    EXPECT_LE(std::abs(first->created - time(nullptr)), 60);
    const auto again = images.find_or_build(request("unique", {"--a=b"}), {});
    ASSERT_TRUE(ok(again));
    EXPECT_EQ(again->id, first->id);
    EXPECT_EQ(again->rootfs, first->rootfs);
    EXPECT_EQ(again->created, first->created);
    const auto other = images.find_or_build(request("unique", {"--a=c"}), {});
    ASSERT_TRUE(ok(other));
    EXPECT_NE(other->id, first->id);
    EXPECT_TRUE(leftovers().empty());
}

TEST_F(ImageStoreTest, BuildsAnewOnRequestAndWhenTheTemplateChanged) {
    put_template("unique", kUnique);
    const auto first = store().find_or_build(request("unique"), {});
    BuildRequest fresh = request("unique");
    fresh.refresh = true;
    const auto second = store().find_or_build(fresh, {});
    ASSERT_TRUE(ok(second));
    EXPECT_NE(second->id, first->id);
    EXPECT_EQ(store().find_or_build(request("unique"), {})->id, second->id) << "the newer one is found from now on";
    put_template("unique", std::string(kUnique) + ":\n");
    EXPECT_NE(store().find_or_build(request("unique"), {})->id, second->id);
}

TEST_F(ImageStoreTest, KeepsOneImageOfOneContent) {
    put_template("fixed", "echo hello >$rootfs/file\n");
    const auto one = store().find_or_build(request("fixed", {"1"}), {});
    const auto two = store().find_or_build(request("fixed", {"2"}), {});
    ASSERT_TRUE(ok(one));
    ASSERT_TRUE(ok(two));
    EXPECT_EQ(one->id, two->id);
    EXPECT_EQ(store().list()->size(), 1U);
    EXPECT_TRUE(leftovers().empty());
}

TEST_F(ImageStoreTest, SaysWhyATemplateFailedAndLeavesNothing) {
    const struct {
        const char* name;
        const char* body;
        Code code;
        const char* said;
    } cases[] = {
        {"failed", "echo working; mkdir -p $rootfs/a/b; echo 'failed: the reason' >&2; exit 1\n", Code::child_failed,
         "failed: the reason; its log is "},
        {"usage", "echo 'usage: --x is unknown' >&2; exit 2\n", Code::usage, "usage: --x is unknown; its log is "},
        {"lacking", "echo 'lacking: apt-get install y' >&2; exit 3\n", Code::unsupported,
         "lacking: apt-get install y;"},
        {"odd", "exit 77\n", Code::child_failed, "template odd ended with exit status 77 and said nothing"},
        {"shot", "kill -9 $$\n", Code::child_failed, "template shot was killed by signal 9"},
        {"empty", "exit 0\n", Code::child_failed, "template empty ended well but made no files"},
        {"rude", "printf '\\033[2Jrude\\n' >&2; exit 1\n", Code::child_failed, "\\x1b[2Jrude;"},
    };
    for (const auto& one : cases) {
        put_template(one.name, one.body);
        const auto built = store().find_or_build(request(one.name), {});
        ASSERT_FALSE(built) << one.name;
        EXPECT_EQ(built.error().code, one.code) << one.name << ": " << built.error().text;
        EXPECT_NE(std::string_view(built.error().text).find(one.said), std::string_view::npos) << built.error().text;
        EXPECT_TRUE(leftovers().empty()) << one.name;
        EXPECT_TRUE(store().list()->empty()) << one.name;
    }
    // The log that the error names is there.
    const std::string text = store().find_or_build(request("failed"), {}).error().text;
    const auto at = text.find('/', text.find("its log is "));
    EXPECT_EQ(read_named(text.substr(at), 1000).value_or(""), "working\nfailed: the reason\n");
    EXPECT_EQ(store().find_or_build(request("absent"), {}).error().code, Code::not_found);
}

TEST_F(ImageStoreTest, LetsTheSecondBuilderWaitAndHaveTheResult) {
    put_template("slow", "sleep 0.4\n" + std::string(kUnique));
    std::atomic<int> waited = 0;
    std::array<std::string, 3> made;
    std::vector<std::thread> threads;
    threads.reserve(made.size());
    for (std::string& id : made) {
        threads.emplace_back([&] {
            const auto built = store().find_or_build(request("slow"), [&](uint64_t, uint64_t, std::string_view what) {
                waited += what.starts_with("waiting for another command") ? 1 : 0;
            });
            id = built ? built->id : std::string(built.error().message());
        });
    }
    // Meanwhile others look into the store, which sweeps: not what is being built.
    for (int round = 0; round < 20; ++round) {
        EXPECT_TRUE(ok(store().list()));
        usleep(10'000);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_TRUE(made[0].starts_with("sha256-")) << made[0];
    EXPECT_EQ(made[0], made[1]);
    EXPECT_EQ(made[0], made[2]);
    EXPECT_EQ(waited, 2);
    EXPECT_EQ(store().list()->size(), 1U);
}

TEST_F(ImageStoreTest, CleansUpAfterABuilderThatWasKilled) {
    put_template("hangs", "mkdir -p $rootfs/deep/er; touch $rootfs/deep/er/file; chmod 0 $rootfs/deep; sleep 321.75\n");
    const pid_t builder = fork();
    if (builder == 0) {
        static_cast<void>(store().find_or_build(request("hangs"), {}));
        _exit(0);
    }
    const Root home_root = *Root::at(home());
    const auto is_building = [&] {
        const auto names = home_root.exists(*RelPath::parse("cache/images")) ? leftovers() : std::vector<std::string>();
        return !names.empty() && home_root.exists(*RelPath::parse("cache/images/" + names[0] + "/rootfs/deep"));
    };
    for (int round = 0; round < 500 && !is_building(); ++round) {
        usleep(10'000);
    }
    ASSERT_TRUE(is_building());
    kill(builder, SIGKILL);
    waitpid(builder, nullptr, 0);
    EXPECT_EQ(leftovers().size(), 1U);
    // Any later use of the store clears it away, as soon as the builder's own children are gone.
    for (int round = 0; round < 500 && !leftovers().empty(); ++round) {
        ASSERT_TRUE(ok(store().list()));
        usleep(10'000);
    }
    EXPECT_TRUE(leftovers().empty());
    put_template("hangs", "echo fine >$rootfs/file\n");
    EXPECT_TRUE(ok(store().find_or_build(request("hangs"), {})));
}

TEST_F(ImageStoreTest, IsWholeOrAbsentWhereverABuilderIsKilled) {
    put_template("tree", "for a in 1 2 3; do mkdir -p $rootfs/$a/b; cp /bin/true $rootfs/$a/b; done\n");
    for (int round = 0; round < 25; ++round) {
        const pid_t builder = fork();
        if (builder == 0) {
            BuildRequest wanted = request("tree");
            wanted.refresh = true;
            static_cast<void>(store().find_or_build(wanted, {}));
            _exit(0);
        }
        usleep(static_cast<useconds_t>(4000 * round));
        kill(builder, SIGKILL);
        waitpid(builder, nullptr, 0);
        const auto images = store().list();
        ASSERT_TRUE(ok(images));
        ASSERT_LE(images->size(), 1U);
        if (!images->empty()) {
            EXPECT_EQ(images->front().entries, 9U);
            EXPECT_FALSE(text_in(images->front(), "3/b/true").empty());
        }
    }
    const auto built = store().find_or_build(request("tree"), {});
    ASSERT_TRUE(ok(built));
    EXPECT_EQ(built->entries, 9U);
    for (int round = 0; round < 500 && !leftovers().empty(); ++round) {
        ASSERT_TRUE(ok(store().list()));
        usleep(10'000);
    }
    EXPECT_TRUE(leftovers().empty());
}

TEST_F(ImageStoreTest, RenewsAnOldImageAndKeepsItWhereThatFails) {
    put_template("aging", kUnique, "#:cubby max-age 7\n");
    const auto first = store().find_or_build(request("aging"), {});
    ASSERT_TRUE(ok(first));
    const auto set_age = [&](const Image& image, int days) {
        Image older = image;
        older.created = time(nullptr) - int64_t{86400} * days;
        const Root dir = *Root::at(image.rootfs.substr(0, image.rootfs.rfind('/')));
        ASSERT_TRUE(ok(dir.replace(*RelPath::parse("meta"), *metadata_text(older))));
    };
    set_age(*first, 6);
    EXPECT_EQ(store().find_or_build(request("aging"), {})->id, first->id);
    set_age(*first, 8);
    const auto second = store().find_or_build(request("aging"), {});
    ASSERT_TRUE(ok(second));
    EXPECT_NE(second->id, first->id);
    EXPECT_TRUE(second->notes.empty());
    // No build can succeed: a file stands where the logs go.
    set_age(*second, 30);
    ASSERT_TRUE(ok(tree_->root().rename(*RelPath::parse("cache/images/logs"), *RelPath::parse("cache/images/gone"))));
    ASSERT_TRUE(ok(tree_->root().replace(*RelPath::parse("cache/images/logs"), "in the way")));
    const auto kept = store().find_or_build(request("aging"), {});
    ASSERT_TRUE(ok(kept));
    EXPECT_EQ(kept->id, second->id);
    ASSERT_EQ(kept->notes.size(), 1U);
    EXPECT_TRUE(
        kept->notes[0].starts_with("the image of template aging is older than 7 days and could not be renewed: "));
}

TEST_F(ImageStoreTest, RemovesAnImageThatNobodyUses) {
    put_template("unique", kUnique);
    const ImageStore images = store();
    const auto image = images.find_or_build(request("unique"), {});
    ASSERT_TRUE(ok(image));
    const auto used = [](const Image&) -> Result<std::vector<std::string>> {
        return std::vector<std::string>{"c1", "web"};
    };
    const auto free = [](const Image&) -> Result<std::vector<std::string>> { return std::vector<std::string>{}; };
    const Status refused = images.remove(*image, used);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::busy);
    EXPECT_NE(std::string_view(refused.error().text).find("used by c1, web"), std::string_view::npos);
    EXPECT_TRUE(ok(images.hold(*image)));
    EXPECT_TRUE(ok(images.remove(*image, free)));
    EXPECT_EQ(images.remove(*image, free).error().code, Code::not_found);
    EXPECT_EQ(images.hold(*image).error().code, Code::not_found);
    EXPECT_TRUE(images.list()->empty());
    EXPECT_TRUE(leftovers().empty());
    EXPECT_TRUE(tree_->root().list(*RelPath::parse("cache/images/index"))->empty());
    const auto again = images.find_or_build(request("unique"), {});
    ASSERT_TRUE(ok(again));
    EXPECT_NE(again->id, image->id);
}

TEST_F(ImageStoreTest, FindsByTheFirstDigits) {
    put_template("unique", kUnique);
    const ImageStore images = store();
    const auto image = images.find_or_build(request("unique"), {});
    ASSERT_TRUE(ok(image));
    EXPECT_EQ(images.find(image->id)->id, image->id);
    EXPECT_EQ(images.find(image->id.substr(7, 12))->id, image->id);
    EXPECT_EQ(images.find(image->id.substr(0, 13))->id, image->id);
    EXPECT_EQ(images.find(image->id.substr(7, 5)).error().code, Code::usage);
    EXPECT_EQ(images.find("../../etc").error().code, Code::usage);
    EXPECT_EQ(images.find("debian").error().code, Code::usage);
    const std::string absent = image->id[7] == 'f' ? "eeeeeeee" : "ffffffff";
    EXPECT_EQ(images.find(absent).error().code, Code::not_found);
}

TEST_F(ImageStoreTest, BuildsAnewWhatWasDamaged) {
    put_template("unique", kUnique);
    const auto image = store().find_or_build(request("unique"), {});
    ASSERT_TRUE(ok(image));
    const Root dir = *Root::at(image->rootfs.substr(0, image->rootfs.rfind('/')));
    ASSERT_TRUE(ok(dir.replace(*RelPath::parse("meta"), "")));
    EXPECT_TRUE(store().list()->empty());
    EXPECT_FALSE(store().find(image->id));
    const auto again = store().find_or_build(request("unique"), {});
    ASSERT_TRUE(ok(again));
    EXPECT_NE(again->id, image->id);
}

}  // namespace
}  // namespace cubby
