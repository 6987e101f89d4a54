#include "config/lxc/legacy_cgroup.h"

#include <algorithm>
#include <optional>

#include "base/parse.h"
#include "config/lxc/codec.h"
#include "config/lxc/key.h"

namespace cubby::lxc {
namespace {

constexpr std::string_view kFront = "lxc.cgroup.";
constexpr std::string_view kMemory = "lxc.cgroup2.memory.max";
constexpr std::string_view kSwap = "lxc.cgroup2.memory.swap.max";
constexpr std::string_view kCpu = "lxc.cgroup2.cpu.max";

enum class Convert : uint8_t { same, bytes, memory, both, shares, quota, period, weight, device, frozen, nothing };

struct File {
    std::string_view v1;
    std::string_view v2;
    Convert how;
    std::string_view word = {};  // of io.max
};
constexpr File kFiles[] = {
    {"memory.limit_in_bytes", "memory.max", Convert::memory},
    {"memory.soft_limit_in_bytes", "memory.low", Convert::bytes},
    {"memory.memsw.limit_in_bytes", "memory.swap.max", Convert::both},
    {"cpu.shares", "cpu.weight", Convert::shares},
    {"cpu.cfs_quota_us", "cpu.max", Convert::quota},
    {"cpu.cfs_period_us", "cpu.max", Convert::period},
    {"cpuset.cpus", "cpuset.cpus", Convert::same},
    {"cpuset.mems", "cpuset.mems", Convert::same},
    {"blkio.weight", "io.weight", Convert::weight},
    {"blkio.throttle.read_bps_device", "io.max", Convert::device, "rbps"},
    {"blkio.throttle.write_bps_device", "io.max", Convert::device, "wbps"},
    {"blkio.throttle.read_iops_device", "io.max", Convert::device, "riops"},
    {"blkio.throttle.write_iops_device", "io.max", Convert::device, "wiops"},
    {"freezer.state", "cgroup.freeze", Convert::frozen},
};
// Controllers, or whole groups of files, that version 2 has no file for.
constexpr std::string_view kGone[] = {"blkio.",
                                      "cpuacct.",
                                      "cpuset.",
                                      "cpu.rt_",
                                      "memory.kmem.",
                                      "memory.force_",
                                      "memory.memsw.",
                                      "memory.move_charge_at_immigrate",
                                      "memory.oom_control",
                                      "memory.swappiness",
                                      "memory.use_hierarchy",
                                      "net_cls.",
                                      "net_prio.",
                                      "perf_event."};

constexpr std::string_view kHuge = "hugetlb.";
constexpr std::string_view kHugeLimit = ".limit_in_bytes";

bool is_huge(std::string_view name) { return name.starts_with(kHuge) && name.ends_with(kHugeLimit); }

// How the file is translated; a name that version 2 may have too is left as it is.
File find_file(std::string_view name) {
    if (is_huge(name)) {
        return {name, name, Convert::bytes};
    }
    if (const auto* const file = std::ranges::find(kFiles, name, &File::v1); file != std::end(kFiles)) {
        return *file;
    }
    const bool gone = std::ranges::any_of(kGone, [name](std::string_view front) { return name.starts_with(front); });
    return {name, gone ? std::string_view{} : name, gone ? Convert::nothing : Convert::same};
}

std::string v2_name(std::string_view name) {
    if (is_huge(name)) {
        return std::string(name.substr(0, name.size() - kHugeLimit.size())) + ".max";
    }
    return std::string(find_file(name).v2);
}

// Bytes with a suffix, or -1 for no limit.
Result<std::string> bytes(std::string_view value) {
    if (value == "-1") {
        return std::string("max");
    }
    return std::to_string(TRY(parse_size(value, "value")));
}

// A number from `least` to `most` on the scale from 1 to 10000 of version 2.
Result<std::string> weight(std::string_view value, uint64_t least, uint64_t most) {
    const uint64_t number = std::clamp(TRY(parse_unsigned(value, UINT32_MAX, "value")), least, most);
    return std::to_string(1 + (number - least) * 9999 / (most - least));
}

std::string last_value(const Draft& draft, std::string_view key) {
    std::string value;
    for (const Setting& each : draft.cgroup2) {
        value = each.key == key.substr(sizeof "lxc.cgroup2." - 1) ? each.value : value;
    }
    return value;
}

Status replace(Draft& draft, std::string_view key, std::string_view value) {
    TRY(assign(draft, key, ""));
    return assign(draft, key, value);
}

// cpu.max is "QUOTA PERIOD"; each half comes from a file of its own.
Status set_cpu(Draft& draft, std::string_view value, bool quota) {
    const std::string known = last_value(draft, kCpu);
    const auto words = split_words(known);
    std::string first(words.empty() ? "max" : words[0]);
    std::string second(words.size() < 2 ? "100000" : words[1]);
    if (quota) {
        first = value == "-1" ? "max" : std::to_string(TRY(parse_unsigned(value, UINT32_MAX, "value")));
    } else {
        second = std::to_string(TRY(parse_unsigned(value, UINT32_MAX, "value")));
    }
    return replace(draft, kCpu, first + " " + second);
}

Status set_swap(Draft& draft) {
    const std::string memory = last_value(draft, kMemory);
    if (!draft.memory_and_swap || memory.empty()) {
        return {};
    }
    if (*draft.memory_and_swap == UINT64_MAX || memory == "max") {
        return replace(draft, kSwap, "max");
    }
    const uint64_t alone = TRY(parse_size(memory, "value"));
    if (alone > *draft.memory_and_swap) {
        return FAIL(Code::usage, "memory.memsw.limit_in_bytes is below memory.limit_in_bytes");
    }
    return replace(draft, kSwap, std::to_string(*draft.memory_and_swap - alone));
}

Status set_both(Draft& draft, std::string_view value) {
    const std::string text = TRY(bytes(value));
    draft.memory_and_swap = text == "max" ? UINT64_MAX : TRY(parse_size(text, "value"));
    return set_swap(draft);
}

Result<std::string> device_limit(std::string_view value, std::string_view word) {
    const auto words = split_words(value);
    if (words.size() != 2 || words[0].find(':') == std::string_view::npos) {
        return FAIL(Code::usage, "'%s' is not MAJOR:MINOR LIMIT", shown(value).c_str());
    }
    const uint64_t limit = TRY(parse_unsigned(words[1], UINT64_MAX, "limit"));
    return std::string(words[0]).append(" ").append(word).append("=").append(limit == 0 ? "max" : words[1]);
}

Result<std::string> converted(const File& file, std::string_view value) {
    switch (file.how) {
        case Convert::memory:
        case Convert::bytes: return bytes(value);
        case Convert::shares: return weight(value, 2, 262144);
        case Convert::weight: return weight(value, 10, 1000);
        case Convert::device: return device_limit(value, file.word);
        case Convert::frozen: return std::string(value == "FROZEN" ? "1" : "0");
        case Convert::same:
        case Convert::both:
        case Convert::quota:
        case Convert::period:
        case Convert::nothing: break;
    }
    return std::string(value);
}

Status take(Draft& draft, const File& file, const std::string& key, std::string_view value) {
    switch (file.how) {
        case Convert::quota:
        case Convert::period: return set_cpu(draft, value, file.how == Convert::quota);
        case Convert::both: return set_both(draft, value);
        case Convert::same:
        case Convert::device: return assign(draft, key, TRY(converted(file, value)));
        case Convert::memory: TRY(replace(draft, key, TRY(converted(file, value)))); return set_swap(draft);
        case Convert::bytes:
        case Convert::shares:
        case Convert::weight:
        case Convert::frozen:
        case Convert::nothing: break;
    }
    return replace(draft, key, TRY(converted(file, value)));
}

}  // namespace

bool is_cgroup_v1(std::string_view key) noexcept {
    return key == "lxc.cgroup" || (key.starts_with(kFront) && key.size() > kFront.size() && key != "lxc.cgroup.dir" &&
                                   !key.starts_with("lxc.cgroup.dir.") && key != "lxc.cgroup.relative");
}

std::string cgroup_v2_key(std::string_view key) {
    if (key == "lxc.cgroup") {
        return "lxc.cgroup2";
    }
    const std::string name = v2_name(key.substr(kFront.size()));
    return name.empty() ? name : "lxc.cgroup2." + name;
}

Status assign_cgroup_v1(Draft& draft, std::string_view key, std::string_view value) {
    const std::string modern = cgroup_v2_key(key);
    const File file = key == "lxc.cgroup" ? File{} : find_file(key.substr(kFront.size()));
    if (value.empty() && (file.how == Convert::both || key == "lxc.cgroup")) {
        draft.memory_and_swap.reset();
    }
    if (modern.empty()) {
        std::erase_if(draft.dropped, [&](const Setting& each) { return each.key == key; });
        if (!value.empty() && draft.dropped.size() < kMaxMembers) {
            draft.dropped.push_back({std::string(key), std::string(value)});
        }
        return {};
    }
    const auto done =
        value.empty() || key == "lxc.cgroup" ? assign(draft, modern, value) : take(draft, file, modern, value);
    if (!done) {
        return std::unexpected(prefixed(done.error(), "%s", shown(key).c_str()));
    }
    return {};
}

}  // namespace cubby::lxc
