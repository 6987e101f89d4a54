#pragma once
// What a command of LXC is here: a row of cli/command.h, and how far it goes compared with LXC.  docs/lxc-compat.md
// is made from these rows.

#include <cstdint>
#include <span>

#include "cli/command.h"

namespace cubby::cli {

enum class Standing : uint8_t {
    works,     // as with LXC
    further,   // works for ordinary users, whom LXC refuses
    accepted,  // taken without effect, and said so where that could matter
    cannot,    // ends with an error that says what is missing
};

// An option that does not stand as its command does.
struct OptionStanding {
    const char* option = nullptr;  // its long name
    Standing standing = Standing::works;
    const char* note = nullptr;
};

struct LxcCommand {
    Command command{};
    Standing standing = Standing::works;
    const char* note = "";                      // what differs from LXC, or why it cannot
    const char* test = nullptr;                 // "tests/integration/test_lxc_life.py Life.test_start": shows it
    std::span<const OptionStanding> options{};  // the others stand as the command
};

}  // namespace cubby::cli
