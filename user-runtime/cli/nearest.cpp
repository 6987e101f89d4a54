#include "cli/nearest.h"

#include <algorithm>

#include "config/lxc/nearest.h"

namespace cubby::cli {
namespace {

constexpr size_t kLongestWord = 64;  // longer ones are no typing mistakes

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.empty() || word.size() > kLongestWord) {
        return {};
    }
    size_t least = std::min<size_t>(2, (word.size() - 1) / 2);
    std::string_view best;
    for (const std::string_view candidate : candidates) {
        const size_t distance = lxc::edit_distance(word, candidate);
        if (distance <= least && (best.empty() || distance < least)) {
            least = distance;
            best = candidate;
        }
    }
    for (const std::string_view candidate : candidates) {
        if (best.empty() && word.size() > 1 && candidate.starts_with(word)) {
            best = candidate;
        }
    }
    return std::string(best);
}

std::string advice(const std::string& near, std::string_view next) {
    return (near.empty() ? "; " : "; did you mean '" + near + "'? ") + std::string(next);
}

}  // namespace cubby::cli
