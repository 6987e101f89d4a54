#include "cli/namespace_words.h"

#include <algorithm>
#include <string>

#include "base/parse.h"

namespace cubby::cli {
namespace {

char lower(char byte) noexcept { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte; }

}  // namespace

Result<NsSet> parse_namespaces(std::string_view text, char separator, const char* option) {
    NsSet set;
    set.add(Ns::user);
    for (const std::string_view word : split_fields(text, separator)) {
        const auto ns = parse_ns(word);
        if (!ns) {
            return FAIL(Code::usage, "%s: '%.40s' is not user, mnt, pid, net, ipc, uts, cgroup or time", option,
                        printable(word).c_str());
        }
        set.add(*ns);
    }
    return set;
}

Result<NsSet> parse_namespace_words(std::string_view text, const char* refusal) {
    NsSet set;
    for (const std::string_view word : split_fields(text, '|')) {
        std::string name(word);
        std::ranges::transform(name, name.begin(), lower);
        const auto ns = name == "utsname" ? Ns::uts : parse_ns(name);
        if (!ns) {
            return FAIL(Code::usage, "%s'%.40s' is not MOUNT, PID, UTSNAME, IPC, USER, NETWORK, CGROUP or TIME",
                        refusal, printable(word).c_str());
        }
        set.add(*ns);
    }
    return set;
}

}  // namespace cubby::cli
