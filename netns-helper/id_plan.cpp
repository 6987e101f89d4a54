#include "netns-helper/id_plan.h"

#include <algorithm>

#include "netns-helper/wire/holder_wire.h"

namespace cubby::holder {
namespace {

// Ids from `first` up to, not including, `end`; 64 bits hold every sum.
struct Interval {
    uint64_t first;
    uint64_t end;
    [[nodiscard]] uint64_t size() const { return end - first; }
};

void add_clipped(std::vector<Interval>& out, uint64_t first, uint64_t end) {
    first = std::max(first, uint64_t{1});
    end = std::min(end, uint64_t{kNoId});
    if (first < end) {
        out.push_back({first, end});
    }
}

std::vector<Interval> without_own(uint32_t own, const std::vector<IdSpan>& spans) {
    std::vector<Interval> out;
    for (const IdSpan& span : spans) {
        const uint64_t first = std::min(span.first, uint64_t{kNoId});
        const uint64_t end = first + std::min(span.count, uint64_t{kNoId});
        if (own >= first && own < end) {
            add_clipped(out, first, own);
            add_clipped(out, uint64_t{own} + 1, end);
        } else {
            add_clipped(out, first, end);
        }
    }
    return out;
}

std::vector<Interval> merged(std::vector<Interval> intervals) {
    std::ranges::sort(intervals, {}, &Interval::first);
    std::vector<Interval> out;
    for (const Interval& next : intervals) {
        if (!out.empty() && next.first <= out.back().end) {
            out.back().end = std::max(out.back().end, next.end);
        } else {
            out.push_back(next);
        }
    }
    return out;
}

}  // namespace

IdRanges plan_ranges(uint32_t own, const std::vector<IdSpan>& spans) {
    std::vector<Interval> intervals = merged(without_own(own, spans));
    if (intervals.size() > kMaxRanges - 1) {
        std::ranges::sort(intervals, [](const Interval& one, const Interval& other) {
            return one.size() != other.size() ? one.size() > other.size() : one.first < other.first;
        });
        intervals.resize(kMaxRanges - 1);
        std::ranges::sort(intervals, {}, &Interval::first);
    }
    IdRanges ranges{{0, own, 1}};
    uint32_t inside = 1;  // disjoint intervals of [1, kNoId) without `own`: the sum fits
    for (const Interval& interval : intervals) {
        const auto count = static_cast<uint32_t>(interval.size());
        ranges.push_back({inside, static_cast<uint32_t>(interval.first), count});
        inside += count;
    }
    return ranges;
}

}  // namespace cubby::holder
