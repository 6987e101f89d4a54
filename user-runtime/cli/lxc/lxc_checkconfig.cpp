#include <sys/utsname.h>

#include "assembly/doctor.h"
#include "cli/context.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"
#include "cli/table.h"
#include "cli/version.h"

namespace cubby::cli {
namespace {

constexpr Example kExamples[] = {
    {"cubby lxc-checkconfig", "what this kernel and host give; cubby doctor tells more"},
};

// LXC's words, in its colours on a terminal.
Cell word_of(DoctorStatus status) {
    switch (status) {
        case DoctorStatus::ok: return {"enabled", Colour::green};
        case DoctorStatus::degraded: return {"missing", Colour::yellow};
        case DoctorStatus::missing: return {"required", Colour::red};
    }
    return {"missing", Colour::yellow};
}

Result<int> run_checkconfig(const Context& context) {
    utsname names{};
    uname(&names);
    std::string out = std::string("LXC version ") + kLxcVersionLine + "Kernel " + names.release +
                      ": what is asked is the kernel itself, not its configuration file\n\n--- Features ---\n";
    bool usable = true;
    for (const DoctorRow& row : examine(TRY(context.places()).lxcpath)) {
        const Cell word = word_of(row.status);
        out += row.id + ": " + coloured(word.text, word.colour, context.out.colour) + "\n";
        if (row.status != DoctorStatus::ok) {
            out += "Warning: " + shown(row.found) + "\n";
        }
        usable = usable && row.status != DoctorStatus::missing;
    }
    TRY(print(out));
    return usable ? kOk : kFailure;
}

}  // namespace

extern const LxcCommand kLxcCheckconfig;
constinit const LxcCommand kLxcCheckconfig{
    .command = {.name = "lxc-checkconfig",
                .whole = &kLxcBareFamily,
                .group = Group::host,
                .summary = "Tell what this kernel gives to containers",
                .description = "Tries what containers need, as you, and prints it in lxc-checkconfig's layout.",
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_checkconfig},
    .note = "asks the kernel by trying, so it needs no /proc/config.gz; its rows are those of cubby doctor",
    .test = "tests/integration/test_lxc_more.py Config.test_checkconfig",
};

}  // namespace cubby::cli
