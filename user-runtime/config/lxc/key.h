#pragma once
// A key is one row of one table (keys_….cpp): name, codec, member, sample, doc line.  Setting, printing, clearing and
// listing a key, `cubby config keys`, the manual and the round-trip test over all rows follow from the row.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/lxc/draft.h"

namespace cubby::lxc {

// One setting, as a key's codec sees it.
struct Item {
    std::string_view key;     // whole name, for errors
    std::string_view member;  // of a family: what follows its name ("nofile"); else empty
    std::string_view value;   // never empty
};

struct Key {
    const char* name;    // "lxc.uts.name"; a family's ends in a dot: "lxc.prlimit."
    const char* member;  // a family's sample member, "nofile"; nullptr for an exact name
    const char* sample;  // a value that set() takes
    const char* doc;     // one line: what it does
    Status (*set)(Draft&, const Item&);
    // For a family an empty member means all of them.
    void (*clear)(Draft&, std::string_view member);
    // As lxc_container::get_config_item prints it: a list has one value a line.
    std::string (*get)(const Draft&, std::string_view member);
    std::vector<std::string> (*members)(const Draft&);  // of a family: those that are set
    bool numbered = false;  // a family's members are NUMBER.SUBKEY, and NUMBER alone stands for all its sub-keys

    [[nodiscard]] bool family() const noexcept { return member != nullptr; }
    // A whole key name to go with `sample`.
    [[nodiscard]] std::string sample_key() const { return family() ? std::string(name) + member : name; }
};

// A key's row, and for a family the member; "lxc.prlimit" is the family "lxc.prlimit." with an empty member.
struct Found {
    const Key* key = nullptr;  // nullptr: no row has that name
    std::string_view member;
};
[[nodiscard]] Found find_key(std::string_view name) noexcept;

// All rows, in order of their names.
[[nodiscard]] const std::vector<const Key*>& all_keys();

// Whether a name is honoured here or known from LXC.
[[nodiscard]] bool is_known(std::string_view name) noexcept;
// Whether clearing that name clears every key below it: "lxc.sysctl", "lxc.net.0".
[[nodiscard]] bool is_group(std::string_view name) noexcept;
// Whether `name` is a key below the group: "lxc.net.0.type" is below "lxc.net.0" and "lxc.net".
[[nodiscard]] bool is_below(std::string_view name, std::string_view group) noexcept;
// The known key name that looks most like `name`, or an empty string when none does.
[[nodiscard]] std::string nearest_key(std::string_view name);

// Sets a key, or with an empty value clears it.  Names of LXC 1.0 and 2.0 are taken for the keys of today that they stand
// for (config/lxc/legacy.h).  An unknown one is an error that names the nearest.  Errors begin with the key.
Status assign(Draft& draft, std::string_view key, std::string_view value);

// Whether compile() would take this setting by itself: what an editor asks before it writes.  `after_nic`: behind an
// lxc.network.type, to which an lxc.network.* without a number belongs.
Status check_item(std::string_view key, std::string_view value, bool after_nic = false);

// The value of a key, as LXC prints it.  An error for a name that assign() would not know.
Result<std::string> get_item(const Draft& draft, std::string_view key);

// Every key that differs from its default, with the text that get_item gives.
[[nodiscard]] std::vector<Setting> list_items(const Draft& draft);

}  // namespace cubby::lxc
