#pragma once
// How the tests of config/lxc read a configuration: from texts in memory, never from this machine's files.

// FAIL(code, …) is the one of base/result.h.
#ifndef GTEST_DONT_DEFINE_FAIL
#define GTEST_DONT_DEFINE_FAIL 1
#endif
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "config/lxc/compile.h"
#include "config/lxc/key.h"

namespace cubby::lxc::test {

inline const std::string kDir = "/c/web1";

inline ContainerName web1() { return *ContainerName::parse("web1"); }

// Files by path; a path ending in '/' is a directory of those below it.
using Files = std::map<std::string, std::string>;

inline IncludeReader reader(Files files) {
    return [files = std::move(files)](const std::string& path) -> Result<std::vector<NamedText>> {
        std::vector<NamedText> found;
        for (const auto& [name, text] : files) {
            if (name == path || (path.ends_with('/') && name.starts_with(path))) {
                found.push_back({name, text});
            }
        }
        if (found.empty() && !path.ends_with('/')) {
            return FAIL(Code::not_found, "open %s: no such file", path.c_str());
        }
        return found;
    };
}

// compile() of a text; a root file system is added, as every container needs one.
inline Result<Compiled> compiled(const std::string& text, Files files = {}) {
    const Document document = TRY(Document::parse(text + "\nlxc.rootfs.path = dir:/c/web1/rootfs\n", "/c/web1/config"));
    return compile(document, web1(), kDir, reader(std::move(files)));
}

inline std::string error_of(const std::string& text, Files files = {}) {
    const auto result = compiled(text, std::move(files));
    return result ? "no error" : result.error().text;
}

// What get_item prints after these lines.
inline std::string got(const std::string& text, std::string_view key) {
    const auto document = Document::parse(text, "/c/web1/config");
    if (!document) {
        return document.error().text;
    }
    const auto draft = load(*document, web1(), kDir, reader({}));
    if (!draft) {
        return draft.error().text;
    }
    const auto item = get_item(*draft, key);
    return item ? *item : item.error().text;
}

}  // namespace cubby::lxc::test
