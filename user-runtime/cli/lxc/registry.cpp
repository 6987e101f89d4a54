#include "cli/lxc/registry.h"

#include <algorithm>
#include <vector>

#include "cli/nearest.h"

// A command is written in its own file, lxc_NAME.cpp, and stands here once.
#define CUBBY_LXC_COMMANDS(EACH) \
    EACH(kLxcAttach)             \
    EACH(kLxcAutostart)          \
    EACH(kLxcCgroup)             \
    EACH(kLxcCheckconfig)        \
    EACH(kLxcCheckpoint)         \
    EACH(kLxcClone)              \
    EACH(kLxcConfig)             \
    EACH(kLxcConsole)            \
    EACH(kLxcCopy)               \
    EACH(kLxcCreate)             \
    EACH(kLxcDestroy)            \
    EACH(kLxcDevice)             \
    EACH(kLxcExecute)            \
    EACH(kLxcFreeze)             \
    EACH(kLxcInfo)               \
    EACH(kLxcKill)               \
    EACH(kLxcLs)                 \
    EACH(kLxcMonitor)            \
    EACH(kLxcNetstat)            \
    EACH(kLxcPs)                 \
    EACH(kLxcRestart)            \
    EACH(kLxcSetcap)             \
    EACH(kLxcSetuid)             \
    EACH(kLxcShutdown)           \
    EACH(kLxcSnapshot)           \
    EACH(kLxcStart)              \
    EACH(kLxcStartEphemeral)     \
    EACH(kLxcStop)               \
    EACH(kLxcTop)                \
    EACH(kLxcUnfreeze)           \
    EACH(kLxcUnshare)            \
    EACH(kLxcUpdateConfig)       \
    EACH(kLxcUsernsexec)         \
    EACH(kLxcVersion)            \
    EACH(kLxcWait)

namespace cubby::cli {

#define CUBBY_DECLARE(row) extern const LxcCommand row;
CUBBY_LXC_COMMANDS(CUBBY_DECLARE)
#undef CUBBY_DECLARE

namespace {

#define CUBBY_ADDRESS(row) &(row),
constexpr const LxcCommand* kCommands[] = {CUBBY_LXC_COMMANDS(CUBBY_ADDRESS)};
#undef CUBBY_ADDRESS

}  // namespace

std::span<const LxcCommand* const> lxc_commands() noexcept { return kCommands; }

const LxcCommand* find_lxc_command(std::string_view name) noexcept {
    for (const LxcCommand* row : kCommands) {
        if (name == row->command.name || std::ranges::find(row->command.aliases, name) != row->command.aliases.end()) {
            return row;
        }
    }
    return nullptr;
}

std::string nearest_lxc_command(std::string_view name) {
    std::vector<std::string_view> names;
    for (const LxcCommand* row : kCommands) {
        names.emplace_back(row->command.name);
    }
    return nearest(name, names);
}

}  // namespace cubby::cli
