#include "cli/lxc/front.h"

#include <unistd.h>

#include "cli/context.h"
#include "cli/help.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/version.h"
#include "images/lxc_template.h"
#include "kernel/process.h"

namespace cubby::cli {
namespace {

constexpr Option kNameOption{.letter = 'n',
                             .name = "name",
                             .value = "NAME",
                             .text = "the container; the same as the operand NAME",
                             .complete = Complete::container,
                             .stands = Stands::as_operand};
constexpr Option kQuietOption{.letter = 'q', .name = "quiet", .text = "no errors on standard error"};
constexpr Option kLogFileOption{.letter = 'o',
                                .name = "logfile",
                                .value = "FILE",
                                .text = "append what happens to FILE, in LXC's log format; none: to no file",
                                .complete = Complete::file};
constexpr Option kLogLevelOption{.letter = 'l',
                                 .name = "logpriority",
                                 .value = "LEVEL",
                                 .text =
                                     "what is worth a line in FILE: TRACE, DEBUG, INFO, NOTICE, WARN, ERROR (the "
                                     "default), CRIT, ALERT or FATAL"};
constexpr Option kPathOption{.letter = 'P',
                             .name = "lxcpath",
                             .value = "PATH",
                             .text = "where the containers are",
                             .complete = Complete::directory,
                             .repeats = true};
constexpr Option kRcfileOption{.name = "rcfile",
                               .value = "FILE",
                               .text = "use FILE instead of the container's own configuration",
                               .complete = Complete::file};
constexpr Option kHelpOption{.letter = 'h', .name = "help", .text = "show this help"};
constexpr Option kQuestionOption{.letter = '?', .name = "?", .text = "the same"};
constexpr Option kUsageOption{.name = "usage", .text = "show one line of help"};
constexpr Option kVersionOption{.name = "version", .text = "show the version of LXC whose behaviour this is"};

constexpr Option kFamilyOptions[] = {kNameOption,   kQuietOption, kLogFileOption,  kLogLevelOption, kPathOption,
                                     kRcfileOption, kHelpOption,  kQuestionOption, kUsageOption,    kVersionOption};
constexpr Option kPlainOptions[] = {kQuietOption, kLogFileOption,  kLogLevelOption, kPathOption,
                                    kHelpOption,  kQuestionOption, kUsageOption,    kVersionOption};
constexpr Option kBareOptions[] = {kHelpOption, kQuestionOption, kUsageOption, kVersionOption};

// The wrong command line, as LXC says it: one line, and where the help is.
int wrong(const Command& command, const Error& error) {
    complain(std::string(command.name) + ": " + error.message());
    return kFailure;
}

int finished(const Command& command, const Status& printed) { return printed ? kOk : wrong(command, printed.error()); }

// lxc-create -t TEMPLATE -h: LXC's template tells what it takes.
int show_template_help(const Parsed& line) {
    const std::string* name = line.value("template");
    const auto program =
        name != nullptr ? find_lxc_template(*name, true) : Result<std::optional<std::string>>(std::nullopt);
    const std::string path = program ? program->value_or("") : "";
    if (path.empty()) {
        return kOk;
    }
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        environment.emplace_back(*entry);
    }
    cubby::Command order{{path, "-h"}, std::move(environment)};
    order.out = STDOUT_FILENO;
    order.err = STDERR_FILENO;
    const auto child = spawn(order);
    return child && wait_child(child->pidfd.get()) ? kOk : kFailure;
}

Error no_name(const Command& command, const Parsed& line, const Error& error) {
    const bool name = command.whole == &kLxcFamily && line.operands().empty() && command.operands.least > 0;
    return name ? make_error(Code::usage, "No container name specified") : error;
}

}  // namespace

constinit const Command kLxcFamily{.name = "lxc", .options = kFamilyOptions};
constinit const Command kLxcPlainFamily{.name = "lxc", .options = kPlainOptions};
constinit const Command kLxcBareFamily{.name = "lxc", .options = kBareOptions};

int run_lxc_command(const LxcCommand& row, const std::vector<std::string>& words) {
    const Command& command = row.command;
    const auto line = parse(command, words);
    if (!line) {
        return wrong(command, line.error());
    }
    if (line->has("help") || line->has("?")) {
        const int shown_own = finished(command, print(help_text(command)));
        return shown_own != kOk ? shown_own : show_template_help(*line);
    }
    if (line->has("usage")) {
        return finished(command, print("Usage: " + usage_line(command) + "\n"));
    }
    if (line->has("version")) {
        return finished(command, print(kLxcVersionLine));
    }
    if (const auto fits = check_operands(command, *line); !fits) {
        return wrong(command, no_name(command, *line, fits.error()));
    }
    const Context context{command, *line, look_at(STDOUT_FILENO), look_at(STDERR_FILENO), line->has("quiet")};
    if (const auto ready = check_log_options(context); !ready) {
        return wrong(command, ready.error());
    }
    const auto status = command.run(context);
    if (status) {
        return *status;
    }
    lxc_error(context, status.error().message());
    return exit_code(status.error(), command.gives);
}

}  // namespace cubby::cli
