#include "container/environment.h"

#include <algorithm>
#include <set>

namespace cubby {

void keep_last(std::vector<std::string>& environment) {
    std::set<std::string, std::less<>> seen;
    std::vector<std::string> kept;
    for (auto entry = environment.rbegin(); entry != environment.rend(); ++entry) {
        if (seen.insert(entry->substr(0, entry->find('='))).second) {
            kept.push_back(std::move(*entry));
        }
    }
    std::ranges::reverse(kept);
    environment = std::move(kept);
}

}  // namespace cubby
