#include "spec/hook_call.h"

#include <array>

namespace cubby {
namespace {

constexpr std::array<const char*, kHookCount> kNames{"pre-start", "pre-mount", "mount",     "autodev", "start-host",
                                                     "start",     "stop",      "post-stop", "clone",   "destroy"};
constexpr std::array<const char*, 9> kLevels{"TRACE", "DEBUG", "INFO",  "NOTICE", "WARN",
                                             "ERROR", "CRIT",  "ALERT", "FATAL"};
constexpr size_t kDefaultLevel = 5;  // LXC's own where none is configured

// Puts "NAME=…" in the place of an earlier one.
void put(std::vector<std::string>& environment, const std::string& entry) {
    const std::string front = entry.substr(0, entry.find('=') + 1);
    std::erase_if(environment, [&](const std::string& each) { return each.starts_with(front); });
    environment.push_back(entry);
}

}  // namespace

const char* hook_name(Hook hook) noexcept { return kNames[static_cast<size_t>(hook)]; }

bool runs_inside(Hook hook) noexcept {
    return hook == Hook::pre_mount || hook == Hook::mount || hook == Hook::autodev || hook == Hook::start;
}

std::string hook_command(const ContainerSpec& spec, Hook hook, std::string_view command,
                         const std::vector<std::string>& arguments) {
    std::string line(command);
    if (spec.hooks.version == 0) {
        line.append(" ").append(spec.name.str()).append(" lxc ").append(hook_name(hook));
        for (const std::string& each : arguments) {
            line.append(" ").append(each);
        }
    }
    return line;
}

std::vector<std::string> hook_environment(const ContainerSpec& spec, Hook hook, const std::vector<std::string>& more) {
    std::vector<std::string> environment{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
    for (const std::string& each : spec.hooks.environment) {
        put(environment, each);
    }
    const size_t level = spec.log.level < 0 ? kDefaultLevel : static_cast<size_t>(spec.log.level);
    put(environment, "LXC_NAME=" + spec.name.str());
    put(environment, "LXC_CONFIG_FILE=" + spec.hooks.config_file);
    put(environment, "LXC_ROOTFS_PATH=" + spec.hooks.rootfs_path);
    put(environment, "LXC_ROOTFS_MOUNT=" + spec.hooks.rootfs_mount);
    put(environment, "LXC_CGNS_AWARE=1");
    put(environment, std::string("LXC_LOG_LEVEL=") + kLevels[level]);
    put(environment, "LXC_HOOK_VERSION=" + std::to_string(spec.hooks.version));
    if (!spec.console.path.empty()) {
        put(environment, "LXC_CONSOLE=" + spec.console.path);
    }
    if (!spec.console.log_file.empty()) {
        put(environment, "LXC_CONSOLE_LOGPATH=" + spec.console.log_file);
    }
    if (spec.hooks.version == 1) {
        put(environment, std::string("LXC_HOOK_TYPE=") + hook_name(hook));
        put(environment, "LXC_HOOK_SECTION=lxc");
    }
    for (const std::string& each : more) {
        put(environment, each);
    }
    return environment;
}

}  // namespace cubby
