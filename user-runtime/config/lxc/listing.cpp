#include "config/lxc/listing.h"

#include <algorithm>

#include "config/lxc/key.h"
#include "config/lxc/unhonoured.h"

namespace cubby::lxc {

std::vector<KeyInfo> list_keys() {
    std::vector<KeyInfo> list;
    for (const Key* key : all_keys()) {
        KeyInfo info{key->sample_key(), key->sample, key->doc, Support::honoured, key->family(), {}};
        if (const Unhonoured* missing = find_unhonoured(info.name)) {
            info.support = missing->weight == Weight::refuse ? Support::refused : Support::noted;
            info.missing = missing->reason;
        }
        list.push_back(std::move(info));
    }
    std::ranges::sort(list, {}, &KeyInfo::name);
    return list;
}

}  // namespace cubby::lxc
