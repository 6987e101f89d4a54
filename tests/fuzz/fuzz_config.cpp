// Any text as a configuration: nothing crashes, what parses is written back as it was read, and what a key prints it
// takes again.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/parse.h"
#include "config/lxc/compile.h"
#include "config/lxc/global.h"
#include "config/lxc/key.h"
#include "config/lxc/mount_entry.h"
#include "tests/fuzz/oracle.h"

namespace {

using namespace cubby;

// Every included file is the document itself, so that loops and limits are met.
lxc::IncludeReader echo(const std::string& text) {
    return [text](const std::string& path) -> Result<std::vector<lxc::NamedText>> {
        return std::vector<lxc::NamedText>{{path, text}};
    };
}

// Every key can be read, and cleared to what it was at first.
void check_draft(const lxc::Draft& draft) {
    for (const lxc::Key* key : lxc::all_keys()) {
        const std::string name = key->sample_key();
        const auto text = lxc::get_item(draft, name);
        require(text.has_value(), "a key of the table cannot be read");
        lxc::Draft cleared = draft;
        require(lxc::assign(cleared, name, "").has_value(), "a key cannot be cleared");
        const auto empty = lxc::get_item(cleared, name);
        const auto fresh = lxc::get_item(lxc::Draft(draft.spec.name), name);
        require(empty && fresh && *empty == *fresh, "a cleared key is not as it was at first");
    }
    for (const Setting& item : lxc::list_items(draft)) {
        require(lxc::is_known(item.key), "a listed key is unknown");
    }
}

// A value of the input's under every key of the table: what is taken is written, read and printed back as itself, and a
// line that ends early never becomes two (CVE-2026-23953, GHSA-m3j6-p3v3-qmjv).
void check_every_key(const std::string& value) {
    for (const lxc::Key* key : lxc::all_keys()) {
        const std::string name = key->sample_key();
        lxc::Document one;
        if (value.empty() || !one.append(name, value)) {
            continue;
        }
        const auto back = lxc::Document::parse(one.to_text(), "");
        require(back && *back == one && back->lines().size() == 1, "a key's line reads back as something else");
        require(back->get(name) == std::vector<std::string>{value}, "a key's value was changed");
        lxc::Draft draft(*ContainerName::parse("c"));
        require(lxc::assign(draft, name, value).has_value(), "a value that was written is not taken");
        const auto text = lxc::get_item(draft, name);
        require(text.has_value(), "a key that is set cannot be read");
        lxc::Draft again(*ContainerName::parse("c"));
        for (const std::string_view line : split_words(*text, "\n")) {
            require(lxc::assign(again, name, line).has_value(), "what a key prints it does not take again");
        }
        require(*lxc::get_item(again, name) == *text, "what a key prints changes when it is taken again");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto document = lxc::Document::parse(text, "/c/config");
    if (!document) {
        return 0;
    }
    const std::string written = document->to_text();
    const auto again = lxc::Document::parse(written, "/c/config");
    require(again && *again == *document && again->to_text() == written, "parse(write(x)) is not x");

    const auto name = ContainerName::parse("c");
    const auto draft = lxc::load(*document, *name, "/c", echo("lxc.ephemeral = 1\n"));
    if (draft) {
        check_draft(*draft);
    }
    const auto compiled = lxc::compile(*document, *name, "/c", echo(text));
    require(!compiled || !compiled->spec.rootfs.path.empty(), "a spec without a root file system was accepted");

    for (const lxc::Line& line : document->lines()) {
        if (!line.value.empty()) {
            check_every_key(line.value);
            break;  // one is enough for each input
        }
    }
    check_every_key(text.substr(0, 256));

    // A line that parses can be set in an empty document, or is refused with a reason; then it reads back.
    for (const lxc::Line& line : document->lines()) {
        lxc::Document one;
        if (line.key.empty() || !one.set(line.key, line.value)) {
            continue;
        }
        const auto back = lxc::Document::parse(one.to_text(), "");
        require(back && *back == one && back->lines().size() == 1, "a written line reads back as something else");
        require(back->lines()[0].key == line.key && back->lines()[0].value == line.value, "a value was changed");
    }
    (void)lxc::parse_mount_entry(std::string_view(text));
    (void)lxc::parse_fstab(text, "/f");
    (void)lxc::parse_global(text, "/g", "/h");
    return 0;
}
