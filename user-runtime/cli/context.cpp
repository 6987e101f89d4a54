#include "cli/context.h"

#include <unistd.h>

#include <algorithm>

#include "cli/grammar.h"
#include "cli/table.h"
#include "kernel/root.h"

namespace cubby::cli {

Result<Places> Context::places() const {
    const std::string* path = line.value("lxcpath");
    return find_places(path != nullptr ? TRY(absolute_path(*path, "--lxcpath")) : "");
}

Result<ContainerName> Context::name(size_t index) const { return ContainerName::parse(line.operands().at(index)); }

void Context::note(std::string_view text) const {
    if (!quiet) {
        complain("note: " + std::string(text));
    }
}

void Context::note_lost(const std::vector<std::string>& lost) const {
    for (const std::string& one : lost) {
        note(one);
    }
}

void Context::show_timings(const std::vector<StepTime>& timings) const {
    Table table({{.title = "MICROSECONDS", .right = true}, {.title = "STEP", .shrinks = true}});
    uint64_t total = 0;
    for (const StepTime& one : timings) {
        table.add({std::to_string(one.microseconds), one.step});
        total += one.microseconds;
    }
    table.add({std::to_string(total), Cell("all steps", Colour::bold)});
    // Only the numbers are lost when nobody can read them.
    static_cast<void>(write_all(STDERR_FILENO, table.text(err), "standard error").has_value());
}

Error described(const Error& error, std::string_view verb, std::string_view object) {
    const std::string_view text = error.message();
    const std::string first = std::string(verb) + " ";
    if (text.starts_with(first)) {
        return error;
    }
    const bool named = object.empty() || text.find(object) != std::string_view::npos;
    return named ? prefixed(error, "%.*s", static_cast<int>(verb.size()), verb.data())
                 : prefixed(error, "%.*s %.*s", static_cast<int>(verb.size()), verb.data(),
                            static_cast<int>(std::min<size_t>(object.size(), 80)), object.data());
}

void report(const Error& error) { complain(std::string("cubby: ") + error.message()); }

int for_each_name(const Context& context, const std::function<Status(const ContainerName&)>& act) {
    int worst = kOk;
    for (size_t at = 0; at < context.line.operands().size(); ++at) {
        const std::string& word = context.line.operands()[at];
        const auto name = context.name(at);
        const Status done = name ? act(*name) : Status(std::unexpected(name.error()));
        if (!done) {
            report(described(done.error(), context.command.name, word));
            worst = worst == kOk ? exit_code(done.error(), Gives::own_status) : worst;
        }
    }
    return worst;
}

}  // namespace cubby::cli
