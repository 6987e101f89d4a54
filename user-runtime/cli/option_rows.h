#pragma once
// Options that several commands have, written once.

#include "cli/command.h"

namespace cubby::cli {

inline constexpr Option kNameOption{.letter = 'n',
                                    .name = "name",
                                    .value = "NAME",
                                    .text = "the container, as LXC's commands take it; the same as the operand NAME",
                                    .complete = Complete::container,
                                    .stands = Stands::as_operand};
inline constexpr Option kJsonOption{.name = "json", .text = "print JSON instead, with exact numbers"};
inline constexpr Option kTimingsOption{.name = "timings",
                                       .text = "print how long each step of the start took, on standard error"};
inline constexpr Option kEnvironmentOption{
    .letter = 'e',
    .name = "env",
    .value = "NAME=VALUE",
    .text = "add an environment variable; NAME alone takes your own value. May be given several times",
    .repeats = true};
inline constexpr Option kWorkdirOption{
    .letter = 'w', .name = "workdir", .value = "DIR", .text = "directory inside the container to begin in"};
inline constexpr Option kUserOption{.letter = 'u',
                                    .name = "user",
                                    .value = "USER[:GROUP]",
                                    .text = "run as this user: names of the container's passwd and group, or numbers"};
inline constexpr Option kUsernsOption{
    .name = "userns",
    .value = "MODE",
    .text = "auto: ids of your subordinate range; keep-id: your own id appears inside as itself",
    .words = "auto|keep-id"};

}  // namespace cubby::cli
