#include "cli/command_line.h"

#include <algorithm>
#include <ranges>

#include "base/parse.h"
#include "cli/nearest.h"
#include "cli/option_parser.h"
#include "cli/registry.h"

namespace cubby::cli {
namespace {

struct Cut {
    std::vector<std::string> head;  // options and operands
    std::vector<std::string> tail;
    bool has_options = false;
};

// What an option word says to the cut: whether the next word is its value, and what the value stands for.
struct Reading {
    bool value_follows = false;
    Stands stands = Stands::no;
};

Reading read_option(const Command& command, std::string_view word) {
    if (word.starts_with("--")) {
        constexpr auto kNone = std::string_view::npos;
        const auto equals = word.find('=');
        const Option* option = find_option(command, '\0', word.substr(2, equals == kNone ? kNone : equals - 2));
        if (option == nullptr || option->value == nullptr) {
            return {};
        }
        return {equals == kNone && !option->optional, option->stands};
    }
    for (size_t at = 1; at < word.size(); ++at) {
        const Option* option = find_option(command, word[at], "");
        if (option == nullptr) {
            return {};
        }
        if (option->value != nullptr) {
            return {at + 1 == word.size() && !option->optional, option->stands};
        }
    }
    return {};
}

// Where the words of an inner command begin: they are never looked at, whatever they look like.
Cut cut(const Command& command, std::span<const std::string> words) {
    Cut out;
    size_t operands = 0;
    for (size_t at = 0; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word == "--") {
            out.tail.assign(words.begin() + static_cast<ptrdiff_t>(at) + 1, words.end());
            return out;
        }
        if (word.size() > 1 && word.front() == '-') {
            const Reading reading = read_option(command, word);
            operands += reading.stands != Stands::no ? 1 : 0;
            out.has_options = true;
            out.head.push_back(word);
            if (reading.value_follows && at + 1 < words.size()) {
                out.head.push_back(words[++at]);
            }
        } else if (command.operands.tail == Tail::command && operands >= command.operands.most) {
            out.tail.assign(words.begin() + static_cast<ptrdiff_t>(at), words.end());
            return out;
        } else {
            ++operands;
            out.head.push_back(word);
        }
    }
    return out;
}

// The nth word of a synopsis: what is missing.
std::string operand_name(const char* synopsis, size_t index) {
    const auto words = split_words(synopsis, " [].");
    return std::string(index < words.size() ? words[index] : "operand");
}

}  // namespace

const std::string* Parsed::value(std::string_view option) const noexcept {
    const auto last_first = std::views::reverse(given_);
    const auto found = std::ranges::find_if(last_first, [&](const auto& one) { return option == one.first->name; });
    return found == last_first.end() ? nullptr : &found->second;
}

std::string Parsed::value_or(std::string_view option, std::string_view otherwise) const {
    const std::string* found = value(option);
    return found != nullptr ? *found : std::string(otherwise);
}

std::vector<std::string> Parsed::values(std::string_view option) const {
    std::vector<std::string> out;
    for (const auto& [row, value] : given_) {
        if (option == row->name) {
            out.push_back(value);
        }
    }
    return out;
}

Result<Parsed> parse(const Command& command, std::span<const std::string> words) {
    Cut parts = cut(command, words);
    OptionsAndOperands found;
    if (parts.has_options) {
        found = TRY(parse_options(command, parts.head));
    } else {
        found.operands = std::move(parts.head);  // the common case is cheap
    }
    if (command.operands.tail == Tail::none) {
        found.operands.insert(found.operands.end(), parts.tail.begin(), parts.tail.end());
        parts.tail.clear();
    }
    for (const auto& [option, value] : found.options) {
        if (option->stands == Stands::as_operand) {
            found.operands.insert(found.operands.begin(), value);
        }
    }
    return Parsed(std::move(found.options), std::move(found.operands), std::move(parts.tail));
}

Result<const Verb*> chosen_verb(const Command& command, const Parsed& line) {
    if (line.operands().empty() && command.operands.least == 0) {
        return &command.verbs.front();
    }
    if (line.operands().empty()) {
        return FAIL(Code::usage, "a word is missing; usage: %s", usage_line(command).c_str());
    }
    const std::string& word = line.operands().front();
    std::vector<std::string_view> names;
    for (const Verb& verb : command.verbs) {
        if (word == verb.name) {
            return &verb;
        }
        names.emplace_back(verb.name);
    }
    return FAIL(Code::usage, "unknown word '%.60s'%s", printable(word).c_str(),
                advice(nearest(word, names), std::string("cubby help ") + command.name + " lists them").c_str());
}

Status check_operands(const Command& command, const Parsed& line) {
    const Verb* verb = command.verbs.empty() ? nullptr : TRY(chosen_verb(command, line));
    const Operands& wanted = verb != nullptr ? verb->operands : command.operands;
    const size_t count = line.operands().size() - (verb != nullptr && !line.operands().empty() ? 1 : 0);
    const bool replaced = std::ranges::any_of(command.options, [&](const Option& option) {
        return option.stands == Stands::instead_of_operand && line.has(option.name);
    });
    if (count < wanted.least && !replaced) {
        return FAIL(Code::usage, "%s is missing; usage: %s", operand_name(wanted.synopsis, count).c_str(),
                    usage_line(command, verb).c_str());
    }
    if (wanted.most != kMany && count > (replaced && wanted.most > 0 ? wanted.most - 1U : wanted.most)) {
        return FAIL(Code::usage, "unexpected '%.60s'; usage: %s", printable(line.operands().back()).c_str(),
                    usage_line(command, verb).c_str());
    }
    return {};
}

std::string usage_line(const Command& command, const Verb* verb) {
    std::string line =
        &command == &program() ? "cubby" : (command.whole != nullptr ? "" : "cubby ") + std::string(command.name);
    if (verb != nullptr) {
        line.append(" ").append(verb->name);
    }
    if (!command.options.empty()) {
        line += " [OPTIONS]";
    }
    const char* synopsis = verb != nullptr ? verb->operands.synopsis : command.operands.synopsis;
    if (*synopsis != '\0') {
        line.append(" ").append(synopsis);
    }
    return line;
}

}  // namespace cubby::cli
