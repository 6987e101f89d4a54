// probe: a static program that tests run inside a container.  Without words it prints what it has, as JSON; with words it
// attacks.  Never installed.

#include <cstdio>
#include <string>
#include <vector>

#include "commands.h"

namespace {

struct Command {
    const char* name;
    int (*run)(probe::Words);
};

constexpr Command kCommands[] = {{"report", probe::report},      {"call", probe::call}, {"compat", probe::compat},
                                 {"hunt", probe::hunt},          {"race", probe::race}, {"reach", probe::reach},
                                 {"connect", probe::connect_to}, {"shim", probe::shim}};

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (words.empty()) {
        return probe::report({});
    }
    for (const Command& command : kCommands) {
        if (words.front() == command.name) {
            return command.run(probe::Words(words).subspan(1));
        }
    }
    fprintf(stderr, "probe: no command '%s'\n", words.front().c_str());
    return 2;
}
