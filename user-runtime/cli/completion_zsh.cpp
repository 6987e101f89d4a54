#include "base/parse.h"
#include "cli/completion.h"
#include "cli/registry.h"

namespace cubby::cli {
namespace {

// Inside a specification of _arguments, ':' separates and brackets enclose.
std::string spec_text(std::string_view text) {
    std::string out;
    for (const char byte : text) {
        if (byte == ':' || byte == '[' || byte == ']' || byte == '\\') {
            out += '\\';
        }
        out += byte;
    }
    return out;
}

std::string action_of(Complete complete) {
    switch (complete) {
        case Complete::nothing: return " ";
        case Complete::file: return "_files";
        case Complete::directory: return "_files -/";
        case Complete::program: return "_command_names -e";
        case Complete::container:
        case Complete::image:
        case Complete::cached_image:
        case Complete::image_or_container:
        case Complete::config_key:
        case Complete::command: break;
    }
    // The blank keeps _arguments from adding words of its own.
    return std::string(" _cubby_list ") + shell_word(offering_command(complete));
}

std::string value_of(const Option& option) {
    if (!takes_word(option)) {
        return "";
    }
    std::string action = action_of(option.complete);
    if (option.words != nullptr) {
        action = "(";
        for (const std::string_view word : split_fields(option.words, '|')) {
            action.append(action.size() > 1 ? " " : "").append(word);
        }
        action += ")";
    }
    return ":" + spec_text(option.value) + ":" + action;
}

// '(-t --template)'{-t,--template}'[text]:VALUE:action'
std::string option_spec(const Option& option, bool with_letter) {
    const std::string name = std::string("--") + option.name;
    const std::string rest = shell_word("[" + spec_text(option.text) + "]" + value_of(option));
    if (option.letter == 0 || !with_letter) {
        return (option.repeats ? "'*'" : "") + name + rest;
    }
    const std::string letter = std::string("-") + option.letter;
    const std::string before = option.repeats ? "'*'" : "'(" + letter + " " + name + ")'";
    return before + "{" + letter + "," + name + "}" + rest;
}

std::string option_specs(const Command& command) {
    std::string out;
    for (const Option& option : offered_options(command)) {
        out += " \\\n                " + option_spec(option, true);
    }
    if (command.whole != nullptr) {
        return out;
    }
    for (const Option& option : program().options) {
        bool taken = false;
        for (const Option& own : command.options) {
            taken = taken || (own.letter != 0 && own.letter == option.letter);
        }
        out += " \\\n                " + option_spec(option, !taken);
    }
    return out;
}

std::string spec(const std::string& text) { return " \\\n                " + shell_word(text); }

// The operands of a command without verbs.
std::string operand_specs(const Command& command) {
    const Operands& operands = command.operands;
    std::string out;
    if (operands.most == kMany) {
        return spec("*:" + spec_text(operands.synopsis) + ":" + action_of(operands.complete));
    }
    for (size_t at = 0; at < operands.most; ++at) {
        out += spec(":operand:" + action_of(at == 0 ? operands.complete : operands.next));
    }
    return operands.tail == Tail::command ? out + spec("*::command: _normal") : out;
}

std::string verb_case(const Command& command) {
    std::string names;
    for (const Verb& verb : command.verbs) {
        names.append(names.empty() ? "" : " ").append(verb.name);
    }
    std::string out =
        spec(":word:(" + names + ")") + spec("*::operand:->operand") + "\n            case $state:$words[1] in\n";
    for (const OperandOffer& offer : operand_offers(command)) {
        out += std::string("                operand:") + offer.verb->name + ") ";
        out += (offer.rest ? "" : "(( CURRENT == " + std::to_string(offer.index + 2) + " )) && ") +
               action_of(offer.complete) + " ;|\n";
    }
    return out + "            esac";
}

}  // namespace

std::string zsh_completion() {
    std::string names;
    std::string cases;
    for (const Command* command : completed_commands()) {
        std::string patterns;
        for (const std::string& name : all_names(*command)) {
            names += "                " + shell_word(spec_text(name) + ":" + command->summary) + "\n";
            patterns.append(patterns.empty() ? "" : "|").append(name);
        }
        cases += "        " + patterns + ")\n            _arguments -s -S" + option_specs(*command);
        cases += (command->verbs.empty() ? operand_specs(*command) : verb_case(*command)) + " ;;\n";
    }
    std::string globals;
    for (const Option& option : program().options) {
        globals += "        " + option_spec(option, true) + " \\\n";
    }
    return "#compdef cubby\n# zsh completion for cubby, written by: cubby completion zsh\n\n"
           "_cubby_list() {\n    local -a found\n    found=(${(f)\"$(eval $1)\"})\n    compadd -a found\n}\n\n"
           "_cubby() {\n    local curcontext=$curcontext state line\n    local -A opt_args\n"
           "    _arguments -C -s -S \\\n" +
           globals +
           "        ':command:->command' '*::argument:->argument'\n    case $state in\n        command)\n"
           "            local -a names\n            names=(\n" +
           names +
           "            )\n            _describe -t commands 'command of cubby' names\n"
           "            return ;;\n    esac\n"
           "    [[ $state == argument ]] || return\n    case $words[1] in\n" +
           cases +
           "    esac\n}\n\nif [[ ${funcstack[1]} == _cubby ]]; then\n"
           "    _cubby \"$@\"\nelse\n    compdef _cubby cubby\nfi\n";
}

}  // namespace cubby::cli
