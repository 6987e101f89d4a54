// lxc-snapshot and lxc-checkpoint, with the options that they have.

#include "cli/lxc/missing.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr const char* kTest = "tests/integration/test_lxc_more.py Missing.test_says_what_is_missing";

constexpr Option kSnapshotOptions[] = {
    {.letter = 'L', .name = "list", .text = "list its snapshots"},
    {.letter = 'r', .name = "restore", .value = "SNAPSHOT", .text = "put it back as it was then"},
    {.letter = 'N', .name = "newname", .value = "NAME", .text = "restore it as another container"},
    {.letter = 'd', .name = "destroy", .value = "SNAPSHOT", .text = "remove one, or with the whole word ALL every one"},
    {.letter = 'c', .name = "comment", .value = "FILE", .text = "keep this text with it", .complete = Complete::file},
    {.letter = 'C', .name = "showcomments", .text = "list them with their texts"},
};

constexpr Option kCheckpointOptions[] = {
    {.letter = 'D',
     .name = "checkpoint-dir",
     .value = "DIR",
     .text = "where it is saved",
     .complete = Complete::directory},
    {.letter = 'A', .name = "action-script", .value = "FILE", .text = "a script of CRIU's", .complete = Complete::file},
    {.letter = 's', .name = "stop", .text = "stop it afterwards"},
    {.letter = 'v', .name = "verbose", .text = "CRIU's own log"},
    {.letter = 'r', .name = "restore", .text = "restore it"},
    {.letter = 'd', .name = "daemon", .text = "restored in the background"},
    {.letter = 'F', .name = "foreground", .text = "restored in the foreground"},
    {.letter = 'p', .name = "pre-dump", .text = "save the memory only"},
    {.name = "predump-dir", .value = "DIR", .text = "the memory saved before", .complete = Complete::directory},
};

constexpr Example kSnapshotExamples[] = {{"cubby lxc-snapshot --help", "what it would take"}};
constexpr Example kCheckpointExamples[] = {{"cubby lxc-checkpoint --help", "what it would take"}};
constexpr Example kOwnSnapshotExamples[] = {{"cubby snapshot --help", "what it would take"}};

constexpr const char* kSnapshotSummary = "Keep a container as it is now";
constexpr const char* kCheckpointSummary = "Save a running container, and restore it";
constexpr const char* kNoSnapshots = "Not possible yet. lxc-copy makes a full copy.";

// LXC's words for a container that has none, which is true of all of them.
Result<int> run_snapshot(const Context& context) {
    if (context.line.has("list")) {
        static_cast<void>(TRY(inspect(TRY(context.places()), TRY(context.name()))));
        TRY(print("No snapshots\n"));
        return kOk;
    }
    return end_missing<Missing::snapshots>(context);
}

}  // namespace

extern const LxcCommand kLxcSnapshot;
constinit const LxcCommand kLxcSnapshot{.command = {.name = "lxc-snapshot",
                                                    .whole = &kLxcFamily,
                                                    .group = Group::making,
                                                    .summary = kSnapshotSummary,
                                                    .description = kNoSnapshots,
                                                    .operands = kOneContainer,
                                                    .options = kSnapshotOptions,
                                                    .examples = kSnapshotExamples,
                                                    .gives = Gives::lxc_status,
                                                    .run = run_snapshot},
                                        .standing = Standing::cannot,
                                        .note = "no snapshots yet; -L says so as LXC does",
                                        .test = kTest};

extern const LxcCommand kLxcCheckpoint;
constinit const LxcCommand kLxcCheckpoint{
    .command = {.name = "lxc-checkpoint",
                .whole = &kLxcFamily,
                .group = Group::running,
                .summary = kCheckpointSummary,
                .description = "Not possible: CRIU saves and restores a container for root only.",
                .operands = kOneContainer,
                .options = kCheckpointOptions,
                .examples = kCheckpointExamples,
                .gives = Gives::lxc_status,
                .run = end_missing<Missing::checkpoints>},
    .standing = Standing::cannot,
    .note = "for root only with LXC as well",
    .test = kTest};

extern const Command kSnapshot;
constinit const Command kSnapshot{.name = "snapshot",
                                  .group = Group::making,
                                  .summary = kSnapshotSummary,
                                  .description = kNoSnapshots,
                                  .operands = kOneContainer,
                                  .options = kSnapshotOptions,
                                  .examples = kOwnSnapshotExamples,
                                  .gives = Gives::lxc_status,
                                  .run = run_snapshot};

}  // namespace cubby::cli
