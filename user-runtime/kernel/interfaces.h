#pragma once
// The network interfaces that the calling process sees (getifaddrs(3)).

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cubby {

struct Interface {
    std::string name;
    std::vector<std::string> addresses;  // as inet_ntop(3) writes them; link-local ones (fe80::) are left out
    bool loopback = false;
};

// In the order of the kernel.
Result<std::vector<Interface>> list_interfaces();

// One line an interface, "NAME l|- ADDRESS…", and back.
[[nodiscard]] std::string interfaces_text(const std::vector<Interface>& interfaces);
[[nodiscard]] std::vector<Interface> parse_interfaces(std::string_view text);

}  // namespace cubby
