#include "kernel/interfaces.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <array>

#include "base/parse.h"

namespace cubby {
namespace {

// Empty for what is no address of IPv4 or IPv6, and for link-local ones.
std::string address_of(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address != nullptr && address->sa_family == AF_INET) {
        const auto* four = reinterpret_cast<const sockaddr_in*>(address);
        inet_ntop(AF_INET, &four->sin_addr, text.data(), text.size());
    } else if (address != nullptr && address->sa_family == AF_INET6) {
        const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
        if (!IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr)) {
            inet_ntop(AF_INET6, &six->sin6_addr, text.data(), text.size());
        }
    }
    return text.data();
}

}  // namespace

Result<std::vector<Interface>> list_interfaces() {
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) {
        return FAIL_ERRNO("list the network interfaces");
    }
    std::vector<Interface> out;
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        auto found = std::ranges::find(out, entry->ifa_name, &Interface::name);
        if (found == out.end()) {
            out.push_back({entry->ifa_name, {}, (entry->ifa_flags & IFF_LOOPBACK) != 0});
            found = out.end() - 1;
        }
        if (std::string address = address_of(entry->ifa_addr); !address.empty()) {
            found->addresses.push_back(std::move(address));
        }
    }
    freeifaddrs(first);
    return out;
}

std::string interfaces_text(const std::vector<Interface>& interfaces) {
    std::string out;
    for (const Interface& one : interfaces) {
        out.append(one.name).append(one.loopback ? " l" : " -");
        for (const std::string& address : one.addresses) {
            out.append(" ").append(address);
        }
        out += "\n";
    }
    return out;
}

std::vector<Interface> parse_interfaces(std::string_view text) {
    std::vector<Interface> out;
    for (const std::string_view line : split_words(text, "\n")) {
        const auto words = split_words(line);
        if (words.size() < 2) {
            continue;
        }
        Interface one{std::string(words[0]), {}, words[1] == "l"};
        for (size_t at = 2; at < words.size(); ++at) {
            one.addresses.emplace_back(words[at]);
        }
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace cubby
