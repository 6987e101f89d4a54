#include "cli/completion.h"

#include <algorithm>

#include "cli/lxc/registry.h"
#include "cli/registry.h"

namespace cubby::cli {
namespace {

void add_offers(const Verb* verb, const Operands& operands, std::vector<OperandOffer>& out) {
    if (operands.complete != Complete::nothing) {
        out.push_back({verb, 0, operands.most == kMany, operands.complete});
    }
    if (operands.next != Complete::nothing) {
        out.push_back({verb, 1, false, operands.next});
    }
}

}  // namespace

std::vector<OperandOffer> operand_offers(const Command& command) {
    std::vector<OperandOffer> out;
    for (const Verb& verb : command.verbs) {
        add_offers(&verb, verb.operands, out);
    }
    if (command.verbs.empty()) {
        add_offers(nullptr, command.operands, out);
    }
    return out;
}

std::vector<const Command*> completed_commands() {
    std::vector<const Command*> out(commands().begin(), commands().end());
    for (const LxcCommand* each : lxc_commands()) {
        out.push_back(&each->command);
    }
    return out;
}

std::vector<Option> offered_options(const Command& command) {
    std::vector<Option> out(command.options.begin(), command.options.end());
    if (command.whole != nullptr) {
        for (const Option& option : command.whole->options) {
            // "-?" is a pattern to a shell, and one that the command has itself is its own.
            if (option.letter != '?' &&
                std::ranges::find(out, std::string_view(option.name), &Option::name) == out.end()) {
                out.push_back(option);
            }
        }
    }
    return out;
}

std::vector<std::string> all_names(const Command& command) {
    std::vector<std::string> out{command.name};
    out.insert(out.end(), command.aliases.begin(), command.aliases.end());
    return out;
}

const char* offering_command(Complete complete) noexcept {
    switch (complete) {
        case Complete::nothing:
        case Complete::file:
        case Complete::directory:
        case Complete::program: return nullptr;
        case Complete::container: return "cubby ls -q 2>/dev/null";
        case Complete::image: return "cubby images templates -q 2>/dev/null";
        case Complete::cached_image: return "cubby images -q 2>/dev/null";
        case Complete::image_or_container: return "cubby images templates -q 2>/dev/null; cubby ls -q 2>/dev/null";
        case Complete::config_key: return "cubby config keys -q 2>/dev/null";
        case Complete::command: return "cubby completion commands 2>/dev/null";
    }
    return nullptr;
}

std::string shell_word(std::string_view text) {
    std::string out = "'";
    for (const char byte : text) {
        out += byte == '\'' ? "'\\''" : std::string(1, byte);
    }
    return out + "'";
}

}  // namespace cubby::cli
