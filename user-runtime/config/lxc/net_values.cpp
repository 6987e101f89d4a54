#include "config/lxc/net_values.h"

#include <arpa/inet.h>
#include <sys/random.h>

#include <algorithm>
#include <array>

#include "config/lxc/codec.h"

namespace cubby::lxc {
namespace {

using Text = Result<std::string>;

constexpr size_t kNameBytes = 15;  // IFNAMSIZ without its end
constexpr uint64_t kMostVlan = 4094;

bool is_hex(char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

template <size_t Count>
Text one_of(const Item& item, const std::string_view (&words)[Count]) {
    if (std::ranges::find(words, item.value) != std::end(words)) {
        return std::string(item.value);
    }
    std::string all;
    for (const std::string_view word : words) {
        all.append(" ").append(word);
    }
    return refuse(item, "'%s' is none of%s", shown(item.value).c_str(), all.c_str());
}

Text type(const Item& item) {
    constexpr std::string_view words[] = {"none", "empty", "veth", "macvlan", "ipvlan", "vlan", "phys"};
    return one_of(item, words);
}
Text macvlan_mode(const Item& item) {
    constexpr std::string_view words[] = {"private", "vepa", "bridge", "passthru"};
    return one_of(item, words);
}
Text ipvlan_mode(const Item& item) {
    constexpr std::string_view words[] = {"l2", "l3", "l3s"};
    return one_of(item, words);
}
Text ipvlan_isolation(const Item& item) {
    constexpr std::string_view words[] = {"bridge", "private", "vepa"};
    return one_of(item, words);
}
Text veth_mode(const Item& item) {
    constexpr std::string_view words[] = {"bridge", "router"};
    return one_of(item, words);
}
Text flag(const Item& item) {
    constexpr std::string_view words[] = {"0", "1"};
    return one_of(item, words);
}

// Whatever it says, it means "up".
Text flags(const Item&) { return std::string("up"); }

Text any(const Item& item) { return std::string(item.value); }

Text name(const Item& item) {
    const bool bad = item.value.size() > kNameBytes || item.value == "." || item.value == ".." ||
                     item.value.find_first_of("/: \t") != std::string_view::npos;
    if (bad) {
        return refuse(item, "'%s' is not an interface's name: at most %zu bytes without / : and blanks",
                      shown(item.value).c_str(), kNameBytes);
    }
    return std::string(item.value);
}

Text hwaddr(const Item& item) {
    bool good = item.value.size() == 17;
    for (size_t at = 0; good && at < item.value.size(); ++at) {
        const char byte = item.value[at];
        good = at % 3 == 2 ? byte == ':' : is_hex(byte) || byte == 'x' || byte == 'X';
    }
    if (!good) {
        return refuse(item, "'%s' is not an address such as 00:16:3e:xx:xx:xx", shown(item.value).c_str());
    }
    return std::string(item.value);
}

template <uint64_t Least, uint64_t Most>
Text number(const Item& item) {
    const auto parsed = parse_unsigned(item.value, Most, "number");
    if (!parsed || *parsed < Least) {
        return refuse(item, "'%s' is not a number from %ju to %ju", shown(item.value).c_str(),
                      static_cast<uintmax_t>(Least), static_cast<uintmax_t>(Most));
    }
    return std::string(item.value);
}

Text vlan(const Item& item) {
    return item.value == "none" || item.value == "-1" ? std::string("-1") : number<0, kMostVlan>(item);
}

// ADDRESS/BITS; where the bits are left out, those of an IPv4 address are its class's, as LXC has them.
template <int Family>
Text network(const Item& item, std::string_view text, bool bits_needed) {
    const size_t slash = text.find('/');
    const std::string address(text.substr(0, slash));
    std::array<unsigned char, 16> bytes{};
    uint64_t most = 128;
    uint64_t bits = 64;  // what an address without them stands for: of IPv4 its class's
    if (Family == AF_INET) {
        most = 32;
    }
    bool good = inet_pton(Family, address.c_str(), bytes.data()) == 1;
    if (good && Family == AF_INET) {
        bits = bytes[0] < 192 ? 16 : 24;
        bits = bytes[0] < 128 ? 8 : bits;
    }
    if (slash != std::string_view::npos) {
        const auto given = parse_unsigned(text.substr(slash + 1), most, "bits");
        good = good && given.has_value();
        bits = given.value_or(0);
    }
    if (!good || (bits_needed && slash == std::string_view::npos)) {
        return refuse(item, "'%s' is not an %s address with its number of bits", shown(item.value).c_str(),
                      Family == AF_INET ? "IPv4" : "IPv6");
    }
    return address + "/" + std::to_string(bits);
}

Text ipv4_address(const Item& item) {
    const auto words = split_words(item.value);
    std::array<unsigned char, 4> broadcast{};
    if (words.empty() || words.size() > 2 ||
        (words.size() == 2 && inet_pton(AF_INET, std::string(words[1]).c_str(), broadcast.data()) != 1)) {
        return refuse(item, "'%s' is not ADDRESS/BITS [BROADCAST]", shown(item.value).c_str());
    }
    return network<AF_INET>(item, words[0], false);
}
Text ipv6_address(const Item& item) { return network<AF_INET6>(item, item.value, false); }
Text ipv4_route(const Item& item) { return network<AF_INET>(item, item.value, true); }
Text ipv6_route(const Item& item) { return network<AF_INET6>(item, item.value, true); }

template <int Family>
Text gateway(const Item& item) {
    std::array<unsigned char, 16> bytes{};
    std::string value(item.value);
    if (value != "auto" && value != "dev" && inet_pton(Family, value.c_str(), bytes.data()) != 1) {
        return refuse(item, "'%s' is not an address, auto or dev", shown(item.value).c_str());
    }
    return value;
}

constexpr NetSubkey kSubkeys[] = {
    {"flags", nullptr, "", "up", false, flags},
    {"hwaddr", nullptr, "", "00:16:3e:01:02:03", false, hwaddr},
    {"ipv4.address", nullptr, "", "10.0.3.2/24", true, ipv4_address},
    {"ipv4.gateway", nullptr, "", "10.0.3.1", false, gateway<AF_INET>},
    {"ipv6.address", nullptr, "", "fd00::2/64", true, ipv6_address},
    {"ipv6.gateway", nullptr, "", "fd00::1", false, gateway<AF_INET6>},
    {"ipvlan.isolation", "ipvlan", "bridge", "vepa", false, ipvlan_isolation},
    {"ipvlan.mode", "ipvlan", "l2", "l3", false, ipvlan_mode},
    {"l2proxy", nullptr, "0", "1", false, flag},
    {"link", nullptr, "", "lxcbr0", false, name},
    {"macvlan.mode", "macvlan", "private", "bridge", false, macvlan_mode},
    {"mtu", nullptr, "", "1400", false, number<68, 65536>},
    {"name", nullptr, "", "eth0", false, name},
    {"script.down", nullptr, "", "/usr/local/bin/down", false, any},
    {"script.up", nullptr, "", "/usr/local/bin/up", false, any},
    {"type", nullptr, "", "empty", false, type},
    {"veth.ipv4.route", "veth", "", "10.0.4.0/24", true, ipv4_route},
    {"veth.ipv6.route", "veth", "", "fd01::/64", true, ipv6_route},
    {"veth.mode", "veth", "bridge", "router", false, veth_mode},
    {"veth.n_rxqueues", "veth", "0", "4", false, number<1, 4096>},
    {"veth.n_txqueues", "veth", "0", "4", false, number<1, 4096>},
    {"veth.pair", "veth", "", "vethweb1", false, name},
    {"veth.vlan.id", "veth", "0", "5", false, vlan},
    {"veth.vlan.tagged.id", "veth", "", "7", true, number<0, kMostVlan>},
    {"vlan.id", "vlan", "0", "5", false, number<0, kMostVlan>},
};
static_assert(std::ranges::is_sorted(kSubkeys, {}, [](const NetSubkey& each) { return std::string_view(each.name); }));

}  // namespace

std::span<const NetSubkey> net_subkeys() { return kSubkeys; }

const NetSubkey* find_net_subkey(std::string_view name) noexcept {
    const auto* const at =
        std::ranges::find(kSubkeys, name, [](const NetSubkey& each) { return std::string_view(each.name); });
    return at == std::end(kSubkeys) ? nullptr : at;
}

std::string default_of(const NetSubkey& subkey, std::string_view type) {
    return subkey.type == nullptr || subkey.type == type ? subkey.value : "";
}

std::string net_names(std::string_view type) {
    std::string names = "type\nscript.up\nscript.down\n";
    if (type != "empty" && type != "none") {
        names += "flags\nlink\nname\nhwaddr\nmtu\nipv6.address\nipv6.gateway\nipv4.address\nipv4.gateway\n";
    }
    struct Own {
        std::string_view type;
        const char* names;
    };
    constexpr Own own[] = {{"veth", "veth.pair\nveth.ipv4.route\nveth.ipv6.route\nveth.vlan.id\n"},
                           {"macvlan", "macvlan.mode\n"},
                           {"ipvlan", "ipvlan.mode\nipvlan.isolation\n"},
                           {"vlan", "vlan.id\n"}};
    const auto* const at = std::ranges::find(own, type, &Own::type);
    return at == std::end(own) ? names : names + at->names;
}

Result<std::string> filled_hwaddr(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out(text);
    for (char& byte : out) {
        unsigned char random = 0;
        if (byte != 'x' && byte != 'X') {
            continue;
        }
        if (getrandom(&random, sizeof random, 0) != sizeof random) {
            return FAIL_ERRNO("choose an address");
        }
        byte = digits[random % 16];
    }
    return out;
}

}  // namespace cubby::lxc
