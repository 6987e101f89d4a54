#pragma once
// The sub-keys of one interface, lxc.net.N.SUBKEY: what each takes, and LXC's text of it.

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/lxc/key.h"

namespace cubby::lxc {

struct NetSubkey {
    const char* name;    // "ipv4.address"
    const char* type;    // the only type of interface that has it, or nullptr
    const char* value;   // what it is where it is not set, for an interface of that type
    const char* sample;  // a value that read() takes
    bool adds_up;        // several lines count, not only the last
    Result<std::string> (*read)(const Item& item);
};

// All of them, sorted by name.
[[nodiscard]] std::span<const NetSubkey> net_subkeys();
[[nodiscard]] const NetSubkey* find_net_subkey(std::string_view name) noexcept;

// What get_config_item prints of a sub-key that is not set, for an interface of a type.
[[nodiscard]] std::string default_of(const NetSubkey& subkey, std::string_view type);

// The sub-keys that LXC lists for an interface of a type, each with a line feed.
[[nodiscard]] std::string net_names(std::string_view type);

// "00:16:3e:xx:xx:xx" with its x replaced by random digits; other texts as they are.
Result<std::string> filled_hwaddr(std::string_view text);

}  // namespace cubby::lxc
