#include "cli/nearest.h"

#include <algorithm>
#include <vector>

namespace cubby::cli {
namespace {

constexpr size_t kLongestWord = 64;  // longer ones are no typing mistakes

}  // namespace

// Optimal string alignment: three rows of the usual table are enough.
size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<size_t> before(b.size() + 1);
    std::vector<size_t> row(b.size() + 1);
    std::vector<size_t> next(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.size(); ++i) {
        next[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t replaced = row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            next[j] = std::min({row[j] + 1, next[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                next[j] = std::min(next[j], before[j - 2] + 1);
            }
        }
        before.swap(row);
        row.swap(next);
    }
    return row[b.size()];
}

std::string nearest(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.empty() || word.size() > kLongestWord) {
        return {};
    }
    size_t least = std::min<size_t>(2, (word.size() - 1) / 2);
    std::string_view best;
    for (const std::string_view candidate : candidates) {
        const size_t distance = edit_distance(word, candidate);
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
