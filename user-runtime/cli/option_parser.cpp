#include "cli/option_parser.h"

#include <boost/program_options.hpp>

#include "base/parse.h"
#include "cli/nearest.h"
#include "cli/registry.h"

namespace cubby::cli {
namespace {

namespace po = boost::program_options;

void describe(const Option& option, bool with_letter, po::options_description& out) {
    std::string names = option.name;
    if (with_letter && option.letter != 0) {
        names.append(",").append(1, option.letter);
    }
    if (option.value == nullptr) {
        out.add_options()(names.c_str(), "");
    } else if (option.optional) {
        out.add_options()(names.c_str(), po::value<std::string>()->implicit_value(""), "");
    } else {
        out.add_options()(names.c_str(), po::value<std::string>(), "");
    }
}

// The program's options may stand after the command as well; where a command uses one of their letters, it is its own.
po::options_description describe_all(const Command& command) {
    po::options_description all;
    for (const Option& option : command.options) {
        describe(option, true, all);
    }
    if (&command != &whole_of(command)) {
        for (const Option& option : whole_of(command).options) {
            if (find_option(command, '\0', option.name) != &option) {
                continue;  // the command has one of that name itself
            }
            describe(option, find_option(command, option.letter, "") == &option, all);
        }
    }
    return all;
}

std::string without_dashes(const std::string& name) {
    return name.substr(std::min(name.find_first_not_of('-'), name.size()));
}

std::string spelled(const Option& option) {
    return option.letter != 0 ? std::string("-") + option.letter + ", --" + option.name
                              : std::string("--") + option.name;
}

std::string see_help(const Command& command) {
    if (command.whole != nullptr) {
        return std::string(command.name) + " --help tells more";
    }
    return (&command == &program() ? "cubby help" : std::string("cubby help ") + command.name) + " tells more";
}

// Of several letters behind one dash, the one that nobody knows.
std::string unknown_part(const Command& command, const std::string& name) {
    if (!name.starts_with("--") && name.size() > 2) {
        for (const char letter : without_dashes(name)) {
            if (find_option(command, letter, "") == nullptr) {
                return std::string("-") + letter;
            }
        }
    }
    return name;
}

std::unexpected<Error> unknown_option(const Command& command, const std::string& name) {
    std::vector<std::string_view> names;
    for (const Option& option : command.options) {
        names.emplace_back(option.name);
    }
    if (&command != &whole_of(command)) {
        for (const Option& option : whole_of(command).options) {
            names.emplace_back(option.name);
        }
    }
    const std::string near = nearest(without_dashes(name), names);
    return FAIL(Code::usage, "unknown option '%.60s'%s", printable(unknown_part(command, name)).c_str(),
                advice(near.empty() ? near : "--" + near, see_help(command)).c_str());
}

std::unexpected<Error> bad_syntax(const Command& command, const po::invalid_command_line_syntax& problem) {
    const std::string name = without_dashes(problem.get_option_name());
    const Option* option = find_option(command, name.size() == 1 ? name.front() : '\0', name);
    const std::string shown = option != nullptr ? spelled(*option) : printable(problem.get_option_name());
    if (option != nullptr && option->value == nullptr) {
        return FAIL(Code::usage, "option %s takes no value; %s", shown.c_str(), see_help(command).c_str());
    }
    return FAIL(Code::usage, "option %s needs a value (%s); %s", shown.c_str(),
                option != nullptr ? option->value : "VALUE", see_help(command).c_str());
}

// A value that is not one of the option's words.
Status check_words(const Command& command, const Option& option, const std::string& value) {
    if (option.words == nullptr) {
        return {};
    }
    const auto words = split_fields(option.words, '|');
    if (std::ranges::find(words, value) != words.end()) {
        return {};
    }
    return FAIL(Code::usage, "option --%s: '%.60s' is not one of %s%s", option.name, printable(value).c_str(),
                option.words, advice(nearest(value, words), see_help(command)).c_str());
}

Result<OptionsAndOperands> sort_out(const Command& command, const po::parsed_options& parsed) {
    OptionsAndOperands out;
    for (const auto& one : parsed.options) {
        if (one.string_key.empty()) {
            out.operands.insert(out.operands.end(), one.value.begin(), one.value.end());
            continue;
        }
        const std::string name = without_dashes(one.string_key);
        const Option* option = find_option(command, name.size() == 1 ? name.front() : '\0', name);
        const std::string value = one.value.empty() ? "" : one.value.front();
        if (option != nullptr) {
            TRY(check_words(command, *option, value));
            out.options.emplace_back(option, value);
        }
    }
    return out;
}

}  // namespace

const Option* find_option(const Command& command, char letter, std::string_view name) noexcept {
    for (const auto options : {command.options, whole_of(command).options}) {
        for (const Option& option : options) {
            if (name == option.name || (letter != 0 && letter == option.letter)) {
                return &option;
            }
        }
    }
    return nullptr;
}

Result<OptionsAndOperands> parse_options(const Command& command, const std::vector<std::string>& words) {
    constexpr auto kStyle = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    try {
        const po::options_description all = describe_all(command);
        return sort_out(command, po::basic_command_line_parser<char>(words).options(all).style(kStyle).run());
    } catch (const po::unknown_option& problem) {
        return unknown_option(command, problem.get_option_name());
    } catch (const po::invalid_command_line_syntax& problem) {
        return bad_syntax(command, problem);
    } catch (const std::exception& problem) {
        return FAIL(Code::usage, "the options cannot be read: %s; %s", printable(problem.what()).c_str(),
                    see_help(command).c_str());
    }
}

}  // namespace cubby::cli
