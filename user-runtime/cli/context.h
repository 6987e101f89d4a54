#pragma once
// What a command's function gets, and what most of them begin and end with.

#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/terminal.h"
#include "container/operations.h"

namespace cubby::cli {

struct Context {
    const Command& command;
    const Parsed& line;
    Terminal out;
    Terminal err;
    bool quiet = false;

    // Where this user's containers are, after -P.
    [[nodiscard]] Result<Places> places() const;
    // Whether the first operand is a container's name.
    [[nodiscard]] bool names_container() const noexcept { return command.operands.complete == Complete::container; }
    // The nth operand as a container's name.
    [[nodiscard]] Result<ContainerName> name(size_t index = 0) const;
    // "note: TEXT" on standard error, unless quiet.
    void note(std::string_view text) const;
    // A note for each part of the isolation that this host did not allow.
    void note_lost(const std::vector<std::string>& lost) const;
    // What --timings prints, on standard error, for standard output belongs to the container.
    void show_timings(const std::vector<StepTime>& timings) const;
};

// "VERB OBJECT: " in front of an error, as far as its text does not say so itself.
[[nodiscard]] Error described(const Error& error, std::string_view verb, std::string_view object);

// Prints an error as the one line that it is.
void report(const Error& error);

// Does one thing to each of several containers, in order, and goes on after a failure.  The exit code of the first
// failure, whose errors are printed here.
int for_each_name(const Context& context, const std::function<Status(const ContainerName&)>& act);

}  // namespace cubby::cli
