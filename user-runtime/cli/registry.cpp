#include "cli/registry.h"

#include <algorithm>
#include <vector>

#include "cli/nearest.h"

// A command is written in its own file, cmd_NAME.cpp, and stands here once.
#define CUBBY_COMMANDS(EACH) \
    EACH(kCreate)            \
    EACH(kCopy)              \
    EACH(kSnapshot)          \
    EACH(kDestroy)           \
    EACH(kRename)            \
    EACH(kStart)             \
    EACH(kRun)               \
    EACH(kAttach)            \
    EACH(kConsole)           \
    EACH(kStop)              \
    EACH(kFreeze)            \
    EACH(kUnfreeze)          \
    EACH(kAutostart)         \
    EACH(kList)              \
    EACH(kInfo)              \
    EACH(kWait)              \
    EACH(kLogs)              \
    EACH(kMonitor)           \
    EACH(kTop)               \
    EACH(kPlan)              \
    EACH(kConfig)            \
    EACH(kUpdateConfig)      \
    EACH(kCgroup)            \
    EACH(kDevice)            \
    EACH(kMount)             \
    EACH(kUmount)            \
    EACH(kImages)            \
    EACH(kDoctor)            \
    EACH(kUnshare)           \
    EACH(kHelp)              \
    EACH(kMan)               \
    EACH(kCompletion)        \
    EACH(kVersion)

namespace cubby::cli {

#define CUBBY_DECLARE(row) extern const Command row;
CUBBY_COMMANDS(CUBBY_DECLARE)
#undef CUBBY_DECLARE

namespace {

#define CUBBY_ADDRESS(row) &(row),
constexpr const Command* kCommands[] = {CUBBY_COMMANDS(CUBBY_ADDRESS)};
#undef CUBBY_ADDRESS

constexpr Option kProgramOptions[] = {
    {.letter = 'P',
     .name = "lxcpath",
     .value = "PATH",
     .text = "where the containers are, instead of lxc.lxcpath of lxc.conf or ~/.local/share/lxc",
     .complete = Complete::directory},
    {.letter = 'q', .name = "quiet", .text = "no progress and no notes; errors are still printed"},
    {.letter = 'h', .name = "help", .text = "show this help"},
    {.name = "version", .text = "show the version"},
};

constexpr Command kProgram{
    .name = "cubby",
    .summary = "containers for ordinary users",
    .operands = {.synopsis = "COMMAND [ARGUMENTS...]", .tail = Tail::command, .complete = Complete::command},
    .options = kProgramOptions,
};

}  // namespace

std::span<const Command* const> commands() noexcept { return kCommands; }

const Command* find_command(std::string_view word) noexcept {
    for (const Command* command : kCommands) {
        if (word == command->name || std::ranges::find(command->aliases, word) != command->aliases.end()) {
            return command;
        }
    }
    return nullptr;
}

std::string nearest_command(std::string_view word) {
    std::vector<std::string_view> names;
    for (const Command* command : kCommands) {
        names.emplace_back(command->name);
        names.insert(names.end(), command->aliases.begin(), command->aliases.end());
    }
    return nearest(word, names);
}

const Command& program() noexcept { return kProgram; }

const Command& whole_of(const Command& command) noexcept {
    return command.whole != nullptr ? *command.whole : kProgram;
}

const char* group_title(Group group) noexcept {
    switch (group) {
        case Group::making: return "Make and remove";
        case Group::running: return "Run";
        case Group::looking: return "Look";
        case Group::settings: return "Configure";
        case Group::host: return "This host";
        case Group::self: return "cubby itself";
    }
    return "";
}

}  // namespace cubby::cli
