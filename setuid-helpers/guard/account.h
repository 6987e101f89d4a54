#pragma once
// Who the caller is in the words of the administrator's files.

#include <cstddef>
#include <cstdint>

#include "setuid-helpers/guard/text.h"

namespace cubby::guard {

// A user id, and the name that belongs to it and to no other; empty where passwd(5) has none, or leaves a doubt.
struct Owner {
    uint64_t uid = 0;
    Text name;
    // Whether he is meant: digits are an id, anything else a name.
    [[nodiscard]] constexpr bool is(Text written) const noexcept {
        uint64_t number = 0;
        return parse_number(written, number) ? number == uid : name.size() > 0 && written == name;
    }
};

// NAME:PASSWORD:ID:... of passwd(5) and group(5), where the C library takes an id with zeros before it, too.  False where
// there is no such id.
constexpr bool parse_account(Text line, Text& name, uint64_t& id) noexcept {
    name = line.next_field(':');
    line.next_field(':');
    Text digits = line.next_field(':');
    while (digits.size() > 1 && digits[0] == '0') {
        digits = digits.from(1);
    }
    return parse_number(digits, id) && name.size() > 0;
}

// Looks for the caller's name in /etc/passwd.  False where that cannot be read.
[[nodiscard]] bool find_owner(uint64_t uid, Owner& owner) noexcept;

}  // namespace cubby::guard
