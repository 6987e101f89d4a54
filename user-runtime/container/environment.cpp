#include "container/environment.h"

#include <algorithm>
#include <ranges>
#include <set>

namespace cubby {

void keep_last(std::vector<std::string>& environment) {
    std::set<std::string, std::less<>> seen;
    std::vector<std::string> kept;
    for (std::string& entry : std::views::reverse(environment)) {
        if (seen.insert(entry.substr(0, entry.find('='))).second) {
            kept.push_back(std::move(entry));
        }
    }
    std::ranges::reverse(kept);
    environment = std::move(kept);
}

}  // namespace cubby
