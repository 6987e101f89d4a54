#include "monitor/begin.h"

#include <fcntl.h>

#include "assembly/assemble.h"
#include "assembly/holder.h"
#include "base/parse.h"
#include "kernel/installed.h"
#include "kernel/sealed_program.h"
#include "monitor/client.h"
#include "monitor/instance.h"

namespace cubby {
namespace {

// Namespaces to enter: "container NAME", a pid, or a path; setns takes a pidfd as well as a namespace file.
Result<Fd> open_shared(const SharedNamespace& shared, const std::string& lxcpath) {
    constexpr std::string_view prefix = "container ";
    if (!shared.source.starts_with(prefix)) {
        return open_named(shared.source, O_RDONLY);
    }
    const std::string source = shared.source.substr(prefix.size());
    if (const auto pid = parse_unsigned(source, INT32_MAX, "pid"); pid && *pid > 0) {
        return open_pidfd(static_cast<pid_t>(*pid));
    }
    const auto name = TRY(ContainerName::parse(source));
    auto client = MonitorClient::connect(lxcpath, name, nullptr);
    if (!client) {
        return std::unexpected(prefixed(client.error(), "lxc.namespace.share.%s", info(shared.ns).name));
    }
    return TRY(ask_status(*client)).pidfd;
}

// Everything but what the container has in common with the host's own processes.
NsSet attachable(const ContainerSpec& spec, const StartPlan& plan) {
    NsSet set = plan.new_namespaces;
    for (const SharedNamespace& shared : plan.shared) {
        set.add(shared.ns);
    }
    if (spec.namespaces.boot_offset_ns != 0 || spec.namespaces.monotonic_offset_ns != 0) {
        set.add(Ns::time);
    }
    set.add(Ns::user);  // a kept one is the holder's, which is not the host's
    return set;
}

AttachBlueprint blueprint_of(const ContainerSpec& spec, const HostFacts& facts, const StartPlan& plan) {
    AttachBlueprint blueprint;
    blueprint.namespaces = attachable(spec, plan);
    blueprint.capabilities = spec.security.keep_capabilities;
    blueprint.no_new_privs = spec.security.no_new_privs;
    blueprint.linux32 = spec.process.personality == Personality::linux32;
    blueprint.new_keyring = spec.security.session_keyring;
    blueprint.keep_groups = facts.single_id;
    blueprint.processes = spec.limits.processes;
    blueprint.environment = spec.process.environment;
    // What the first process was put under, an attached one gets, too.
    for (const PlannedStep& planned : plan.steps()) {
        if (const auto* filter = std::get_if<SeccompStep>(&planned.step)) {
            blueprint.filters.push_back(filter->program);
        } else if (const auto* label = std::get_if<LabelStep>(&planned.step)) {
            blueprint.labels.push_back(*label);
        } else if (const auto* landlock = std::get_if<LandlockStep>(&planned.step)) {
            blueprint.landlock = *landlock;
        }
    }
    return blueprint;
}

}  // namespace

Result<MonitorInput> begin_container(const ContainerSpec& spec, const HostFacts& facts, const StartPlan& plan,
                                     const std::string& lxcpath, BeginOptions options) {
    std::vector<Fd> opened;
    std::vector<launch::EnteredNamespace> entered;
    for (const SharedNamespace& shared : plan.shared) {
        opened.push_back(TRY(open_shared(shared, lxcpath)));
        entered.push_back({shared.ns, opened.back().get()});
    }
    ConsoleLog log = TRY(ConsoleLog::open(options.console_to_caller ? ConsoleSpec{} : spec.console));
    ConsoleDevice device = TRY(ConsoleDevice::open(options.console_to_caller ? "" : spec.console.path));
    const Fd init = TRY(seal_program(TRY(installed_program("cubby-init"))));
    Root sockets = TRY(socket_dir(lxcpath));
    RelPath name = TRY(socket_name(spec.name));
    launch::Input input{plan, init.get(), options.stdio, std::move(entered), options.timings, {}, {}, {}};
    SeccompNotify notify(spec.security);
    input.reports.seccomp_listener = [&](Fd listener, pid_t pid) { return notify.add(std::move(listener), pid); };
    if (options.hooks != nullptr) {
        input.host_hooks = [&](Hook hook, const Cloned* child) {
            std::vector<std::string> more;
            if (child != nullptr) {
                more.push_back("LXC_PID=" + std::to_string(child->pid));
            }
            return options.hooks->run(hook, more, hook_lines(options.log));
        };
        input.undo_host_hooks = [&](Hook hook) {
            run_late_hook(*options.hooks, hook, {"LXC_TARGET=stop"}, options.log);
        };
    }
    input.reports.hook_output = [&](const char* line) { hook_lines(options.log)(line); };
    launch::Launched launched = TRY(launch::launch(input));
    if (options.hooks != nullptr) {
        // Only now, since before its exec it is nobody's to look at; one that has ended already leaves none to hand over.
        const auto kept = options.hooks->keep_namespaces(launched.pid, launched.pidfd.get(), plan.new_namespaces);
        if (!kept) {
            hook_lines(options.log)(std::string("lxc.hook.stop gets no namespaces: ") + kept.error().text);
        }
    }
    std::optional<Console> console;
    if (launched.console && !options.console_to_caller) {
        console.emplace(std::move(launched.console), spec.console, std::move(log), std::move(device));
    }
    return MonitorInput{spec.lifecycle,      blueprint_of(spec, facts, plan),
                        std::move(launched), std::move(sockets),
                        std::move(name),     std::move(console),
                        std::move(notify)};
}

HookOutput hook_lines(const RunLog* log) {
    return [log](const std::string& line) {
        if (log != nullptr) {
            log->line(log::Level::debug, "hook", line);
        }
    };
}

void run_late_hook(const HostHooks& hooks, Hook hook, const std::vector<std::string>& more, const RunLog* log,
                   std::source_location where) {
    const auto done = hooks.run(hook, more, hook_lines(log));
    if (!done && log != nullptr) {
        log->line(log::Level::error, "hook", done.error().text, where);
    }
}

Result<HostFacts> enter_holder() {
    const Holder holder = TRY(ensure_holder());
    TRY(enter_holder(holder));
    return host_facts(holder.maps);
}

Status enter_holder(const Holder& holder) {
    const Fd own = TRY(open_named("/proc/self/ns/user", O_RDONLY));
    const bool inside = TRY(same_namespace(own.get(), holder.user_namespace.get()));
    return inside ? Status{} : enter_namespace(holder.user_namespace.get(), Ns::user);
}

}  // namespace cubby
