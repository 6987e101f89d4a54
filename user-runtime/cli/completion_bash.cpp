#include "base/parse.h"
#include "cli/completion.h"
#include "cli/registry.h"

namespace cubby::cli {
namespace {

// The part that knows nothing of cubby's commands.  Words are taken from the line itself, for bash breaks them at '='
// and ':' too.
constexpr const char* kEngine = R"SHELL(
_cubby_offer() {
    case $1 in
        file) compopt -o filenames 2>/dev/null; compgen -f -- "$2" ;;
        directory) compopt -o filenames 2>/dev/null; compgen -d -- "$2" ;;
        program) compgen -c -- "$2" ;;
        words:*) compgen -W "${1#words:}" -- "$2" ;;
        *) compgen -W "$(_cubby_list "$1")" -- "$2" ;;
    esac
}

_cubby() {
    local -a words
    local current word kind command='' verb='' skip='' tail=''
    local -i at index=0
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    if [[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]]; then
        words+=('')
    fi
    current=${words[${#words[@]} - 1]}
    for ((at = 1; at < ${#words[@]} - 1; at++)); do
        word=${words[at]}
        if [[ -n $skip ]]; then
            skip=''
        elif [[ -n $tail || $word == -- ]]; then
            tail=yes
        elif [[ $word == -?* ]]; then
            kind=$(_cubby_value "$command" "$word")
            if [[ -n $kind && $kind != switch ]]; then
                skip=$kind
            fi
        elif [[ -z $command ]]; then
            command=$(_cubby_command "$word")
        elif [[ -z $verb && -n $(_cubby_verbs "$command") ]]; then
            verb=$word
        else
            index+=1
            if ((index > $(_cubby_most "$command"))); then
                tail=yes
            fi
        fi
    done
    COMPREPLY=()
    if [[ -n $skip ]]; then
        kind=$skip
    elif [[ -n $tail ]]; then
        compopt -o default 2>/dev/null
        return
    elif [[ $current == --*=* ]]; then
        kind=$(_cubby_value "$command" "${current%%=*}")
        current=${current#*=}
    elif [[ $current == -* ]]; then
        kind="words:$(_cubby_options "$command")"
    elif [[ -z $command ]]; then
        kind=command
    elif [[ -z $verb && -n $(_cubby_verbs "$command") ]]; then
        kind="words:$(_cubby_verbs "$command")"
    else
        kind=$(_cubby_operand "$command" "$verb" "$index")
    fi
    if [[ -n $kind && $kind != switch && $kind != any ]]; then
        mapfile -t COMPREPLY < <(_cubby_offer "$kind" "$current")
    fi
}

complete -F _cubby cubby
)SHELL";

const char* kind_word(Complete complete) noexcept {
    switch (complete) {
        case Complete::nothing: return "any";
        case Complete::file: return "file";
        case Complete::directory: return "directory";
        case Complete::program: return "program";
        case Complete::container: return "container";
        case Complete::image: return "image";
        case Complete::cached_image: return "cached_image";
        case Complete::image_or_container: return "image_or_container";
        case Complete::config_key: return "config_key";
        case Complete::command: return "command";
    }
    return "any";
}

std::string kind_of(const Option& option) {
    if (!takes_word(option)) {
        return "switch";
    }
    if (option.words == nullptr) {
        return kind_word(option.complete);
    }
    std::string words = "words:";
    for (const std::string_view word : split_fields(option.words, '|')) {
        words.append(words.ends_with(':') ? "" : " ").append(word);
    }
    return words;
}

// A shell function with one case.
class CaseFunction {
  public:
    CaseFunction(const char* name, const char* on)
        : text_(std::string("\n") + name + "() {\n    case " + on + " in\n") {}
    void add(const std::string& pattern, const std::string& does) {
        text_ += "        " + pattern + ") " + does + " ;;\n";
    }
    [[nodiscard]] std::string text() const { return text_ + "    esac\n}\n"; }

  private:
    std::string text_;
};

std::string echo(const std::string& text) { return "echo " + shell_word(text); }

void add_values(const std::string& command, std::span<const Option> options, CaseFunction& out) {
    for (const Option& option : options) {
        std::string pattern = command + "' --" + option.name + "'";
        if (option.letter != 0) {
            pattern += " | " + command + "' -" + option.letter + "'";
        }
        out.add(pattern, echo(kind_of(option)));
    }
}

std::string option_names(const Command& command) {
    std::string out;
    std::vector<Option> options = offered_options(command);
    if (command.whole == nullptr) {
        options.insert(options.end(), program().options.begin(), program().options.end());
    }
    for (const Option& option : options) {
        out.append(out.empty() ? "--" : " --").append(option.name);
    }
    return out;
}

std::string joined(const std::vector<std::string>& words, const char* between) {
    std::string out;
    for (const std::string& word : words) {
        out.append(out.empty() ? "" : between).append(word);
    }
    return out;
}

std::string list_function() {
    CaseFunction out("_cubby_list", "$1");
    for (const Complete one : {Complete::container, Complete::image, Complete::cached_image,
                               Complete::image_or_container, Complete::config_key, Complete::command}) {
        out.add(kind_word(one), offering_command(one));
    }
    return out.text();
}

}  // namespace

std::string bash_completion() {
    CaseFunction command_of("_cubby_command", "$1");
    CaseFunction values("_cubby_value", "\"$1 $2\"");
    CaseFunction options("_cubby_options", "$1");
    CaseFunction verbs("_cubby_verbs", "$1");
    CaseFunction most("_cubby_most", "$1");
    CaseFunction operands("_cubby_operand", "\"$1 $2 $3\"");
    for (const Command* command : completed_commands()) {
        command_of.add(joined(all_names(*command), " | "), echo(command->name));
        add_values(std::string(command->name), offered_options(*command), values);
        options.add(command->name, echo(option_names(*command)));
        std::vector<std::string> words;
        for (const Verb& verb : command->verbs) {
            words.emplace_back(verb.name);
        }
        if (!words.empty()) {
            verbs.add(command->name, echo(joined(words, " ")));
        }
        if (command->operands.tail == Tail::command) {
            most.add(command->name, "echo " + std::to_string(command->operands.most));
        }
        for (const OperandOffer& offer : operand_offers(*command)) {
            const std::string where =
                std::string(command->name) + " " + (offer.verb != nullptr ? offer.verb->name : "") + " ";
            operands.add("'" + where + (offer.rest ? "'*" : std::to_string(offer.index) + "'"),
                         echo(kind_word(offer.complete)));
        }
    }
    add_values("*", program().options, values);
    options.add("*", echo(option_names(program())));
    most.add("*", "echo 1000");
    return "# bash completion for cubby, written by: cubby completion bash\n" + list_function() + command_of.text() +
           values.text() + options.text() + verbs.text() + most.text() + operands.text() + kEngine;
}

}  // namespace cubby::cli
