#include <algorithm>

#include "config/lxc/codec.h"
#include "config/lxc/nearest.h"
#include "config/lxc/net_values.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

// lxc.net.N.SUBKEY.  Types and sub-keys that this version cannot honour are kept and reported when the spec is made: a
// later line may clear them.

namespace cubby::lxc {
namespace {

constexpr size_t kMaxNics = 64;

struct Member {
    uint32_t index = 0;
    std::string_view subkey;  // empty: the whole interface
};

Result<Member> split_member(std::string_view member) {
    const size_t dot = std::min(member.find('.'), member.size());
    const auto index = parse_unsigned(member.substr(0, dot), 65535, "interface number");
    if (!index) {
        return std::unexpected(index.error());
    }
    return Member{static_cast<uint32_t>(*index), member.substr(std::min(dot + 1, member.size()))};
}

Nic* find_nic(Draft& draft, uint32_t index) {
    const auto at = std::ranges::find(draft.nics, index, &Nic::index);
    return at == draft.nics.end() ? nullptr : &*at;
}

Result<Nic*> nic(Draft& draft, const Item& item, uint32_t index) {
    if (Nic* known = find_nic(draft, index)) {
        return known;
    }
    if (draft.nics.size() >= kMaxNics) {
        return refuse(item, "more than %zu interfaces", kMaxNics);
    }
    const auto at = std::ranges::lower_bound(draft.nics, index, {}, &Nic::index);
    return &*draft.nics.insert(at, Nic{.index = index, .type = {}, .others = {}});
}

Status set(Draft& draft, const Item& item) {
    const auto member = split_member(item.member);
    if (!member || member->subkey.empty()) {
        return refuse(item, "write lxc.net.NUMBER.type, the number from 0 to 65535");
    }
    const NetSubkey* const subkey = find_net_subkey(member->subkey);
    if (subkey == nullptr) {
        Nearest nearest(member->subkey);
        std::ranges::for_each(net_subkeys(), [&](const NetSubkey& each) { nearest.offer(each.name); });
        return refuse(item, "interfaces have no such key%s", nearest.hint().c_str());
    }
    std::string value = TRY(subkey->read(item));
    Nic* const interface = TRY(nic(draft, item, member->index));
    if (member->subkey == "type") {
        interface->type = std::move(value);
        return {};
    }
    if (!subkey->adds_up) {
        std::erase_if(interface->others, [&](const Setting& each) { return each.key == member->subkey; });
    }
    if (interface->others.size() >= kMaxMembers) {
        return refuse(item, "more than %zu settings of one interface", kMaxMembers);
    }
    interface->others.push_back({std::string(member->subkey), std::move(value)});
    return {};
}

void clear(Draft& draft, std::string_view text) {
    if (text.empty()) {
        draft.nics.clear();
        draft.legacy_nic.reset();
        return;
    }
    const auto member = split_member(text);
    Nic* const interface = member ? find_nic(draft, member->index) : nullptr;
    if (interface == nullptr) {
        return;
    }
    if (member->subkey == "type") {
        interface->type.clear();
    } else {
        std::erase_if(interface->others, [&](const Setting& each) { return each.key == member->subkey; });
    }
    if (member->subkey.empty() || (interface->type.empty() && interface->others.empty())) {
        std::erase_if(draft.nics, [&](const Nic& each) { return each.index == member->index; });
    }
}

std::string get(const Draft& draft, std::string_view text) {
    std::string out;
    if (text.empty()) {
        for (const Nic& each : draft.nics) {
            out.append(each.type).append("\n");
        }
        return out;
    }
    const auto member = split_member(text);
    const auto at = std::ranges::find(draft.nics, member ? member->index : UINT32_MAX, &Nic::index);
    if (!member || at == draft.nics.end()) {
        return out;
    }
    if (member->subkey == "type") {
        return at->type;
    }
    for (const Setting& each : at->others) {
        if (each.key == member->subkey) {
            out.append(out.empty() ? "" : "\n").append(each.value);
        }
    }
    const NetSubkey* const subkey = find_net_subkey(member->subkey);
    return out.empty() && subkey != nullptr ? default_of(*subkey, at->type) : out;
}

std::vector<std::string> members(const Draft& draft) {
    std::vector<std::string> names;
    for (const Nic& each : draft.nics) {
        const std::string front = std::to_string(each.index) + ".";
        if (!each.type.empty()) {
            names.push_back(front + "type");
        }
        for (const Setting& other : each.others) {
            if (std::ranges::find(names, front + other.key) == names.end()) {
                names.push_back(front + other.key);
            }
        }
    }
    return names;
}

constexpr Key kRows[] = {
    {"lxc.net.", "0.type", "empty", "a network interface: N.type is none (the host's network) or empty (loopback only)",
     set, clear, get, members, true},
};

}  // namespace

std::span<const Key> net_keys() { return kRows; }

}  // namespace cubby::lxc
