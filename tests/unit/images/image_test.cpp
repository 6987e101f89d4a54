// images/image: metadata that comes back as it went in, and settings that an image may make.

#include "images/image.h"

#include "tests/unit/storage/own_holder.h"

namespace cubby {
namespace {

using test::ok;

Image example() {
    Image image;
    image.template_name = "debian";
    image.args = {"--suite=trixie", "", " two words ", "a=b=c", "--packages=git,make"};
    image.architecture = "x86_64";
    image.created = 1'700'000'000;
    image.bytes = 123'456'789'012;
    image.entries = 9876;
    image.settings = {{"lxc.signal.halt", "SIGUSR1"}, {"lxc.environment", "A=b = c"}};
    return image;
}

TEST(ImageMetadataTest, ComesBackAsItWentIn) {
    const Image image = example();
    const auto text = metadata_text(image);
    ASSERT_TRUE(ok(text));
    Image again;
    ASSERT_TRUE(ok(parse_metadata(*text, again)));
    EXPECT_EQ(again.template_name, image.template_name);
    EXPECT_EQ(again.args, image.args);
    EXPECT_EQ(again.architecture, image.architecture);
    EXPECT_EQ(again.created, image.created);
    EXPECT_EQ(again.bytes, image.bytes);
    EXPECT_EQ(again.entries, image.entries);
    EXPECT_EQ(again.settings, image.settings);
}

TEST(ImageMetadataTest, RefusesToWriteALineBreak) {
    Image image = example();
    image.args.emplace_back("--x=1\ntemplate=evil");
    const auto text = metadata_text(image);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Code::usage);
}

TEST(ImageMetadataTest, RefusesADamagedText) {
    Image image;
    EXPECT_EQ(parse_metadata("", image).error().code, Code::broken);
    EXPECT_FALSE(parse_metadata("template=x\nbytes=12x\n", image));
    EXPECT_FALSE(parse_metadata("template=x\ncreated=-5\n", image));
    EXPECT_TRUE(ok(parse_metadata("template=x\nlater=1\n", image)));
}

TEST(ImageSettingsTest, TakesAllowedKeysAndNamesTheOthers) {
    Image image;
    image.template_name = "mine";
    take_settings(
        "# a comment\n\nlxc.signal.halt = SIGUSR1\nlxc.mount.entry = /home home none bind 0 0\n"
        "lxc.environment=LANG=C.UTF-8\nlxc.hook.start = /bin/rm\nnot a line\nlxc.rootfs.path=/\n",
        image);
    const std::vector<Setting> wanted{{"lxc.signal.halt", "SIGUSR1"}, {"lxc.environment", "LANG=C.UTF-8"}};
    EXPECT_EQ(image.settings, wanted);
    ASSERT_EQ(image.notes.size(), 1U);
    EXPECT_EQ(image.notes[0],
              "template mine: left out of the configuration: lxc.mount.entry, lxc.hook.start, lxc.rootfs.path");
}

TEST(ImageSettingsTest, SaysNothingWhereNothingIsLeftOut) {
    Image image;
    take_settings("lxc.init.cmd = /sbin/init\n", image);
    EXPECT_TRUE(image.notes.empty());
    EXPECT_EQ(image.settings.size(), 1U);
}

}  // namespace
}  // namespace cubby
