#include "monitor/confinement.h"

namespace cubby {

Result<std::optional<Ruleset>> monitor_rules(const Root& directory, const Root& sockets, const ConsoleSpec& console) {
    constexpr uint64_t kKeep = landlock::kMakeFile | landlock::kWriteFile | landlock::kTruncate | landlock::kRemoveFile;
    if (landlock_abi() <= 0) {
        return std::optional<Ruleset>{};
    }
    Ruleset rules = TRY(Ruleset::make(true));
    TRY(rules.allow(directory.fd(), kKeep));
    TRY(rules.allow(sockets.fd(), landlock::kRemoveFile));
    if (const auto slash = console.log_file.rfind('/'); slash != std::string::npos) {
        const Root folder = TRY(Root::at(slash == 0 ? "/" : console.log_file.substr(0, slash)));
        TRY(rules.allow(folder.fd(), kKeep));
    }
    return std::optional<Ruleset>(std::move(rules));
}

}  // namespace cubby
