#include "cli/context.h"
#include "cli/version.h"

namespace cubby::cli {
namespace {

constexpr Example kExamples[] = {{"cubby version", "the version"}};

Result<int> run_version(const Context&) {
    TRY(print(kVersionLine));
    return kOk;
}

}  // namespace

extern const Command kVersion;
constinit const Command kVersion{
    .name = "version",
    .group = Group::self,
    .summary = "Print the version",
    .description = "Prints the version of cubby.",
    .examples = kExamples,
    .run = run_version,
};

}  // namespace cubby::cli
