#include "config/lxc/codec.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

namespace cubby::lxc {
namespace {

constexpr auto kHooks = &ContainerSpec::hooks;

template <Hook Which>
constexpr Key hook(const char* name, const char* sample, const char* doc) {
    return {.name = name,
            .member = nullptr,
            .sample = sample,
            .doc = doc,
            .set = [](Draft& draft, const Item& item) -> Status {
                auto& commands = draft.spec.hooks.of(Which);
                if (commands.size() >= kMaxMembers) {
                    return refuse(item, "more than %zu commands", kMaxMembers);
                }
                return TextList::read(commands, item);
            },
            .clear = [](Draft& draft, std::string_view) { draft.spec.hooks.of(Which).clear(); },
            .get = [](const Draft& draft, std::string_view) { return TextList::print(draft.spec.hooks.of(Which)); },
            .members = nullptr};
}

constexpr Key kRows[] = {
    hook<Hook::autodev>("lxc.hook.autodev", "/usr/local/bin/devices",
                        "a command in the container's namespaces, when its /dev is made and nothing has begun"),
    hook<Hook::clone>("lxc.hook.clone", "/usr/local/bin/cloned", "a command when the container was copied"),
    hook<Hook::destroy>("lxc.hook.destroy", "/usr/local/bin/destroyed", "a command before the container is removed"),
    hook<Hook::mount>("lxc.hook.mount", "/usr/local/bin/mounts",
                      "a command in the container's namespaces, when its mounts are made"),
    hook<Hook::post_stop>("lxc.hook.post-stop", "/usr/local/bin/cleanup", "a command on the host, after it stopped"),
    hook<Hook::pre_mount>("lxc.hook.pre-mount", "/usr/local/bin/unlock",
                          "a command in the container's namespaces, before its mounts are made"),
    hook<Hook::pre_start>("lxc.hook.pre-start", "/usr/local/bin/prepare",
                          "a command on the host, before anything of the container is made"),
    hook<Hook::start>("lxc.hook.start", "/etc/prepare",
                      "a command of the container's own, right before its first process"),
    hook<Hook::start_host>("lxc.hook.start-host", "/usr/local/bin/connect",
                           "a command on the host, when all is made and the first process waits"),
    hook<Hook::stop>("lxc.hook.stop", "/usr/local/bin/save",
                     "a command on the host, when it stopped and its namespaces are still there"),
    row<Number<1>, &Draft::spec, kHooks, &HooksSpec::version>(
        "lxc.hook.version", "1", "how hooks are told: 0 by arguments, 1 by variables only"),
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> hook_keys() { return kRows; }

}  // namespace cubby::lxc
