#pragma once
// Options that several of LXC's commands have, written once.

#include "cli/command.h"

namespace cubby::cli {

// What lxc-start and its like belong to: the options of commands that name one container.
extern const Command kLxcFamily;
// Of those that name none: no -n and no --rcfile.
extern const Command kLxcPlainFamily;
// lxc-usernsexec, lxc-checkconfig and lxc-update-config have nothing but help.
extern const Command kLxcBareFamily;

inline constexpr Option kLxcRcfileOption{.letter = 'f',
                                         .name = "rcfile",
                                         .value = "FILE",
                                         .text = "use FILE instead of the container's own configuration",
                                         .complete = Complete::file};
inline constexpr Option kLxcDefineOption{.letter = 's',
                                         .name = "define",
                                         .value = "KEY=VALUE",
                                         .text =
                                             "set a configuration key for this start only; may be given several times",
                                         .repeats = true};

inline constexpr Operands kOneContainer{.synopsis = "NAME", .least = 1, .most = 1, .complete = Complete::container};

}  // namespace cubby::cli
