#include "config/lxc/document.h"

#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

Document parsed(std::string_view text) {
    auto document = Document::parse(text, "/c/web1/config");
    EXPECT_TRUE(document) << document.error().text;
    return document ? *document : Document();
}

std::string refused(std::string_view text) {
    const auto document = Document::parse(text, "/c/web1/config");
    return document ? "no error" : document.error().text;
}

TEST(LxcDocument, KeepsCommentsOrderAndForeignLines) {
    const std::string text =
        "# a comment\n\n  lxc.uts.name=web1  \nnot.lxc = kept\n\t# indented\nlxc.environment = A=b\nplain words\n";
    const Document document = parsed(text);
    EXPECT_EQ(document.to_text(), text);
    ASSERT_EQ(document.lines().size(), 7U);
    EXPECT_EQ(document.lines()[2].key, "lxc.uts.name");
    EXPECT_EQ(document.lines()[2].value, "web1");
    EXPECT_TRUE(document.lines()[3].foreign);
    EXPECT_FALSE(document.lines()[4].foreign);
    EXPECT_TRUE(document.lines()[6].foreign);
}

TEST(LxcDocument, LastLineNeedsNoNewline) {
    EXPECT_EQ(parsed("lxc.uts.name = a").to_text(), "lxc.uts.name = a\n");
    EXPECT_EQ(parsed("").to_text(), "");
    EXPECT_EQ(parsed("\n\n").lines().size(), 2U);
}

TEST(LxcDocument, ALastLineCutOffBehindItsEqualsSignIsRefused) {
    EXPECT_EQ(refused("#\nlxc.cap.keep ="),
              "/c/web1/config:2: the file ends within 'lxc.cap.keep ='; end the line or remove it");
    EXPECT_EQ(refused("lxc.cap.keep =\n"), "no error");
}

TEST(LxcDocument, StripsOnePairOfMatchingQuotes) {
    const auto value = [](const char* written) { return parse_line(std::string("lxc.uts.name = ") + written)->value; };
    EXPECT_EQ(value("\"a b\""), "a b");
    EXPECT_EQ(value("''q''"), "'q'");
    EXPECT_EQ(value("'z\""), "'z\"");
    EXPECT_EQ(value("\""), "\"");
    EXPECT_EQ(value("\"\""), "");
    EXPECT_EQ(value("\"a # b\" # c"), "\"a # b\" # c");
    EXPECT_EQ(value("\" padded \""), " padded ");
    EXPECT_EQ(value("a=b=c"), "a=b=c");
}

TEST(LxcDocument, ErrorsNameFileAndLine) {
    EXPECT_EQ(refused("# x\nlxc.uts.name\n"), "/c/web1/config:2: 'lxc.uts.name' has no '='; write KEY = VALUE");
    EXPECT_EQ(refused("\n\nlxc.a b = c\n"), "/c/web1/config:3: 'lxc.a b' is not the name of a key");
    EXPECT_EQ(refused(std::string_view("lxc.uts.name = a\n\0\n", 19)),
              "/c/web1/config:2: the line holds a NUL byte: this is not a text file");
    EXPECT_EQ(refused("\xef\xbb\xbflxc.uts.name = a\n"),
              "/c/web1/config:1: the file begins with a byte order mark; remove its first three bytes");
    EXPECT_EQ(refused("lxc.uts.name = a\r\n"),
              "/c/web1/config:1: the line holds a control character (a carriage return at its end: remove it with sed "
              "-i 's/\\r$//')");
    EXPECT_EQ(refused("lxc.environment = A=\x1b[2J\n"), "/c/web1/config:1: the line holds a control character");
    EXPECT_EQ(refused("lxc.environment = A=\xe2\x80\xa8lxc.cap.drop =\n"),
              "/c/web1/config:1: the line holds a control character");
}

TEST(LxcDocument, UnderstandsTabsAndLinesThatAreBlankForDos) {
    EXPECT_EQ(parsed("\tlxc.idmap\t=\tu\t0\t1\t2\t\n").lines()[0].value, "u\t0\t1\t2");
    EXPECT_TRUE(parsed("\r\n# c\r\n").lines()[0].key.empty());
}

