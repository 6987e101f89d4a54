#include "cli/context.h"
#include "cli/json.h"
#include "cli/option_rows.h"
#include "cli/render.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    kJsonOption,
    kNameOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo", "a container"},
    {"cubby plan demo", "what its start would do"},
    {"cubby destroy demo", "remove it"},
};

constexpr JsonKey kJson[] = {
    {"namespaces", "the new namespaces, with blanks between them"},
    {"steps[].number", "the step's number, as errors name it"},
    {"steps[].phase", "when it runs, and on which side"},
    {"steps[].kind", "what kind of step it is"},
    {"steps[].text", "what exactly it does"},
};

Result<int> run_plan(const Context& context) {
    const ContainerName name = TRY(context.name());
    const PlanView view = TRY(plan(TRY(context.places()), name));
    TRY(print(context.line.has("json") ? json_of(view) : plan_text(view, context.out)));
    return kOk;
}

}  // namespace

extern const Command kPlan;
constinit const Command kPlan{
    .name = "plan",
    .group = Group::looking,
    .summary = "Show the steps of a start without starting",
    .description =
        "Prints the steps that cubby start would run, in their order. An error of a start names the step's "
        "number.",
    .operands = {.synopsis = "NAME", .least = 1, .most = 1, .complete = Complete::container},
    .options = kOptions,
    .examples = kExamples,
    .json = kJson,
    .run = run_plan,
};

}  // namespace cubby::cli
