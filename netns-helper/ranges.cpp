// cubby-ranges: prints the calling user's subordinate ids as libsubid knows them (the format is ranges_text() in
// kernel/subid.h).  A program of its own: libsubid loads the module that nsswitch.conf names, and a dozen libraries.

#include <pwd.h>
#include <shadow/subid.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "base/id_range.h"
#include "base/parse.h"
#include "kernel/root.h"
#include "kernel/subid.h"
#include "netns-helper/clean_start.h"

namespace cubby {
namespace {

constexpr size_t kFileLimit = 16 << 20;  // bytes
[[maybe_unused]] constexpr rlim_t kMemoryLimit =
    1UL << 30;  // bytes of address space; the modules' libraries need a few dozen MiB
constexpr const char* kFiles = "/etc/subuid and /etc/subgid";

// What libsubid does with nsswitch.conf: the first word after "subid:" is a module, or "files".
std::string origin() {
    const auto text = read_named("/etc/nsswitch.conf", kFileLimit);
    if (!text) {
        return kFiles;
    }
    for (const auto line : split_words(*text, "\n")) {
        if (!trim(line).starts_with("subid:")) {
            continue;
        }
        const auto words = split_words(trim(line).substr(6));
        if (words.empty() || words.front() == "files") {
            return kFiles;
        }
        const std::string module = printable(words.front());
        std::string place = "libsubid_";
        place.append(module).append(".so (subid: ").append(module).append(" in /etc/nsswitch.conf)");
        return place;
    }
    return kFiles;
}

using Lookup = int (*)(const char*, subid_range**);

bool add_ranges(Lookup lookup, const char* user, std::vector<IdSpan>& spans) {
    subid_range* found = nullptr;
    const int count = lookup(user, &found);
    const std::unique_ptr<subid_range, void (*)(void*)> owned(found, std::free);
    for (int at = 0; at < count; ++at) {
        // "-5" comes as a number near 2^64 (libsubid reads by strtoul): a mistake, and never a range.
        const IdSpan span{owned.get()[at].start, owned.get()[at].count};
        if (span.first < kNoId && span.count > 0 && span.count <= kNoId) {
            spans.push_back(span);
        }
    }
    return count >= 0;
}

// libsubid says only that it failed.  For files, what can be opened and read tells more.
std::string file_trouble(const char* path) {
    const auto text = read_named(path, kFileLimit);
    return text ? std::string(path) + " cannot be understood" : std::string(text.error().message());
}

SubordinateIds look_up() {
    SubordinateIds ids;
    // newuidmap goes by the real id, too.
    const passwd* account = getpwuid(getuid());
    ids.user = account != nullptr ? account->pw_name : std::to_string(getuid());
    ids.origin = origin();
    const bool files = ids.origin == kFiles;
    const auto why = [&](const char* file) { return files ? file_trouble(file) : ids.origin + " gave no answer"; };
    subid_init("cubby", nullptr);  // nullptr: its messages go to /dev/null
    if (!add_ranges(subid_get_uid_ranges, ids.user.c_str(), ids.uids)) {
        ids.trouble = why("/etc/subuid");
    }
    if (!add_ranges(subid_get_gid_ranges, ids.user.c_str(), ids.gids) && ids.trouble.empty()) {
        ids.trouble = why("/etc/subgid");
    }
    ids.passing = !ids.trouble.empty() && !files;  // a directory service may be back soon
    if (account == nullptr && ids.trouble.empty()) {
        ids.trouble = "user id " + ids.user + " has no account name; newuidmap serves only users who have one";
    }
    return ids;
}

int print_ranges() {
    if (!holder::start_clean(-1)) {
        return 1;
    }
#ifndef CUBBY_NO_MEMORY_LIMIT  // the sanitizers reserve terabytes of addresses
    const rlimit memory{kMemoryLimit, kMemoryLimit};
    if (setrlimit(RLIMIT_AS, &memory) != 0) {
        return 1;
    }
#endif
    return write_all(STDOUT_FILENO, ranges_text(look_up()), "the ranges") ? 0 : 1;
}

}  // namespace
}  // namespace cubby

int main() { return cubby::print_ranges(); }
