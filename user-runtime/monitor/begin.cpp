#include "monitor/begin.h"

#include <fcntl.h>

#include "assembly/assemble.h"
#include "assembly/holder.h"
#include "base/parse.h"
#include "kernel/installed.h"
#include "kernel/mount_fd.h"
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

// One start: what it opens on the host, and what it hands to launch.
class Beginning {
  public:
    Beginning(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan, const std::string& lxcpath,
              const BeginOptions& options)
        : spec_(&spec), facts_(facts), plan_(plan), lxcpath_(lxcpath), options_(options) {}

    Result<MonitorInput> run() {
        Root sockets = TRY(socket_dir(lxcpath_));
        RelPath name = TRY(socket_name(spec_->name));
        if (!plan_.provisional) {
            TRY(open_host());
        }
        launch::Input first = input();
        if (plan_.provisional) {
            first.rest = [this] { return after_hooks(); };
        }
        launch::Launched launched = TRY(launch::launch(first));
        if (!log_ || !device_ || !notify_) {
            return FAIL(Code::broken, "a start has ended without opening what it needs of the host");
        }
        hand_namespaces_to_hooks(launched);
        std::optional<Console> console;
        if (launched.console && !options_.console_to_caller) {
            console.emplace(std::move(launched.console), spec_->console, std::move(*log_), std::move(*device_));
        }
        return MonitorInput{spec_->lifecycle,    blueprint_of(*spec_, facts_, plan_),
                            std::move(launched), std::move(sockets),
                            std::move(name),     std::move(console),
                            std::move(*notify_)};
    }

  private:
    Status open_host() {
        for (const SharedNamespace& shared : plan_.shared) {
            opened_.push_back(TRY(open_shared(shared, lxcpath_)));
        }
        const bool ours = !options_.console_to_caller;
        log_.emplace(TRY(ConsoleLog::open(ours ? spec_->console : ConsoleSpec{})));
        device_.emplace(TRY(ConsoleDevice::open(ours ? spec_->console.path : "")));
        init_ = TRY(seal_program(TRY(installed_program("cubby-init"))));
        notify_.emplace(spec_->security);
        return {};
    }

    // lxc.hook.pre-start has run and may have made whatever the configuration names.
    Result<const launch::Input*> after_hooks() {
        if (!options_.read_again) {
            return FAIL(Code::broken, "a start with hooks needs the configuration that they are of");
        }
        made_.emplace(TRY(options_.read_again()));
        spec_ = &*made_;
        plan_ = TRY(assemble(*spec_, facts_, Stage::prepared));
        TRY(open_host());
        rest_.emplace(input());
        return &*rest_;
    }

    [[nodiscard]] launch::Input input() {
        launch::Input out{plan_, init_.get(), options_.stdio, {}, options_.timings, {}, {}, {}, {}};
        for (size_t at = 0; at < opened_.size(); ++at) {
            out.entered.push_back({plan_.shared[at].ns, opened_[at].get()});
        }
        out.reports.seccomp_listener = [this](Fd listener, pid_t pid) {
            return notify_->add(std::move(listener), pid);
        };
        out.reports.hook_output = [this](const char* line) { hook_lines(options_.log)(line); };
        if (options_.hooks != nullptr) {
            out.host_hooks = [this](Hook hook, const Cloned* child) {
                std::vector<std::string> more;
                if (child != nullptr) {
                    more.push_back("LXC_PID=" + std::to_string(child->pid));
                }
                return options_.hooks->run(hook, more, hook_lines(options_.log));
            };
            out.undo_host_hooks = [this](Hook hook) {
                run_late_hook(*options_.hooks, hook, {"LXC_TARGET=stop"}, options_.log);
            };
        }
        return out;
    }

    // Only once it runs, since before its exec it is nobody's to look at; one that has ended already leaves none to hand over.
    void hand_namespaces_to_hooks(const launch::Launched& launched) const {
        if (options_.hooks == nullptr) {
            return;
        }
        const auto kept = options_.hooks->keep_namespaces(launched.pid, launched.pidfd.get(), plan_.new_namespaces);
        if (!kept) {
            hook_lines(options_.log)(std::string("lxc.hook.stop gets no namespaces: ") + kept.error().text);
        }
    }

    const ContainerSpec* spec_;
    const HostFacts& facts_;
    StartPlan& plan_;
    const std::string& lxcpath_;
    const BeginOptions& options_;
    std::optional<ContainerSpec> made_;  // what spec_ is once hooks have run
    std::optional<launch::Input> rest_;
    std::vector<Fd> opened_;  // the plan's shared namespaces
    std::optional<ConsoleLog> log_;
    std::optional<ConsoleDevice> device_;
    Fd init_;
    std::optional<SeccompNotify> notify_;
};

}  // namespace

Result<MonitorInput> begin_container(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan,
                                     const std::string& lxcpath, const BeginOptions& options) {
    return Beginning(spec, facts, plan, lxcpath, options).run();
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

Result<Standing> take_standing(const ContainerSpec& spec) {
    if (!spec.lifecycle.monitor_mounts) {
        HostHooks hooks = TRY(HostHooks::begin(spec));
        HostFacts facts = TRY(enter_holder());
        return Standing{std::move(hooks), std::move(facts)};
    }
    HostFacts facts = TRY(enter_holder());
    if (auto left = leave_mount_namespace(); !left) {
        return std::unexpected(prefixed(left.error(), "lxc.monitor.unshare"));
    }
    HostHooks hooks = TRY(HostHooks::begin(spec));
    return Standing{std::move(hooks), std::move(facts)};
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
