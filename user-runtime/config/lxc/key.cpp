#include "config/lxc/key.h"

#include <algorithm>

#include "base/parse.h"
#include "config/lxc/codec.h"
#include "config/lxc/finish.h"
#include "config/lxc/nearest.h"
#include "config/lxc/tables.h"
#include "config/lxc/unhonoured.h"

namespace cubby::lxc {
namespace {

// A family's name without its last dot.
std::string_view bare(std::string_view family) noexcept { return family.substr(0, family.size() - 1); }

bool names_family(std::string_view own, std::string_view name) noexcept {
    return own.ends_with('.') && name == bare(own);
}

void offer(Nearest& nearest, std::string_view own, std::string_view wanted) {
    if (!own.ends_with('.')) {
        nearest.offer(own);
        return;
    }
    // Only the family's own part can be misspelt here; a member's name is judged by its codec.
    const auto dots = std::ranges::count(own, '.');
    size_t end = 0;
    for (auto left = dots; left > 0 && end != std::string_view::npos; --left) {
        end = wanted.find('.', end);
        end = end == std::string_view::npos ? end : end + 1;
    }
    const size_t most = std::max<size_t>(1, (own.size() - 4) / 4);
    if (end != std::string_view::npos && edit_distance(wanted.substr(0, end), own) <= most) {
        nearest.offer(std::string(own) + std::string(wanted.substr(end)));
    }
}

// Keeps a setting that has no row; what it means is judged when the spec is made.
Status keep_unhonoured(Draft& draft, const Unhonoured& known, std::string_view key, std::string_view value) {
    std::erase_if(draft.unhonoured, [&](const Setting& each) {
        const bool below = value.empty() && is_group(key) && is_below(each.key, key);
        return below || (each.key == key && (value.empty() || !known.adds_up));
    });
    if (value.empty()) {
        return {};
    }
    if (is_group(key)) {
        return FAIL(Code::usage, "%s: this name stands for many keys; it can only be cleared", shown(key).c_str());
    }
    if (draft.unhonoured.size() >= kMaxMembers) {
        return FAIL(Code::usage, "%s: more than %zu settings without effect", shown(key).c_str(), kMaxMembers);
    }
    draft.unhonoured.push_back({std::string(key), std::string(value)});
    return {};
}

std::unexpected<Error> unknown_key(std::string_view key) {
    const std::string nearest = nearest_key(key);
    return FAIL(Code::usage, "%s: there is no such key; %s%s", shown(key).c_str(),
                nearest.empty() ? "cubby config keys lists all" : "did you mean ",
                nearest.empty() ? "" : (nearest + "?").c_str());
}

std::string family_text(const Key& key, const Draft& draft) {
    std::string text = key.get(draft, {});
    if (text.empty()) {
        for (const std::string& member : key.members(draft)) {
            text.append(key.name).append(member).append(" = ").append(key.get(draft, member)).append("\n");
        }
    }
    return text;
}

}  // namespace

const std::vector<const Key*>& all_keys() {
    static const std::vector<const Key*> keys = [] {
        std::vector<const Key*> all;
        for (const auto& table : {cubby_keys(), process_keys(), console_keys(), storage_keys(), namespace_keys(),
                                  security_keys(), net_keys()}) {
            for (const Key& key : table) {
                all.push_back(&key);
            }
        }
        std::ranges::sort(all, {}, [](const Key* key) { return std::string_view(key->name); });
        return all;
    }();
    return keys;
}

Found find_key(std::string_view name) noexcept {
    for (const Key* key : all_keys()) {
        const std::string_view own = key->name;
        if (own == name || names_family(own, name)) {
            return {key, {}};
        }
        if (key->family() && name.starts_with(own)) {
            return {key, name.substr(own.size())};
        }
    }
    return {};
}

bool is_known(std::string_view name) noexcept {
    return find_key(name).key != nullptr || find_unhonoured(name) != nullptr;
}

bool is_group(std::string_view name) noexcept {
    if (const Found found = find_key(name); found.key != nullptr) {
        const bool number = found.key->numbered && found.member.find('.') == std::string_view::npos;
        return found.key->family() && (found.member.empty() || number);
    }
    const Unhonoured* known = find_unhonoured(name);
    return known != nullptr && (names_family(known->name, name) || name == "lxc.hook");
}

bool is_below(std::string_view name, std::string_view group) noexcept {
    return name.size() > group.size() && name.starts_with(group) && name[group.size()] == '.';
}

std::string nearest_key(std::string_view name) {
    Nearest nearest(name);
    for (const Key* key : all_keys()) {
        offer(nearest, key->name, name);
    }
    for (const Unhonoured& key : unhonoured_keys()) {
        offer(nearest, key.name, name);
    }
    return nearest.name();
}

Status assign(Draft& draft, std::string_view key, std::string_view value) {
    const Found found = find_key(key);
    if (found.key == nullptr) {
        const Unhonoured* known = find_unhonoured(key);
        return known == nullptr ? unknown_key(key) : keep_unhonoured(draft, *known, key, value);
    }
    if (value.empty()) {
        found.key->clear(draft, found.member);
        return {};
    }
    auto status = found.key->set(draft, {key, found.member, value});
    // Every error begins with the key; those of the number parsers already do.
    if (!status && !std::string_view(status.error().text).starts_with(key.substr(0, 60))) {
        return std::unexpected(prefixed(status.error(), "%s", shown(key).c_str()));
    }
    return status;
}

Status check_item(std::string_view key, std::string_view value) {
    Draft draft(TRY(ContainerName::parse("check")));
    TRY(assign(draft, key, value));
    return check_supported(draft);
}

Result<std::string> get_item(const Draft& draft, std::string_view key) {
    const Found found = find_key(key);
    if (found.key != nullptr) {
        const bool all = found.key->family() && found.member.empty();
        return all ? family_text(*found.key, draft) : found.key->get(draft, found.member);
    }
    if (find_unhonoured(key) == nullptr) {
        return unknown_key(key);
    }
    std::string text;
    for (const Setting& each : draft.unhonoured) {
        if (each.key == key) {
            text.append(text.empty() ? "" : "\n").append(each.value);
        } else if (is_group(key) && is_below(each.key, key)) {
            text.append(each.key).append(" = ").append(each.value).append("\n");
        }
    }
    return text;
}

std::vector<Setting> list_items(const Draft& draft) {
    const Draft fresh(draft.spec.name);
    std::vector<Setting> items;
    for (const Key* key : all_keys()) {
        if (key->family()) {
            for (const std::string& member : key->members(draft)) {
                items.push_back({key->name + member, key->get(draft, member)});
            }
            continue;
        }
        const std::string text = key->get(draft, {});
        if (text != key->get(fresh, {})) {
            items.push_back({key->name, text});
        }
    }
    items.insert(items.end(), draft.unhonoured.begin(), draft.unhonoured.end());
    return items;
}

}  // namespace cubby::lxc
