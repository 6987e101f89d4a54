#pragma once
// How LXC calls a hook: its command line and its variables.

#include <string>
#include <string_view>
#include <vector>

#include "spec/container_spec.h"

namespace cubby {

// "pre-start"
[[nodiscard]] const char* hook_name(Hook hook) noexcept;

// Whether the hook runs in the container's namespaces before its first process, by the child of a start.
[[nodiscard]] bool runs_inside(Hook hook) noexcept;

// What a shell is told to run: with version 0 the container's name, "lxc", the hook's name and `arguments` follow the
// command as it is written in the configuration.
[[nodiscard]] std::string hook_command(const ContainerSpec& spec, Hook hook, std::string_view command,
                                       const std::vector<std::string>& arguments = {});

// The variables of every hook, those of lxc.environment and lxc.environment.hooks, and `more`.  Later ones win.
[[nodiscard]] std::vector<std::string> hook_environment(const ContainerSpec& spec, Hook hook,
                                                        const std::vector<std::string>& more = {});

}  // namespace cubby
