#include "base/names.h"
#include "config/lxc/codec.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

namespace cubby::lxc {
namespace {

constexpr std::string_view kFront = "lxc.cgroup2.";

// Below the control group that the container begins in: relative, and never upwards.
struct GroupPath {
    static Status read(std::string& field, const Item& item) {
        if (!RelPath::parse(item.value)) {
            return refuse(item, "'%s' is not a relative path without '..'", shown(item.value).c_str());
        }
        field = item.value;
        return {};
    }
    static std::string print(const std::string& field) { return field; }
};

// lxc.cgroup2.FILE: every line counts, also of one file, since some take one device or one limit at a time.
Status set(Draft& draft, const Item& item) {
    if (item.member.empty() || item.member.find('/') != std::string_view::npos) {
        return refuse(item, "write lxc.cgroup2.FILE, as lxc.cgroup2.memory.max");
    }
    if (draft.cgroup2.size() >= kMaxMembers) {
        return refuse(item, "more than %zu of them", kMaxMembers);
    }
    draft.cgroup2.push_back({std::string(item.member), std::string(item.value)});
    return {};
}

void clear(Draft& draft, std::string_view member) {
    std::erase_if(draft.cgroup2, [member](const Setting& each) { return member.empty() || each.key == member; });
}

std::string get(const Draft& draft, std::string_view member) {
    std::string text;
    for (const Setting& each : draft.cgroup2) {
        if (member.empty()) {
            text.append(kFront).append(each.key).append(" = ");
        }
        if (member.empty() || each.key == member) {
            text.append(each.value).append("\n");
        }
    }
    return text;
}

std::vector<std::string> members(const Draft& draft) {
    std::vector<std::string> names;
    for (const Setting& each : draft.cgroup2) {
        if (std::ranges::find(names, each.key) == names.end()) {
            names.push_back(each.key);
        }
    }
    return names;
}

constexpr Key kRows[] = {
    kept<GroupPath, std::string, "lxc.cgroup.dir">("web/one", "the container's control group, below the starter's"),
    kept<GroupPath, std::string, "lxc.cgroup.dir.container">("web/one/payload", "the control group of its processes"),
    kept<GroupPath, std::string, "lxc.cgroup.dir.container.inner">(
        "inner", "a control group below it, so that limits above cannot be changed from inside"),
    kept<GroupPath, std::string, "lxc.cgroup.dir.monitor">("web/one/monitor", "the control group of its monitor"),
    kept<GroupPath, std::string, "lxc.cgroup.dir.monitor.pivot">("pivot",
                                                                 "where the monitor goes when the container ends"),
    kept<Flag, bool, "lxc.cgroup.relative", "0">("1", "1: control groups begin at the starter's, never at the root"),
    {"lxc.cgroup2.", "memory.max", "512M", "a limit: FILE of the container's control group, and what is written to it",
     set, clear, get, members},
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> cgroup_keys() { return kRows; }

}  // namespace cubby::lxc
