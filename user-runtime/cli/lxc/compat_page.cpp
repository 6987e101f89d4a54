#include "cli/lxc/compat_page.h"

#include <algorithm>

#include "cli/lxc/options.h"
#include "cli/lxc/registry.h"

namespace cubby::cli {
namespace {

const char* word_of(Standing standing) noexcept {
    switch (standing) {
        case Standing::works: return "works";
        case Standing::further: return "works where LXC refuses users";
        case Standing::accepted: return "accepted and reported";
        case Standing::cannot: return "cannot";
    }
    return "";
}

// '|' would end a cell.
std::string cell(std::string_view text) {
    std::string out;
    for (const char byte : text) {
        out += byte == '|' ? "\\|" : std::string(1, byte);
    }
    return out;
}

std::string form_of(const Option& option) {
    std::string out = option.letter != 0 ? std::string("-") + option.letter + ", --" : std::string("--");
    out += option.name;
    if (option.value != nullptr) {
        out += std::string(option.optional ? "[=" : " ") + option.value + (option.optional ? "]" : "");
    }
    return "`" + cell(out) + "`";
}

std::string option_row(const LxcCommand& row, const Option& option) {
    const auto own = std::ranges::find(row.options, std::string_view(option.name),
                                       [](const OptionStanding& one) { return std::string_view(one.option); });
    const bool differs = own != row.options.end();
    return "| " + form_of(option) + " | " + word_of(differs ? own->standing : row.standing) + " | " +
           cell(differs ? own->note : option.text) + " |\n";
}

std::string command_part(const LxcCommand& row) {
    std::string out =
        std::string("\n### ") + row.command.name + "\n\n" + row.command.summary + ": **" + word_of(row.standing) +
        "**" + (*row.note != '\0' ? std::string("; ") + row.note : std::string()) + ".\nTest: `" + row.test + "`.\n";
    if (row.command.options.empty()) {
        return out;
    }
    out += "\n| option | here | |\n| --- | --- | --- |\n";
    for (const Option& option : row.command.options) {
        out += option_row(row, option);
    }
    return out;
}

constexpr OptionStanding kFamilyStandings[] = {
    {"rcfile", Standing::accepted, "lxc-start, lxc-execute and lxc-create begin with it; the others need none"},
};

std::string family_part(const char* title, const Command& family) {
    std::string out = std::string("### ") + title + "\n\n| option | here | |\n| --- | --- | --- |\n";
    const LxcCommand plain{.command = family, .test = "", .options = kFamilyStandings};
    for (const Option& option : family.options) {
        out += option_row(plain, option);
    }
    return out;
}

}  // namespace

std::string lxc_compat_page() {
    std::string out = family_part("Options of every command that names a container", kLxcFamily);
    for (const LxcCommand* row : lxc_commands()) {
        out += command_part(*row);
    }
    return out;
}

}  // namespace cubby::cli