TEST(LxcDocument, LimitsAreChecked) {
    EXPECT_EQ(refused(std::string(kMaxTextBytes + 1, '#')), "/c/web1/config:1 is larger than 1048576 bytes");
    EXPECT_EQ(refused("#\nlxc.a = " + std::string(kMaxLineBytes, 'x')),
              "/c/web1/config:2: the line is longer than 131072 bytes");
    EXPECT_EQ(refused(std::string(kMaxLines + 1, '\n')), "/c/web1/config:10001: more than 10000 lines");
    EXPECT_EQ(refused(std::string(kMaxLines, '\n')), "no error");
    const auto ten_megabytes = Document::parse("lxc.environment = A=" + std::string(10 << 20, 'x'), "/f");
    ASSERT_FALSE(ten_megabytes);
    EXPECT_EQ(ten_megabytes.error().code, Code::invalid_config);
}

TEST(LxcDocument, PlaceKeepsTheEndOfALongPath) {
    const std::string text = place({"/" + std::string(300, 'd') + "/config", 7});
    EXPECT_LE(text.size(), 80U);
    EXPECT_TRUE(text.starts_with("...")) << text;
    EXPECT_TRUE(text.ends_with("/config:7")) << text;
    EXPECT_EQ(place({"/a\x1b", 1}), "/a\\x1b:1");
}

TEST(LxcDocument, GetGivesTheValuesSinceTheLastClear) {
    const Document document =
        parsed("lxc.environment = A=1\nlxc.environment =\nlxc.environment = B=2\nlxc.environment = C=3\n");
    EXPECT_EQ(document.get("lxc.environment"), (std::vector<std::string>{"B=2", "C=3"}));
    EXPECT_TRUE(document.get("lxc.uts.name").empty());
    EXPECT_TRUE(document.get("").empty());
}

TEST(LxcDocument, SetReplacesTheLastLineAndDropsTheOthers) {
    Document document = parsed("# one\nlxc.uts.name = a\n# two\nlxc.uts.name = b\n# three\nlxc.ephemeral = 1\n");
    ASSERT_TRUE(document.set("lxc.uts.name", "c"));
    EXPECT_EQ(document.to_text(), "# one\n# two\nlxc.uts.name = c\n# three\nlxc.ephemeral = 1\n");
    ASSERT_TRUE(document.set("lxc.no_new_privs", "1"));
    EXPECT_TRUE(document.to_text().ends_with("lxc.no_new_privs = 1\n"));
    ASSERT_TRUE(document.set("lxc.ephemeral", ""));
    EXPECT_TRUE(document.get("lxc.ephemeral").empty());
    EXPECT_NE(document.to_text().find("lxc.ephemeral =\n"), std::string::npos);
}

TEST(LxcDocument, SetGoesBehindAnIncludeThatCouldWin) {
    Document document = parsed("lxc.uts.name = a\nlxc.include = /etc/x.conf\n");
    ASSERT_TRUE(document.set("lxc.uts.name", "b"));
    EXPECT_EQ(document.to_text(), "lxc.include = /etc/x.conf\nlxc.uts.name = b\n");
    ASSERT_TRUE(document.set("lxc.include", "/etc/y.conf"));
    EXPECT_EQ(document.to_text(), "lxc.include = /etc/y.conf\nlxc.uts.name = b\n");
}

TEST(LxcDocument, AppendAddsAndUnsetRemoves) {
    Document document = parsed("lxc.net.0.type = empty\nlxc.net.0.flags = up\nlxc.net.01.type = none\n");
    ASSERT_TRUE(document.append("lxc.environment", "A=1"));
    ASSERT_TRUE(document.append("lxc.environment", "B=2"));
    EXPECT_EQ(document.get("lxc.environment"), (std::vector<std::string>{"A=1", "B=2"}));
    EXPECT_EQ(document.unset("lxc.net.0"), 2U);
    EXPECT_EQ(document.unset("lxc.environment"), 2U);
    EXPECT_EQ(document.unset("lxc.environment"), 0U);
    EXPECT_EQ(document.unset(""), 0U);
    EXPECT_EQ(document.to_text(), "lxc.net.01.type = none\n");
}

