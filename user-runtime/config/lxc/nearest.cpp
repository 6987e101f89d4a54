#include "config/lxc/nearest.h"

#include <algorithm>
#include <array>

namespace cubby::lxc {
namespace {

constexpr size_t kMostBytes = 96;
using Row = std::array<size_t, kMostBytes + 1>;

}  // namespace

size_t edit_distance(std::string_view from, std::string_view to) {
    from = from.substr(0, kMostBytes);
    to = to.substr(0, kMostBytes);
    Row before{};  // two rows up: for swaps
    Row above{};
    Row current{};
    for (size_t j = 0; j <= to.size(); ++j) {
        above[j] = j;
    }
    for (size_t i = 1; i <= from.size(); ++i) {
        current[0] = i;
        for (size_t j = 1; j <= to.size(); ++j) {
            const size_t replace = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
            current[j] = std::min({above[j] + 1, current[j - 1] + 1, replace});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
                current[j] = std::min(current[j], before[j - 2] + 1);
            }
        }
        before = above;
        above = current;
    }
    return above[to.size()];
}

Nearest::Nearest(std::string_view wanted) : wanted_(wanted), distance_(std::max<size_t>(wanted.size() / 3, 1) + 1) {}

void Nearest::offer(std::string_view candidate) {
    const size_t distance = edit_distance(wanted_, candidate);
    if (distance < distance_) {
        distance_ = distance;
        best_ = candidate;
    }
}

std::string Nearest::hint() const { return best_.empty() ? std::string() : "; did you mean " + best_ + "?"; }

}  // namespace cubby::lxc
