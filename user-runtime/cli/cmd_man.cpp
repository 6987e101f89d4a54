#include <sys/stat.h>

#include "base/parse.h"
#include "cli/grammar.h"
#include "cli/lxc/compat_page.h"
#include "cli/lxc/registry.h"
#include "cli/man.h"
#include "cli/nearest.h"
#include "cli/registry.h"
#include "cli/requests.h"
#include "kernel/root.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "all",
     .value = "DIR",
     .text = "write every page into this directory, which is made where it is missing",
     .complete = Complete::directory,
     .stands = Stands::instead_of_operand},
};

constexpr Example kExamples[] = {
    {"cubby man run | man -l -", "read the page of cubby run"},
};

Status write_all_pages(const std::string& directory) {
    umask(022);  // pages are for every user of the host, whoever installs them
    const Root root = TRY(Root::make(directory, Trust::host, 0755));
    for (const ManualPage& page : manual_pages()) {
        TRY(root.replace(TRY(RelPath::component(page.file)), page.roff, 0644));
    }
    return {};
}

Result<int> run_man(const Context& context) {
    if (const std::string* directory = context.line.value("all")) {
        TRY(write_all_pages(TRY(absolute_path(*directory, "--all"))));
        return kOk;
    }
    if (context.line.operands().empty()) {
        TRY(print(program_page().roff));
        return kOk;
    }
    const std::string& word = context.line.operands().front();
    if (word == "config-keys") {
        TRY(print(keys_page().roff));
        return kOk;
    }
    if (word == "lxc-compat") {
        TRY(print(lxc_compat_page()));
        return kOk;
    }
    const LxcCommand* lxc = find_lxc_command(word);
    const Command* command = lxc != nullptr ? &lxc->command : find_command(word);
    if (command == nullptr) {
        return FAIL(Code::usage, "no command '%.60s'%s", printable(word).c_str(),
                    advice(nearest_command(word), "cubby help lists them").c_str());
    }
    TRY(print(command_page(*command).roff));
    return kOk;
}

}  // namespace

extern const Command kMan;
constinit const Command kMan{
    .name = "man",
    .group = Group::self,
    .summary = "Print a manual page",
    .description =
        "Prints the manual page of cubby, of one of its commands, or of the configuration keys "
        "(config-keys), as roff; lxc-compat prints how far LXC's commands go here. Installed pages are made by it: man cubby-run shows one.",
    .operands = {.synopsis = "[COMMAND|config-keys|lxc-compat]", .most = 1, .complete = Complete::command},
    .options = kOptions,
    .examples = kExamples,
    .run = run_man,
};

}  // namespace cubby::cli
