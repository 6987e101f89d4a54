#include "base/parse.h"
#include "cli/completion.h"
#include "cli/registry.h"

namespace cubby::cli {
namespace {

// fish has its own quoting: inside '…' only \' and \\ mean something.
std::string fish_word(std::string_view text) {
    std::string out = "'";
    for (const char byte : text) {
        out += byte == '\'' || byte == '\\' ? std::string("\\") + byte : std::string(1, byte);
    }
    return out + "'";
}

// Prints the words that are neither options nor their values, without cubby itself.
constexpr const char* kEngine = R"SHELL(
function __cubby_words
    set -l skip no
    set -l name ''
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if __cubby_takes_value "$name" $word
            set skip yes
        else if not string match -q -- '-*' $word
            test -z "$name"; and set name $word
            echo $word
        end
    end
end

function __cubby_no_command
    test (count (__cubby_words)) -eq 0
end

# __cubby_in NAMES: whether the command is one of these.
function __cubby_in
    set -l words (__cubby_words)
    test (count $words) -gt 0; and contains -- $words[1] $argv
end

# __cubby_at COUNT NAMES: the same, with COUNT further words; __cubby_verb VERB COUNT NAMES: with a verb before them.
function __cubby_at
    set -l words (__cubby_words)
    test (count $words) -eq (math $argv[1] + 1); and contains -- $words[1] $argv[2..-1]
end

function __cubby_verb
    set -l words (__cubby_words)
    test (count $words) -eq (math $argv[2] + 2); and test $words[2] = $argv[1]; and contains -- $words[1] $argv[3..-1]
end

complete -c cubby -f
)SHELL";

std::string offers(Complete complete) {
    switch (complete) {
        case Complete::nothing: return "";
        case Complete::file: return " -F";
        case Complete::directory: return " -a '(__fish_complete_directories)'";
        case Complete::program: return " -a '(__fish_complete_command)'";
        case Complete::container:
        case Complete::image:
        case Complete::cached_image:
        case Complete::image_or_container:
        case Complete::config_key:
        case Complete::command: break;
    }
    return std::string(" -a ") + fish_word(std::string("(") + offering_command(complete) + ")");
}

std::string value_of(const Option& option) {
    if (!takes_word(option)) {
        return "";
    }
    if (option.words == nullptr) {
        return (option.complete == Complete::file ? " -r" : " -x") + offers(option.complete);
    }
    std::string words;
    for (const std::string_view word : split_fields(option.words, '|')) {
        words.append(words.empty() ? "" : " ").append(word);
    }
    return " -x -a " + fish_word(words);
}

std::string line(const std::string& condition, const std::string& rest) {
    return "complete -c cubby" + (condition.empty() ? "" : " -n " + fish_word(condition)) + rest + "\n";
}

std::string option_line(const std::string& condition, const Option& option) {
    std::string rest = option.letter != 0 ? std::string(" -s ") + option.letter : "";
    rest.append(" -l ").append(option.name).append(value_of(option));
    return line(condition, rest + " -d " + fish_word(option.text));
}

std::string joined_names(const Command& command) {
    std::string out;
    for (const std::string& name : all_names(command)) {
        out.append(out.empty() ? "" : " ").append(name);
    }
    return out;
}

std::string condition_of(const OperandOffer& offer, const std::string& names) {
    const std::string index = std::to_string(offer.index);
    if (offer.verb != nullptr) {
        return std::string("__cubby_verb ") + offer.verb->name + " " + index + " " + names;
    }
    return offer.rest ? "__cubby_in " + names : "__cubby_at " + index + " " + names;
}

std::string operand_lines(const Command& command) {
    const std::string names = joined_names(command);
    std::string out;
    for (const Verb& verb : command.verbs) {
        out += line("__cubby_at 0 " + names, std::string(" -a ") + verb.name + " -d " + fish_word(verb.summary));
    }
    for (const OperandOffer& offer : operand_offers(command)) {
        out += line(condition_of(offer, names), offers(offer.complete));
    }
    return out;
}

void add_takers(const std::string& name, std::span<const Option> options, std::string& out) {
    for (const Option& option : options) {
        if (!takes_word(option)) {
            continue;
        }
        out += " \\\n            " + fish_word(name + " --" + option.name);
        if (option.letter != 0) {
            out += " " + fish_word(name + " -" + option.letter);
        }
    }
}

// __cubby_takes_value COMMAND OPTION: whether the next word is the option's value.
std::string takers_function() {
    std::string out = "\nfunction __cubby_takes_value\n    switch \"$argv[1] $argv[2]\"\n        case";
    add_takers("*", program().options, out);
    for (const Command* command : completed_commands()) {
        for (const std::string& name : all_names(*command)) {
            add_takers(name, offered_options(*command), out);
        }
    }
    return out + "\n            return 0\n    end\n    return 1\nend\n";
}

}  // namespace

std::string fish_completion() {
    std::string out = "# fish completion for cubby, written by: cubby completion fish\n" + takers_function() + kEngine;
    for (const Option& option : program().options) {
        out += option_line("", option);
    }
    for (const Command* command : completed_commands()) {
        for (const std::string& name : all_names(*command)) {
            out += line("__cubby_no_command", " -a " + name + " -d " + fish_word(command->summary));
        }
        for (const Option& option : offered_options(*command)) {
            out += option_line("__cubby_in " + joined_names(*command), option);
        }
        out += operand_lines(*command);
    }
    return out;
}

}  // namespace cubby::cli
