#include "config/lxc/key.h"

#include <algorithm>

#include "base/parse.h"
#include "config/lxc/codec.h"
#include "config/lxc/finish.h"
#include "config/lxc/legacy.h"
#include "config/lxc/nearest.h"
#include "config/lxc/tables.h"

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

// Clears all of them, and is nothing that could be set.
constexpr std::string_view kHooks = "lxc.hook";

Status clear_hooks(Draft& draft, std::string_view value) {
    if (!value.empty()) {
        return FAIL(Code::usage, "lxc.hook: this name stands for all hooks; it can only be cleared");
    }
    for (const Key& key : hook_keys()) {
        if (&key != find_key("lxc.hook.version").key) {
            key.clear(draft, {});
        }
    }
    return {};
}

// The name that the tables know for one that may be an old one.
std::string known_name(std::string_view name, const LegacyNics& nics) {
    const auto modern = modern_name(name, nics);
    return modern && !modern->empty() ? *modern : std::string(name);
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
        for (const auto& table : {cubby_keys(), process_keys(), lifecycle_keys(), hook_keys(), console_keys(),
                                  storage_keys(), namespace_keys(), cgroup_keys(), security_keys(), net_keys()}) {
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
    // Any interface will do: the question is about the name.
    const auto modern = modern_name(name, {0, 0});
    return modern ? modern->empty() || find_key(*modern).key != nullptr
                  : name == kHooks || find_key(name).key != nullptr;
}

bool is_group(std::string_view name) noexcept {
    const std::string modern = known_name(name, {0, 0});
    const Found found = find_key(modern);
    const bool number = found.key != nullptr && found.key->numbered && found.member.find('.') == std::string_view::npos;
    return modern == kHooks || (found.key != nullptr && found.key->family() && (found.member.empty() || number));
}

bool is_below(std::string_view name, std::string_view group) noexcept {
    return name.size() > group.size() && name.starts_with(group) && name[group.size()] == '.';
}

std::string nearest_key(std::string_view name) {
    Nearest nearest(name);
    for (const Key* key : all_keys()) {
        offer(nearest, key->name, name);
    }
    for (const LegacyName& each : legacy_names()) {
        offer(nearest, each.old_name, name);
    }
    return nearest.name();
}

Status assign(Draft& draft, std::string_view key, std::string_view value) {
    if (modern_name(key, {0, 0})) {
        return assign_legacy(draft, key, value);
    }
    if (key == kHooks) {
        return clear_hooks(draft, value);
    }
    const Found found = find_key(key);
    if (found.key == nullptr) {
        return unknown_key(key);
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

Status check_item(std::string_view key, std::string_view value, bool after_nic) {
    Draft draft(TRY(ContainerName::parse("check")));
    if (after_nic) {
        TRY(assign(draft, "lxc.network.type", "empty"));
    }
    TRY(assign(draft, key, value));
    return check_supported(draft);
}

Result<std::string> get_item(const Draft& draft, std::string_view key) {
    const std::string name = known_name(key, nics_of(draft));
    const Found found = find_key(name);
    if (found.key != nullptr) {
        const bool all = found.key->family() && found.member.empty();
        return all ? family_text(*found.key, draft) : found.key->get(draft, found.member);
    }
    const auto dropped = std::ranges::find(draft.dropped, key, &Setting::key);
    if (dropped != draft.dropped.end() || is_known(key)) {
        if (key == "lxc.rootfs.backend") {
            return draft.rootfs_backend;
        }
        return dropped == draft.dropped.end() ? std::string() : dropped->value;
    }
    return unknown_key(key);
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
    return items;
}

}  // namespace cubby::lxc
