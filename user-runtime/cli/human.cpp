#include "cli/human.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace cubby::cli {
namespace {

template <class... Args>
std::string formatted(const char* format, Args... args) {
    std::array<char, 96> buffer{};
    const int length = snprintf(buffer.data(), buffer.size(), format, args...);
    return length > 0 ? std::string(buffer.data()) : std::string();
}

std::string span_text(uint32_t first, uint32_t count) {
    return count == 1 ? formatted("%u", first) : formatted("%u-%u", first, first + (count - 1));
}

}  // namespace

std::string human_size(uint64_t bytes) {
    constexpr std::array<const char*, 7> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) {
        return formatted("%llu B", static_cast<unsigned long long>(bytes));
    }
    auto value = static_cast<double>(bytes);
    size_t unit = 0;
    // 1023.95 would be rounded to "1024.0".
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return formatted("%.1f %s", value, units[unit]);
}

std::string human_duration(int64_t seconds) {
    const long long whole = seconds > 0 ? seconds : 0;
    if (whole < 60) {
        return formatted("%lld s", whole);
    }
    if (whole < 3600) {
        return formatted("%lld min", whole / 60);
    }
    if (whole < 2LL * 24 * 3600) {
        return formatted("%lld h", whole / 3600);
    }
    return formatted("%lld days", whole / (24LL * 3600));
}

std::string clock_duration(int64_t seconds) {
    const long long whole = seconds > 0 ? seconds : 0;
    return whole < 3600 ? formatted("%lld:%02lld", whole / 60, whole % 60)
                        : formatted("%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string local_time(int64_t unix_seconds) {
    const auto when = static_cast<time_t>(unix_seconds);
    tm parts{};
    std::array<char, 64> buffer{};
    if (localtime_r(&when, &parts) == nullptr ||
        strftime(buffer.data(), buffer.size(), "%Y-%m-%d %H:%M:%S", &parts) == 0) {
        return formatted("%lld", static_cast<long long>(unix_seconds));
    }
    return buffer.data();
}

int64_t unix_now() noexcept { return static_cast<int64_t>(time(nullptr)); }

std::string human_ranges(const IdRanges& ranges) {
    std::string out;
    for (const IdRange& range : ranges) {
        out.append(out.empty() ? "" : ", ").append(span_text(range.inside, range.count));
        out.append(" -> ").append(span_text(range.outside, range.count));
    }
    return out.empty() ? "none" : out;
}

}  // namespace cubby::cli
