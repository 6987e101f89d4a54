#include "launch/launch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <ranges>
#include <vector>

#include "kernel/idmap.h"
#include "kernel/mount_fd.h"
#include "kernel/procfs.h"
#include "kernel/root.h"
#include "kernel/unix_socket.h"
#include "launch/baton.h"
#include "launch/child.h"
#include "launch/parent.h"

namespace cubby::launch {
namespace {

Status write_maps(const IdMapStep& step, const ChildGuard& child) {
    const ProcFs proc = TRY(ProcFs::open());
    const ProcFs process = TRY(proc.of_process(child.pid(), child.pidfd()));
    if (step.deny_setgroups) {
        TRY(process.write("setgroups", "deny"));
    }
    TRY(process.write("gid_map", step.gid_map));
    return process.write("uid_map", step.uid_map);
}

Result<Fd> open_id_map(const std::string& id_map, const ChildGuard& child) {
    if (id_map != "container") {
        return open_named(id_map, O_RDONLY);
    }
    const ProcFs proc = TRY(ProcFs::open());
    return TRY(proc.of_process(child.pid(), child.pidfd())).open_namespace(Ns::user);
}

Status hand_mapped_bind(const MappedBindStep& step, const ChildGuard& child, int socket) {
    const auto refused = [&step](const Error& error) {
        if (error.sys_errno != EPERM) {
            return prefixed(error, "%s: idmap=%s: %s", step.key.c_str(), step.id_map.c_str(), step.path.c_str());
        }
        return make_error(Code::denied,
                          "%s: idmap=%s: %s is on a file system of the host's, whose ids root alone may map; what "
                          "lxc.hook.pre-start mounts with lxc.monitor.unshare = 1 is yours to map",
                          step.key.c_str(), step.id_map.c_str(), step.path.c_str());
    };
    const auto source = open_pinned(step.path.c_str(), step.device, step.inode);
    if (!source && step.optional) {
        return {};
    }
    const auto id_map = open_id_map(step.id_map, child);
    if (!id_map || !source) {
        return std::unexpected(prefixed(source ? id_map.error() : source.error(), "%s", step.key.c_str()));
    }
    const auto copy = clone_tree(source->get(), step.recursive);
    if (!copy) {
        return std::unexpected(refused(copy.error()));
    }
    const MountAttributes attributes{step.set_attributes, step.clear_attributes, step.propagation, step.recursive,
                                     id_map->get()};
    if (auto changed = change_mount(copy->get(), attributes); !changed) {
        return std::unexpected(refused(changed.error()));
    }
    Message message;
    message.kind = Kind::mount;
    message.number = step.slot;
    return send(socket, message, copy->get());
}

// `child`: none in Phase::host_prepare.
Status run_parent_step(const Input& input, const PlannedStep& planned, const ChildGuard* child, int socket) {
    if (const auto* hooks = std::get_if<HostHooksStep>(&planned.step); hooks != nullptr && input.host_hooks) {
        return input.host_hooks(hooks->hook, child != nullptr ? &child->cloned() : nullptr);
    }
    if (const auto* map = std::get_if<IdMapStep>(&planned.step); map != nullptr && child != nullptr) {
        return write_maps(*map, *child);
    }
    if (const auto* bind = std::get_if<MappedBindStep>(&planned.step); bind != nullptr && child != nullptr) {
        return hand_mapped_bind(*bind, *child, socket);
    }
    return FAIL(Code::broken, "step '%s' is not one of the starter's", kind_of(planned.step));
}

uint32_t microseconds_since(const timespec& start) noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint32_t>((now.tv_sec - start.tv_sec) * 1'000'000 + (now.tv_nsec - start.tv_nsec) / 1000);
}

// The starter's own steps, in their order.  Unless the start succeeds, those that were done are undone in reverse.
class StarterSteps {
  public:
    StarterSteps(const Input& input, Launched& launched) noexcept : input_(&input), launched_(launched) {}
    ~StarterSteps();
    StarterSteps(const StarterSteps&) = delete;
    StarterSteps& operator=(const StarterSteps&) = delete;
    StarterSteps(StarterSteps&&) = delete;
    StarterSteps& operator=(StarterSteps&&) = delete;

