#include "base/names.h"
#include "config/lxc/codec.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

namespace cubby::lxc {
namespace {

constexpr auto kSpec = &Draft::spec;
constexpr auto kMember = &ContainerSpec::namespaces;

// "u|g INSIDE HOST COUNT", one more range each time.
struct IdMap {
    static Status read(IdMaps& field, const Item& item) {
        const auto words = split_words(item.value);
        if (words.size() != 4 || (words[0] != "u" && words[0] != "g")) {
            return refuse(item, "'%s' is not 'u|g FIRST-ID-INSIDE FIRST-HOST-ID COUNT'", shown(item.value).c_str());
        }
        IdRange range;
        uint32_t* const parts[] = {&range.inside, &range.outside, &range.count};
        for (size_t index = 0; index < 3; ++index) {
            *parts[index] = static_cast<uint32_t>(TRY(parse_unsigned(words[index + 1], kNoId - 1, "lxc.idmap")));
        }
        IdRanges& ranges = words[0] == "u" ? field.uids : field.gids;
        IdRanges extended = ranges;
        extended.push_back(range);
        TRY(check_ranges(extended, words[0] == "u" ? "lxc.idmap u" : "lxc.idmap g"));
        ranges = std::move(extended);
        return {};
    }
    static std::string print(const IdMaps& field) {
        std::string text;
        const auto add = [&text](const char* kind, const IdRanges& ranges) {
            for (const IdRange& range : ranges) {
                text.append(text.empty() ? "" : "\n").append(kind).append(std::to_string(range.inside));
                text.append(" ").append(std::to_string(range.outside)).append(" ").append(std::to_string(range.count));
            }
        };
        add("u ", field.uids);
        add("g ", field.gids);
        return text;
    }
};

std::string namespace_names() {
    std::string names;
    for (const NsInfo& each : cubby::kNamespaces) {
        names.append(names.empty() ? "" : " ").append(each.name);
    }
    return names;
}

struct Namespaces {
    static Status read(NsSet& field, const Item& item) {
        NsSet set = field;
        for (const std::string_view word : split_words(item.value)) {
            const auto ns = parse_ns(word);
            if (!ns) {
                return refuse(item, "'%s' is not a namespace; there are %s", shown(word).c_str(),
                              namespace_names().c_str());
            }
            set.add(*ns);
        }
        field = set;
        return {};
    }
    static std::string print(NsSet field) {
        // LXC's own order.
        constexpr Ns order[] = {Ns::user, Ns::mnt, Ns::pid, Ns::uts, Ns::ipc, Ns::net, Ns::cgroup, Ns::time};
        std::string text;
        for (const Ns ns : order) {
            if (field.has(ns)) {
                text.append(info(ns).name).append("\n");
            }
        }
        return text;
    }
};

// lxc.namespace.share.NS = container | PID | absolute path
struct Share {
    using Element = Setting;

    static Result<Element> read(const Item& item) {
        const auto ns = parse_ns(item.member);
        if (!ns) {
            return refuse(item, "there is no such namespace; there are %s", namespace_names().c_str());
        }
        const bool number = item.value.find_first_not_of("0123456789") == std::string_view::npos;
        if (number && !parse_unsigned(item.value, INT32_MAX, "process id")) {
            return refuse(item, "'%s' is not a process id", shown(item.value).c_str());
        }
        if (!number && item.value.front() != '/' && !ContainerName::parse(item.value)) {
            return refuse(item, "'%s' is not a container, a process id or an absolute path", shown(item.value).c_str());
        }
        return Element{std::string(item.member), std::string(item.value)};
    }
    static std::string member(const Element& setting) { return setting.key; }
    static std::string print(const Element& setting) { return setting.value; }
};

struct Unit {
    std::string_view name;
    int64_t nanoseconds;
};
constexpr int64_t kSecond = 1'000'000'000;
constexpr Unit kUnits[] = {{"h", 3600 * kSecond}, {"m", 60 * kSecond}, {"s", kSecond},
                           {"ms", 1'000'000},     {"us", 1000},        {"ns", 1}};

// A number with a unit.  LXC prints the two keys with and without a blank before the unit; so do we.
template <bool Blank>
struct Offset {
    static Status read(int64_t& field, const Item& item) {
        const size_t end = std::min(item.value.find_first_not_of("-0123456789"), item.value.size());
        const auto* const unit = std::ranges::find(kUnits, trim(item.value.substr(end)), &Unit::name);
        const auto number = parse_signed(item.value.substr(0, end), INT64_MIN, INT64_MAX, "offset");
        int64_t offset = 0;
        if (!number || unit == std::end(kUnits) || __builtin_mul_overflow(*number, unit->nanoseconds, &offset)) {
            return refuse(item, "'%s' is not an offset such as 90m or -5s; the units are h m s ms us ns",
                          shown(item.value).c_str());
        }
        field = offset;
        return {};
    }
    static std::string print(int64_t field) {
        const char* gap = Blank ? " " : "";
        const bool whole = field != 0 && field % kSecond == 0;
        return std::to_string(whole ? field / kSecond : field) + gap + (whole ? "s\n" : "ns\n");
    }
};

constexpr Key kRows[] = {
    row<IdMap, kSpec, &ContainerSpec::idmap>("lxc.idmap", "u 0 100000 65536",
                                             "a range of ids: u or g, first id inside, first host id, how many"),
    row<Namespaces, &Draft::clone>("lxc.namespace.clone", "user mnt pid ipc",
                                   "only these namespaces are new; the others stay the starter's"),
    row<Namespaces, &Draft::keep>("lxc.namespace.keep", "net uts",
                                  "these namespaces stay the starter's; all others are new"),
    family<Share, &Draft::shares>("lxc.namespace.share.", "net", "web1",
                                  "that namespace is another's: of a container, a process id or a path"),
    row<Offset<true>, kSpec, kMember, &NamespacesSpec::boot_offset_ns>(
        "lxc.time.offset.boot", "90m", "how far the container's boot time clock is ahead"),
    row<Offset<false>, kSpec, kMember, &NamespacesSpec::monotonic_offset_ns>("lxc.time.offset.monotonic", "-5s",
                                                                             "how far its monotonic clock is ahead"),
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> namespace_keys() { return kRows; }

}  // namespace cubby::lxc
