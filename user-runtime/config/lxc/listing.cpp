#include "config/lxc/listing.h"

#include <algorithm>

#include "config/lxc/key.h"
#include "config/lxc/unhonoured.h"

namespace cubby::lxc {

std::vector<KeyInfo> list_keys() {
    std::vector<KeyInfo> list;
    for (const Key* key : all_keys()) {
        list.push_back({key->sample_key(), key->sample, key->doc, Support::honoured, key->family()});
    }
    for (const Unhonoured& key : unhonoured_keys()) {
        const Support support = key.weight == Weight::refuse ? Support::refused : Support::noted;
        const bool family = std::string_view(key.name).ends_with('.');
        list.push_back({family ? std::string(key.name) + "NAME" : key.name, {}, key.reason, support, family});
    }
    std::ranges::sort(list, {}, &KeyInfo::name);
    return list;
}

}  // namespace cubby::lxc
