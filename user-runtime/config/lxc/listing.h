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
    std::string sample;  // a value; empty where the key is not honoured
    std::string doc;     // one line: what it does, or what does not happen
    Support support = Support::honoured;
    bool family = false;  // one of many names
};

// In order of their names.
[[nodiscard]] std::vector<KeyInfo> list_keys();

}  // namespace cubby::lxc