TEST(LxcDocument, UnsetOfAnExactNameLeavesLongerNames) {
    Document document = parsed("lxc.environment = A=1\nlxc.environment.hooks = B=2\nlxc.sysctl.net.a = 1\n# c\n");
    EXPECT_EQ(document.unset("lxc.environment"), 1U);
    EXPECT_EQ(document.unset("lxc.sysctl.net"), 0U);
    EXPECT_EQ(document.unset("lxc.sysctl"), 1U);
    EXPECT_EQ(document.to_text(), "lxc.environment.hooks = B=2\n# c\n");
}

TEST(LxcDocument, ValuesThatNeedQuotesComeBackWhole) {
    for (const char* value : {" A=b", "A=b ", "\"A=b\"", "'A=b'", "\"", "A=\"b\"", "A=\tb", "A=#"}) {
        Document document;
        if (value[0] == '"' && value[1] == '\0') {
            EXPECT_TRUE(document.set("cubby.image", value));
            EXPECT_EQ(Document::parse(document.to_text(), "").value().get("cubby.image").at(0), value);
            continue;
        }
        ASSERT_TRUE(document.set("lxc.environment", value)) << value;
        const auto again = Document::parse(document.to_text(), "");
        ASSERT_TRUE(again);
        EXPECT_EQ(*again, document);
        EXPECT_EQ(again->get("lxc.environment"), std::vector<std::string>{value});
    }
}

TEST(LxcDocument, RefusesToWriteWhatCouldBecomeAnotherLine) {
    const std::string nul("A=\0B", 4);
    for (const std::string& value :
         {std::string("A=\nlxc.cap.drop ="), std::string("A=\r"), nul, std::string("A=\x7f"),
          std::string("A=\xe2\x80\xa9"), std::string("A=\xc2\x85"), "A=" + std::string(1 << 20, 'x')}) {
        Document document;
        EXPECT_FALSE(document.set("lxc.environment", value));
        EXPECT_FALSE(document.append("lxc.environment", value));
        EXPECT_EQ(document, Document());
    }
    Document document;
    EXPECT_FALSE(document.comment("a\nlxc.cap.drop ="));
    EXPECT_FALSE(document.set("lxc.uts.name\n", "a"));
    EXPECT_FALSE(document.set("", "a"));
    EXPECT_FALSE(document.set("other.key", "a"));
    EXPECT_EQ(document, Document());
}

TEST(LxcDocument, RefusesToWriteAKeyThatWouldNotStart) {
    Document document;
    const auto unknown = document.set("lxc.uts.nmae", "a");
    ASSERT_FALSE(unknown);
    EXPECT_STREQ(unknown.error().text, "lxc.uts.nmae: there is no such key; did you mean lxc.uts.name?");
    const auto value = document.append("lxc.ephemeral", "maybe");
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, Code::usage);
    const auto keyring = document.set("lxc.selinux.context.keyring", "x");
    ASSERT_FALSE(keyring);
    EXPECT_STREQ(keyring.error().text,
                 "lxc.selinux.context.keyring is not supported by this version of cubby: it sets no SELinux label on "
                 "keyrings; remove the line, or add 'lxc.selinux.context.keyring =' below it");
    EXPECT_FALSE(document.set("lxc.net.0.type", "bogus"));
    EXPECT_FALSE(document.set("lxc.rootfs.path", "btrfs:/x"));
    EXPECT_TRUE(document.set("lxc.tty.max", "4"));
}

TEST(LxcDocument, FullDocumentTakesNoMore) {
    Document document = parsed(std::string(kMaxLines, '\n'));
    EXPECT_FALSE(document.append("lxc.uts.name", "a"));
    EXPECT_FALSE(document.set("lxc.uts.name", "a"));
    EXPECT_FALSE(document.comment("a"));
    EXPECT_EQ(document.lines().size(), kMaxLines);
}

}  // namespace
}  // namespace cubby::lxc
