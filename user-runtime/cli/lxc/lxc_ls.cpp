#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/parse.h"
#include "cli/lxc/listing.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"
#include "cli/lxc/selection.h"

namespace cubby::cli {
namespace {

constexpr const char* kFancyColumns = "NAME,STATE,AUTOSTART,GROUPS,IPV4,IPV6,UNPRIVILEGED";

constexpr Option kOptions[] = {
    {.letter = '1', .name = "line", .text = "one name a line"},
    {.letter = 'f', .name = "fancy", .text = "a table"},
    {.letter = 'F',
     .name = "fancy-format",
     .value = "COLUMNS",
     .text = "of the table: NAME, STATE, PID, RAM, SWAP, AUTOSTART, GROUPS, INTERFACE, IPV4, IPV6, UNPRIVILEGED, with "
             "commas"},
    {.name = "active", .text = "only those that are not stopped"},
    {.name = "running", .text = "only running ones"},
    {.name = "frozen", .text = "only frozen ones"},
    {.name = "stopped", .text = "only stopped ones"},
    {.name = "defined", .text = "only those with a configuration"},
    {.name = "nesting",
     .value = "DEPTH",
     .text = "containers in containers as well (default depth: 5)",
     .optional = true},
    {.letter = 'g', .name = "groups", .value = "GROUPS", .text = "only those in all of these groups, with commas"},
    {.name = "filter", .value = "REGEX", .text = "only names that match; the same as the operand"},
};

constexpr OptionStanding kStandings[] = {
    {"nesting", Standing::accepted, "containers in a container are listed inside of it"},
    {"frozen", Standing::accepted, "nothing is frozen yet: control groups are not used"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-ls -f", "a table; cubby ls has another one"},
};

Result<bool> wanted(const Context& context, const Places& places, const Summary& one, const NamePattern* pattern) {
    const Parsed& line = context.line;
    if ((pattern != nullptr && !pattern->matches(one.name)) || (line.has("defined") && !one.defined)) {
        return false;
    }
    const bool by_state = line.has("active") || line.has("running") || line.has("frozen") || line.has("stopped");
    const bool state =
        (line.has("active") && one.state != State::stopped) || (line.has("running") && one.state == State::running) ||
        (line.has("frozen") && one.state == State::frozen) || (line.has("stopped") && one.state == State::stopped);
    if (by_state && !state) {
        return false;
    }
    if (const std::string* groups = line.value("groups")) {
        const auto own = groups_of(values_of(places, TRY(ContainerName::parse(one.name)), {"lxc.group"})[0]);
        return std::ranges::all_of(split_words(*groups, ","),
                                   [&](std::string_view group) { return std::ranges::find(own, group) != own.end(); });
    }
    return true;
}

Result<std::vector<ListedContainer>> selected(const Context& context) {
    const std::string* operand = context.line.operands().empty() ? nullptr : &context.line.operands().front();
    const std::string* filter = context.line.value("filter");
    std::optional<NamePattern> pattern;
    if (filter != nullptr || operand != nullptr) {
        pattern.emplace(TRY(NamePattern::parse(filter != nullptr ? *filter : *operand)));
    }
    std::vector<ListedContainer> out;
    for (const Places& places : TRY(places_of(context))) {
        for (const Summary& one : TRY(list(places))) {
            if (TRY(wanted(context, places, one, pattern ? &*pattern : nullptr))) {
                out.push_back({places, one});
            }
        }
    }
    return out;
}

size_t terminal_width() {
    winsize size{};
    return isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Result<int> run_ls(const Context& context) {
    const auto containers = TRY(selected(context));
    if (context.line.has("fancy")) {
        const std::string columns = context.line.value_or("fancy-format", kFancyColumns);
        const auto table = fancy_listing(containers, columns);
        if (!table) {
            // LXC's text, and where LXC writes it; it ends with 0 all the same.
            complain(table.error().message());
            return kOk;
        }
        TRY(print(*table));
        return kOk;
    }
    TRY(print(plain_listing(containers, context.line.has("line") ? 1 : terminal_width())));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcLs;
constinit const LxcCommand kLxcLs{
    .command = {.name = "lxc-ls",
                .whole = &kLxcPlainFamily,
                .group = Group::looking,
                .summary = "List containers",
                .description = "Prints the names of containers, sorted, or with -f a table.",
                .operands = {.synopsis = "[REGEX]", .most = 1},
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_ls},
    .note = "RAM and SWAP are '-' until control groups are used",
    .test = "tests/integration/test_lxc_life.py Life.test_ls",
    .options = kStandings,
};

}  // namespace cubby::cli
