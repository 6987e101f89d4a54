#pragma once
// What `cubby config keys` and the manual print: every key that LXC 7.0 or cubby has.

#include <cstdint>
#include <string>
#include <vector>

namespace cubby::lxc {

enum class Support : uint8_t {
    honoured,
    noted,    // accepted without effect; info and plan report it
    refused,  // a container with it does not start
};

struct KeyInfo {
    std::string name;    // with a sample member for a family: "lxc.prlimit.nofile"
    std::string sample;  // a value
    std::string doc;     // one line: what it does
    Support support = Support::honoured;
    bool family = false;  // one of many names
    std::string missing;  // where it is not honoured: what does not happen
};

// In order of their names.
[[nodiscard]] std::vector<KeyInfo> list_keys();

}  // namespace cubby::lxc
