#include "cli/man.h"

#include "cli/command_line.h"
#include "cli/help.h"
#include "cli/lxc/registry.h"
#include "cli/registry.h"
#include "cli/version.h"
#include "container/operations.h"

namespace cubby::cli {
namespace {

// ".TH" with a fixed date field: the same source gives the same bytes.
std::string heading(std::string title, const char* section) {
    for (char& byte : title) {
        byte = byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 0x20) : byte;
    }
    return R"(.\" Written by cubby man; do not edit.)"
           "\n.TH " +
           roff_text(title) + " " + section + R"( "" "cubby )" + kVersionNumber + "\" \"cubby\"\n";
}

std::string section(const char* title) { return std::string(".SH ") + title + "\n"; }

std::string item(const std::string& term, std::string_view text) {
    return ".TP\n.B " + roff_text(term) + "\n" + roff_text(text) + "\n";
}

std::string paragraphs(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = text.find("\n\n");
        out += (out.empty() ? "" : ".PP\n") + roff_text(text.substr(0, end)) + "\n";
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return out;
}

std::string options_of(const Command& command, std::span<const Option> options) {
    std::string out;
    for (const Option& option : options) {
        std::string text = option.text;
        if (option.words != nullptr) {
            text.append(" [").append(option.words).append("]");
        }
        std::string form = option_form(command, option);
        form.erase(0, form.find_first_not_of(' '));
        out += item(form, text);
    }
    return out;
}

std::string synopsis(const Command& command) {
    std::string out = section("SYNOPSIS");
    if (command.verbs.empty()) {
        return out + roff_text(usage_line(command)) + "\n";
    }
    for (const Verb& verb : command.verbs) {
        out += (&verb == command.verbs.data() ? "" : ".br\n") + roff_text(usage_line(command, &verb)) + "\n";
    }
    return out;
}

std::string names(const Command& command) {
    std::string out = section("NAME") + "cubby\\-" + roff_text(command.name);
    return out + " \\- " + roff_text(command.summary) + "\n";
}

std::string aliases(const Command& command) {
    std::string out;
    for (const char* alias : command.aliases) {
        out += (out.empty() ? ".PP\nAlso called: cubby " : ", cubby ") + roff_text(alias);
    }
    return out.empty() ? out : out + ".\n";
}

std::string files_and_environment() {
    return section("FILES") +
           item("~/.local/share/lxc/NAME/", "a container: its configuration in LXC's format, and its files") +
           item("~/.local/share/cubby/images/", "images, by their content") +
           item("~/.config/lxc/lxc.conf", "lxc.lxcpath moves the containers") +
           item("$XDG_RUNTIME_DIR/cubby/",
                "sockets and locks; else /run/user/UID/cubby, /dev/shm/cubby-UID or "
                "/tmp/cubby-UID") +
           section("ENVIRONMENT") + item("VISUAL, EDITOR", "the editor of cubby config edit") +
           item("NO_COLOR", "no colours, whatever it is set to") +
           item("COLUMNS", "the width of a terminal that does not tell it");
}

}  // namespace

std::string roff_text(std::string_view text) {
    std::string out;
    bool line_start = true;
    for (const char byte : text) {
        if (byte == '\\') {
            out += "\\e";
        } else if (byte == '-') {
            out += "\\-";
        } else if (line_start && (byte == '.' || byte == '\'')) {
            out.append("\\&").append(1, byte);
        } else if (byte == '\'') {
            out += "\\(aq";
        } else if (byte == '~') {
            out += "\\(ti";
        } else if (byte == '^') {
            out += "\\(ha";
        } else if (byte == '`') {
            out += "\\(ga";
        } else {
            out += byte;
        }
        line_start = byte == '\n';
    }
    return out;
}

ManualPage program_page() {
    std::string out = heading("cubby", "1") + section("NAME") + "cubby \\- " + roff_text(program().summary) + "\n";
    out += section("SYNOPSIS") + roff_text(usage_line(program())) + "\n";
    out += section("DESCRIPTION") +
           "cubby makes and runs containers entirely as a normal user: without root, without a daemon. "
           "Containers are kept where LXC keeps them, in its format.\n";
    for (size_t at = 0; at < commands().size(); ++at) {
        const Command& command = *commands()[at];
        if (at == 0 || commands()[at - 1]->group != command.group) {
            out += std::string(".SS ") + group_title(command.group) + "\n";
        }
        out += item(command.name, command.summary);
    }
    out += section("OPTIONS") + "These may stand before the command or after it.\n" +
           options_of(program(), program().options);
    out += section("EXIT STATUS");
    for (const ExitRow& exit : exit_rows(Gives::own_status)) {
        out += item(std::to_string(exit.code), exit.meaning);
    }
    out += ".PP\nrun, attach and unshare end with the status of the command that they run, and else with:\n";
    for (const ExitRow& exit : exit_rows(Gives::command_status)) {
        out += item(std::to_string(exit.code), exit.meaning);
    }
    out += files_and_environment();
    out += section("EXAMPLE") + ".nf\ncubby run busybox echo hello\n.fi\n" + section("SEE ALSO");
    for (const Command* command : commands()) {
        out += ".BR cubby\\-" + roff_text(command->name) + " (1),\n";
    }
    return {"cubby.1", out + ".BR cubby\\-config\\-keys (5)\n"};
}

ManualPage command_page(const Command& command) {
    std::string out = heading(std::string("cubby-") + command.name, "1") + names(command) + synopsis(command);
    out += section("DESCRIPTION") + paragraphs(command.description) + aliases(command);
    for (const Verb& verb : command.verbs) {
        out += item(verb.name, verb.summary);
    }
    out += section("OPTIONS") + options_of(command, command.options) + options_of(command, whole_of(command).options);
    out += section("EXIT STATUS");
    for (const ExitRow& exit : exit_rows_of(command)) {
        out += item(std::to_string(exit.code), exit.meaning);
    }
    if (!command.json.empty()) {
        out += section("JSON");
        for (const JsonKey& key : command.json) {
            out += item(key.key, key.meaning);
        }
    }
    out += section("EXAMPLE") + ".nf\n";
    for (const Example& example : command.examples) {
        out += "# " + roff_text(example.meaning) + "\n" + roff_text(example.line) + "\n";
    }
    out += ".fi\n" + section("SEE ALSO") + ".BR cubby (1)\n";
    return {std::string("cubby-") + command.name + ".1", out};
}

ManualPage keys_page() {
    std::string out =
        heading("cubby-config-keys", "5") + section("NAME") +
        "cubby\\-config\\-keys \\- keys of a container\\(aqs configuration\n" + section("DESCRIPTION") +
        "A configuration is lines of the form KEY = VALUE, in LXC\\(aqs format; a line that begins with # is "
        "a comment. An empty value puts a key back to what it is without any line. Each key stands here "
        "with a sample.\n" +
        section("KEYS");
    for (const ConfigKey& key : config_keys()) {
        out += item(key.sample, key.doc);
    }
    return {"cubby-config-keys.5", out + section("SEE ALSO") + ".BR cubby\\-config (1)\n"};
}

std::vector<ManualPage> manual_pages() {
    std::vector<ManualPage> pages{program_page()};
    for (const Command* command : commands()) {
        pages.push_back(command_page(*command));
    }
    for (const LxcCommand* row : lxc_commands()) {
        pages.push_back(command_page(row->command));
    }
    pages.push_back(keys_page());
    return pages;
}

}  // namespace cubby::cli
