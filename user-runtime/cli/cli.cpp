#include "cli/cli.h"

#include <unistd.h>

#include "base/parse.h"
#include "cli/context.h"
#include "cli/help.h"
#include "cli/lxc/front.h"
#include "cli/lxc/registry.h"
#include "cli/nearest.h"
#include "cli/option_parser.h"
#include "cli/registry.h"
#include "cli/version.h"

namespace cubby::cli {
namespace {

int refused(const Error& error) {
    report(error);
    return exit_code(error, Gives::own_status);
}

int finished(const Status& printed) { return printed ? kOk : refused(printed.error()); }

int run_parsed(const Command& command, const Parsed& line) {
    if (line.has("help")) {
        return finished(print(help_text(command)));
    }
    if (line.has("version")) {
        return finished(print(kVersionLine));
    }
    if (const auto fits = check_operands(command, line); !fits) {
        return refused(described(fits.error(), command.name, ""));
    }
    const Context context{command, line, look_at(STDOUT_FILENO), look_at(STDERR_FILENO), line.has("quiet")};
    const auto status = command.run(context);
    if (status) {
        return *status;
    }
    const std::string object = command.verbs.empty() && !line.operands().empty() ? line.operands().front() : "";
    report(described(status.error(), command.name, object));
    return exit_code(status.error(), command.gives);
}

// `cubby -q -P PATH lxc-start …`: cubby's options before the command are the command's.
std::vector<std::string> before_lxc(const LxcCommand& row, const Parsed& line) {
    std::vector<std::string> words;
    for (const char* name : {"lxcpath", "quiet"}) {
        const Option* option = find_option(row.command, '\0', name);
        if (option != nullptr && line.has(name)) {
            words.push_back(std::string("--") + name + (option->value != nullptr ? "=" + *line.value(name) : ""));
        }
    }
    words.insert(words.end(), line.tail().begin() + 1, line.tail().end());
    return words;
}

}  // namespace

int run_command_line(std::string_view name, const std::vector<std::string>& words) {
    const std::string_view base = name.substr(name.rfind('/') + 1);
    if (const LxcCommand* row = find_lxc_command(base)) {
        return run_lxc_command(*row, words);
    }
    if (base.starts_with("lxc-")) {
        return refused(make_error(Code::usage, "there is no command '%.60s'%s", printable(base).c_str(),
                                  advice(nearest_lxc_command(base), "cubby help lxc lists those of LXC").c_str()));
    }
    const auto line = parse(program(), words);
    if (!line) {
        return refused(line.error());
    }
    if (line->tail().empty()) {
        if (line->has("version")) {
            return finished(print(kVersionLine));
        }
        if (line->has("help")) {
            return finished(print(help_text()));
        }
        return refused(make_error(Code::usage, "no command is given; cubby help lists them"));
    }
    const std::string& word = line->tail().front();
    if (const LxcCommand* row = find_lxc_command(word)) {
        return run_lxc_command(*row, before_lxc(*row, *line));
    }
    const Command* command = find_command(word);
    if (command == nullptr) {
        return refused(make_error(Code::usage, "unknown command '%.60s'%s", printable(word).c_str(),
                                  advice(nearest_command(word), "cubby help lists them").c_str()));
    }
    auto parsed = parse(*command, std::span(line->tail()).subspan(1));
    if (!parsed) {
        return refused(described(parsed.error(), command->name, ""));
    }
    parsed->put_before(*line);
    return run_parsed(*command, *parsed);
}

}  // namespace cubby::cli