    // `socket`: to the child, where there is one.
    Status run(size_t from, size_t end, const ChildGuard* child, int socket);
    void succeeded() noexcept { undo_.clear(); }
    void go_on_with(const Input& rest) noexcept { input_ = &rest; }

  private:
    const Input* input_;
    Launched& launched_;
    std::vector<Hook> undo_;  // of what was done; a map of ids ends with the child
};

StarterSteps::~StarterSteps() {
    for (const Hook hook : undo_ | std::views::reverse) {
        if (input_->undo_host_hooks) {
            input_->undo_host_hooks(hook);
        }
    }
}

Status StarterSteps::run(size_t from, size_t end, const ChildGuard* child, int socket) {
    for (size_t at = from; at < end; ++at) {
        timespec start{};
        clock_gettime(CLOCK_MONOTONIC, &start);
        const PlannedStep& planned = input_->plan.steps()[at];
        if (auto done = run_parent_step(*input_, planned, child, socket); !done) {
            done.error().step = static_cast<uint16_t>(at + 1);
            return done;
        }
        if (const auto* hooks = std::get_if<HostHooksStep>(&planned.step)) {
            undo_.push_back(hooks->undo);
        }
        if (at < launched_.microseconds.size()) {
            launched_.microseconds[at] = microseconds_since(start);
        }
    }
    return {};
}

// Runs the parent's segments and waits through the child's; the last one ends with the child's exec.
Status run_segments(const Input& input, int socket, StarterSteps& own, const ChildGuard& child, Launched& launched) {
    const auto& steps = input.plan.steps();
    for (size_t at = end_of_preparation(input.plan); at < steps.size();) {
        const size_t end = next_side_change(input.plan, at);
        if (side_of(steps[at].phase) == Side::parent) {
            TRY(own.run(at, end, &child, socket));
            Message message;
            message.phase = static_cast<uint8_t>(steps[end - 1].phase);
            TRY(send(socket, message));
        } else if (TRY(listen(socket, launched, input.reports)) != (end < steps.size())) {
            return FAIL(Code::child_failed, "the first process ended during its start");
        }
        at = end;
    }
    return {};
}

struct ChildContext {
    ChildState* state;
};

void enter_child(void* context) { child_main(*static_cast<ChildContext*>(context)->state); }

Result<Cloned> make_child(const Input& input, ChildState& state, int starter_end) {
    const uint64_t flags = input.plan.new_namespaces.clone_flags();
    ChildContext context{&state};
    if (!input.entered.empty()) {
        const Intermediate way{&input, -1, {}};
        return clone_through(way, flags, starter_end, state.socket, enter_child, &context);
    }
    Cloned made = TRY(clone_process(flags));
    if (made.pid == 0) {
        close(starter_end);  // while the child holds it too, the starter's death does not close it
        child_main(state);
    }
    return made;
}

}  // namespace

Result<Launched> launch(const Input& input) {
    if (!single_threaded()) {
        return FAIL(Code::broken, "a start needs a single-threaded process");
    }
    Launched launched;
    if (input.timings) {
        launched.microseconds.resize(input.plan.steps().size());
    }
    StarterSteps own(input, launched);  // undone after the child's end
    TRY(own.run(0, end_of_preparation(input.plan), nullptr, -1));
    const Input& rest = input.rest ? *TRY(input.rest()) : input;
    if (rest.plan.provisional) {
        return FAIL(Code::broken, "nobody has looked at the plan's host paths since its hooks ran");
    }
    own.go_on_with(rest);
    if (input.timings) {
        launched.microseconds.resize(rest.plan.steps().size());
    }
    auto ends = TRY(socket_pair());
    ChildState state = prepare_child(rest, ends[1].get());
    ChildGuard child(TRY(make_child(rest, state, ends[0].get())));
    ends[1].reset();
    launched.pid = child.pid();
    TRY(run_segments(rest, ends[0].get(), own, child, launched));
    own.succeeded();
    launched.pidfd = child.hand_over();
    return launched;
}

}  // namespace cubby::launch
