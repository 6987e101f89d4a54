#pragma once
// A page that several tables write together: each has its section of it, between two comments that name it.  What is
// outside of them is written by hand.  scripts/lib/page_section.py is the same for programs in Python.

#include <string>

namespace cubby {

// The page with `text` as that section; unchanged where the page has no such section.
inline std::string with_section(std::string page, const std::string& name, const std::string& text) {
    const std::string open = "<!-- " + name + " -->\n";
    const std::string close = "<!-- end of " + name + " -->\n";
    const size_t from = page.find(open);
    const size_t to = page.find(close);
    if (from != std::string::npos && to != std::string::npos && to > from) {
        page.replace(from + open.size(), to - from - open.size(), text);
    }
    return page;
}

}  // namespace cubby
