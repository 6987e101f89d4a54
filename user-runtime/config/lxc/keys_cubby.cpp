#include "config/lxc/codec.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

// Keys of our own.  LXC ignores lines that do not begin with "lxc.", so a configuration with them loads there too.

namespace cubby::lxc {
namespace {

constexpr auto kSpec = &Draft::spec;
constexpr auto kLimits = &ContainerSpec::limits;
constexpr auto kSecurity = &ContainerSpec::security;

constexpr uint64_t kMost = 4194304;  // PID_MAX_LIMIT of a 64-bit kernel

// Blank separated absolute paths in the container, more with each line.
struct GuestPaths {
    static Status read(std::vector<std::string>& field, const Item& item) {
        std::vector<std::string> longer = field;
        for (const std::string_view word : split_words(item.value)) {
            TRY(GuestPath::read(longer.emplace_back(), {item.key, item.member, word}));
        }
        if (longer.size() > kMaxMembers) {
            return refuse(item, "more than %zu paths", kMaxMembers);
        }
        field = std::move(longer);
        return {};
    }
    static std::string print(const std::vector<std::string>& field) { return TextList::print(field); }
};

constexpr Key kRows[] = {
    row<Text, &Draft::image>("cubby.image", "busybox", "the image that the root file system was made from"),
    row<Flag, kSpec, &ContainerSpec::process, &ProcessSpec::keep_groups>(
        "cubby.init.keep_groups", "1", "1: the first process keeps your own supplementary groups"),
    row<Flag, kSpec, &ContainerSpec::process, &ProcessSpec::reaper>(
        "cubby.init.reaper", "1",
        "1: a small init stays as process 1 and runs lxc.init.cmd below it; /sbin/init, the default, needs none"),
    row<GuestPaths, kSpec, kSecurity, &SecuritySpec::landlock_readable>(
        "cubby.landlock.readable", "/usr /etc",
        "with Landlock, what its processes can read: paths in the container; without this line, all"),
    row<GuestPaths, kSpec, kSecurity, &SecuritySpec::landlock_writable>(
        "cubby.landlock.writable", "/srv /tmp", "with Landlock, the only paths below which they can write"),
    row<Number<kMost>, kSpec, kLimits, &LimitsSpec::inotify_instances>(
        "cubby.limit.inotify_instances", "64", "how many inotify instances each user inside can have"),
    row<Number<kMost>, kSpec, kLimits, &LimitsSpec::namespaces>(
        "cubby.limit.namespaces", "16", "how many mount, pid and network namespaces each user inside can make"),
    row<Number<kMost>, kSpec, kLimits, &LimitsSpec::processes>(
        "cubby.limit.processes", "512", "how many processes and threads there can be inside; 0: as many as outside"),
    row<Number<kMost>, kSpec, kLimits, &LimitsSpec::user_namespaces>(
        "cubby.limit.user_namespaces", "16", "with nesting, how many user namespaces each user inside can make"),
    row<Flag, kSpec, kSecurity, &SecuritySpec::nesting>(
        "cubby.nesting", "1", "1: user namespaces can be made inside, for containers in it or sandboxes of browsers"),
    row<Flag, kSpec, kSecurity, &SecuritySpec::default_seccomp>(
        "cubby.seccomp.default", "0", "0: start without the system call filter that is built into cubby"),
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> cubby_keys() { return kRows; }

}  // namespace cubby::lxc
