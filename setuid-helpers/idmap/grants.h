#pragma once
// Lines of subuid(5), subgid(5) and /etc/cubby/idmap.  Pure: each function takes one line.

#include "setuid-helpers/guard/account.h"
#include "setuid-helpers/idmap/ranges.h"

namespace cubby::idmap {

using guard::Text;

// OWNER:FIRST:COUNT.  False for a comment, and for a line that is not just that, or whose ids do not exist: it grants
// nothing, and takes nothing from anybody.
constexpr bool parse_grant(Text line, Text& owner, Range& range) noexcept {
    if (line[0] == '#') {
        return false;
    }
    owner = line.next_field(':');
    return guard::parse_number(line.next_field(':'), range.first) && guard::parse_number(line, range.count) &&
           exists(range.first, range.count, World{});
}

// What the administrator changed in /etc/cubby/idmap.
struct Knobs {
    bool deny_setgroups = false;  // files that a group is kept from stay closed to it inside (CVE-2018-7169)
    bool accounts = false;        // ids of real accounts may lie in a granted range (CVE-2024-56433)
    bool shared = false;          // so may ids that are granted to somebody else too
};

// OWNER:WORD, a comment, or an empty line; OWNER may be "*".  False for anything else: the file then is not trusted.
constexpr bool parse_knob(Text line, const guard::Owner& caller, Knobs& knobs) noexcept {
    if (line.size() == 0 || line[0] == '#') {
        return true;
    }
    const Text owner = line.next_field(':');
    const bool his = owner == Text("*", 1) || caller.is(owner);
    uint64_t number = 0;
    // Whose name is in doubt may be meant by any name; what restricts then holds for him.
    const bool perhaps_his = his || (caller.name.size() == 0 && !guard::parse_number(owner, number));
    if (line == Text::of("setgroups=deny")) {
        knobs.deny_setgroups = knobs.deny_setgroups || perhaps_his;
    } else if (line == Text::of("accounts=allow")) {
        knobs.accounts = knobs.accounts || his;
    } else if (line == Text::of("shared=allow")) {
        knobs.shared = knobs.shared || his;
    } else {
        return false;
    }
    return true;
}

}  // namespace cubby::idmap
