#include "cli/help.h"

#include <algorithm>

#include "base/parse.h"
#include "cli/command_line.h"
#include "cli/lxc/registry.h"
#include "cli/option_parser.h"
#include "cli/registry.h"
#include "cli/terminal.h"

namespace cubby::cli {
namespace {

constexpr size_t kColumns = 80;
constexpr size_t kTextAt = 30;  // where the second column begins

// Two columns; a first one that is too long has a line of its own.
std::string row(const std::string& first, std::string_view text, size_t at = kTextAt) {
    std::string out = "  " + first;
    const std::string body = wrapped(text, kColumns, std::string(at, ' '));
    if (width(out) + 2 > at) {
        return out + "\n" + body;
    }
    out.resize(out.size() + at - width(out), ' ');
    return out + body.substr(std::min(at, body.size()));
}

std::string options_part(const Command& command, const char* title, std::span<const Option> options) {
    std::string out = options.empty() ? "" : std::string("\n") + title + "\n";
    for (const Option& option : options) {
        std::string text = option.text;
        if (option.words != nullptr) {
            text.append(" [").append(option.words).append("]");
        }
        out += row(option_form(command, option), text);
    }
    return out;
}

std::string paragraphs(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = text.find("\n\n");
        out.append("\n").append(wrapped(text.substr(0, end), kColumns, ""));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return out;
}

std::string commands_part() {
    std::string out;
    for (size_t at = 0; at < commands().size(); ++at) {
        const Command& command = *commands()[at];
        if (at == 0 || commands()[at - 1]->group != command.group) {
            out.append("\n").append(group_title(command.group)).append(":\n");
        }
        out += row(command.name, command.summary, 14);
    }
    return out;
}

}  // namespace

std::string help_text() {
    std::string out = "Usage: " + usage_line(program()) + "\n\nContainers for ordinary users: no root, no daemon.\n";
    out += commands_part();
    out += options_part(program(), "Options, before or after the command:", program().options);
    out +=
        "\nExample:\n  cubby run busybox echo hello\n\ncubby help COMMAND tells all about one command; cubby help lxc lists the commands of LXC.\n";
    return out;
}

std::string lxc_help_text() {
    std::string out = "Usage: cubby lxc-NAME ..., or lxc-NAME ... with LIBEXEC/cubby/lxc in PATH\n\nLXC's commands:\n";
    for (const LxcCommand* each : lxc_commands()) {
        out += row(each->command.name, each->command.summary);
    }
    return out + "\ncubby help lxc-NAME tells all about one.\n";
}

std::string help_text(const Command& command) {
    std::string out = "Usage: " + usage_line(command) + "\n";
    for (const Verb& verb : command.verbs) {
        out += "       " + usage_line(command, &verb) + "\n";
    }
    for (const char* alias : command.aliases) {
        out += std::string(alias == command.aliases.front() ? "Also called: " : ", ") + alias +
               (alias == command.aliases.back() ? "\n" : "");
    }
    out += std::string("\n") + command.summary + ".\n" + paragraphs(command.description);
    if (!command.verbs.empty()) {
        out += "\nWords:\n";
        for (const Verb& verb : command.verbs) {
            out += row(verb.name, verb.summary, 12);
        }
    }
    out += options_part(command, "Options:", command.options);
    out += options_part(command, "Options of every command:", whole_of(command).options);
    out += "\nExample:\n";
    for (const Example& example : command.examples) {
        out += std::string("  # ") + example.meaning + "\n  " + example.line + "\n";
    }
    out += "\nExit status:\n";
    for (const ExitRow& exit : exit_rows_of(command)) {
        out += row(std::to_string(exit.code), exit.meaning, 8);
    }
    return out;
}

std::string option_form(const Command& command, const Option& option) {
    const bool own_letter = option.letter != 0 && find_option(command, option.letter, "") == &option;
    std::string out = own_letter ? std::string("-") + option.letter + ", --" : std::string("    --");
    out += option.name;
    if (option.optional) {
        out.append("[=").append(option.value).append("]");
    } else if (option.value != nullptr) {
        out.append(" ").append(option.value);
    }
    return out;
}

std::vector<ExitRow> exit_rows_of(const Command& command) {
    std::vector<ExitRow> out;
    const auto usual = exit_rows(command.gives);
    for (const ExitRow& exit : usual) {
        const auto own = std::ranges::find(command.exits, exit.code, &ExitRow::code);
        out.push_back(own != command.exits.end() ? *own : exit);
    }
    for (const ExitRow& own : command.exits) {
        if (std::ranges::find(usual, own.code, &ExitRow::code) == usual.end()) {
            out.push_back(own);
        }
    }
    std::ranges::sort(out, {}, &ExitRow::code);
    return out;
}

}  // namespace cubby::cli
