#pragma once
// StartPlan: what a start will do, as data.  Providers contribute steps; nothing else orders them than their phase and,
// within one phase, the order of contribution.

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/phase.h"
#include "plan/step.h"

namespace cubby {

// A namespace that is entered before the clone instead of being made.
struct SharedNamespace {
    Ns ns;
    std::string source;  // path of a namespace file, or "container NAME"
};

struct PlannedStep {
    Phase phase;
    Step step;
};

// Slots that one provider fills and others build on.
struct GroundSlots {
    Slot root = kNoSlot;         // the root file system, detached
    Slot proc = kNoSlot;         // the container's /proc, detached
    Slot devpts = kNoSlot;       // the container's /dev/pts, detached
    Slot null_device = kNoSlot;  // a bind of /dev/null, for masks
    Slot empty = kNoSlot;        // a read-only directory with nothing in it, for masks
};

class StartPlan {
  public:
    explicit StartPlan(std::string container) : name(std::move(container)) {}

    std::string name;
    GroundSlots ground;
    std::string ttys;  // names of the terminals beside the console, as systemd wants them: "pts/1 pts/2"
    NsSet new_namespaces;
    std::vector<SharedNamespace> shared;
    // lxc.hook.pre-start has still to run, and may make what the plan is about: its host paths were not looked at, and
    // only Phase::host_prepare of it can be run.
    bool provisional = false;

    void add(Phase phase, Step step) { steps_.push_back({phase, std::move(step)}); }
    [[nodiscard]] Slot new_slot() noexcept { return slots_++; }
    [[nodiscard]] Slot slot_count() const noexcept { return slots_; }
    // Sorts the contributions by phase, keeping their order within one; called once, by assembly.
    void seal();
    // In run order, after seal().
    [[nodiscard]] const std::vector<PlannedStep>& steps() const noexcept { return steps_; }

  private:
    std::vector<PlannedStep> steps_;
    Slot slots_ = 0;
};

// What providers know of the host and of this user; probed once for a start (assembly/host_facts.h).
struct HostFacts {
    uint32_t uid = 0;
    uint32_t gid = 0;
    IdMaps holder;            // holder → host ids; the first range is 0 → the user
    bool single_id = false;   // no subordinate ids: only the user himself is mapped
    std::string resolv_conf;  // host path of the resolver configuration, links resolved, or empty
};

// The printed form of `cubby plan`: a line a step, in columns.
[[nodiscard]] std::string print_plan(const StartPlan& plan);

}  // namespace cubby
