#include <algorithm>

#include "cli/context.h"
#include "cli/json.h"
#include "cli/option_rows.h"
#include "cli/render.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "admin-script", .text = "print a shell script of all cures, for an administrator to read and run"},
    kJsonOption,
};

constexpr Example kExamples[] = {
    {"cubby doctor", "what works here, what does not, and why"},
    {"cubby doctor --admin-script > cures.sh", "what root could do about it"},
};

constexpr JsonKey kJson[] = {
    {"usable", "whether containers can run here at all"},
    {"rows[].id", "a stable name of what was tried"},
    {"rows[].status", "ok, degraded (containers work, with less) or missing"},
    {"rows[].found", "what was found"},
    {"rows[].meaning", "what that means for containers"},
    {"rows[].cure", "the one line of root that cures it, or null"},
};

constexpr ExitRow kExits[] = {{kFailure, "containers cannot run here; the lines marked missing say why"}};

Result<int> run_doctor(const Context& context) {
    const std::vector<DoctorRow> rows = examine(TRY(context.places()).lxcpath);
    const bool usable =
        std::ranges::none_of(rows, [](const DoctorRow& row) { return row.status == DoctorStatus::missing; });
    if (context.line.has("admin-script")) {
        TRY(print(admin_script(rows)));
    } else if (context.line.has("json")) {
        TRY(print(json_of(rows, usable)));
    } else {
        TRY(print(doctor_text(rows, context.out)));
    }
    return usable ? kOk : kFailure;
}

}  // namespace

extern const Command kDoctor;
constinit const Command kDoctor{
    .name = "doctor",
    .group = Group::host,
    .summary = "Tell what works on this host, and the cure for what does not",
    .description =
        "Tries everything that containers need, as you, and says what was found. Nothing is changed. Below "
        "what is degraded or missing stands what it means, and the line of root that cures it.",
    .options = kOptions,
    .examples = kExamples,
    .json = kJson,
    .exits = kExits,
    .run = run_doctor,
};

}  // namespace cubby::cli
