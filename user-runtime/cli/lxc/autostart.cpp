#include "cli/lxc/autostart.h"

#include <algorithm>
#include <ctime>

#include "base/parse.h"
#include "cli/grammar.h"
#include "cli/json.h"
#include "cli/lxc/selection.h"

namespace cubby::cli {
namespace {

constexpr int64_t kMostSeconds = int64_t{366} * 24 * 3600;
constexpr int64_t kMostOrder = INT32_MAX;

int64_t number_of(std::string_view text, int64_t most) { return parse_signed(text, -most, most, "number").value_or(0); }

struct Candidate {
    AutoContainer container;
    std::vector<std::string> groups;
};

Result<std::vector<Candidate>> candidates_of(const Places& places, const AutoSelection& selection) {
    std::vector<Candidate> out;
    for (const Summary& one : TRY(list(places))) {
        if (!one.defined || !one.broken.empty()) {
            continue;
        }
        const ContainerName name = TRY(ContainerName::parse(one.name));
        const auto values =
            values_of(places, name, {"lxc.start.auto", "lxc.start.order", "lxc.start.delay", "lxc.group"});
        if (!selection.also_manual && values[0] != "1") {
            continue;
        }
        AutoContainer container{places, name, number_of(values[1], kMostOrder),
                                std::max<int64_t>(0, number_of(values[2], kMostSeconds))};
        out.push_back({std::move(container), groups_of(values[3])});
    }
    std::ranges::sort(out, {},
                      [](const Candidate& one) { return std::pair(one.container.order, one.container.name.str()); });
    return out;
}

bool in_group(const Candidate& one, std::string_view group) {
    return group.empty() ? one.groups.empty() : std::ranges::find(one.groups, group) != one.groups.end();
}

void pause_for(int64_t seconds) {
    timespec rest{seconds, 0};
    while (nanosleep(&rest, &rest) != 0) {
    }
}

AutoAction action_of(const Parsed& line) {
    constexpr std::pair<const char*, AutoAction> kActions[] = {{"list", AutoAction::list},
                                                               {"kill", AutoAction::kill},
                                                               {"reboot", AutoAction::reboot},
                                                               {"shutdown", AutoAction::shutdown}};
    for (const auto& [option, action] : kActions) {
        if (line.has(option)) {
            return action;
        }
    }
    return AutoAction::start;
}

Status act(const AutoContainer& one, AutoAction action, int timeout_s) {
    const bool ends = action != AutoAction::start;
    const auto found = TRY(inspect(one.places, one.name));
    const bool runs = found.summary.state != State::stopped;
    if (runs != ends) {
        return {};  // there is nothing to do for it
    }
    if (!ends) {
        TRY(start(one.places, {.name = one.name, .init = {}}));
        pause_for(one.delay);
        return {};
    }
    TRY(stop(one.places, {.name = one.name,
                          .timeout_s = timeout_s,
                          .kill = action == AutoAction::kill,
                          .reboot = action == AutoAction::reboot}));
    if (action == AutoAction::reboot) {
        pause_for(one.delay);
    }
    return {};
}

std::string list_text_of(const std::vector<AutoContainer>& all) {
    std::string out;
    for (const AutoContainer& one : all) {
        out += one.name.str() + " " + std::to_string(one.delay) + "\n";
    }
    return out;
}

}  // namespace

constinit const Option kAutostartOptions[9] = {
    {.letter = 'k', .name = "kill", .text = "kill them instead of starting them"},
    {.letter = 'L', .name = "list", .text = "print each with its delay, and do nothing"},
    {.letter = 'r', .name = "reboot", .text = "start those that run anew"},
    {.letter = 's', .name = "shutdown", .text = "stop them"},
    {.letter = 'a', .name = "all", .text = "of every group, and of none"},
    {.letter = 'A', .name = "ignore-auto", .text = "whatever lxc.start.auto says"},
    {.letter = 'g',
     .name = "groups",
     .value = "GROUPS",
     .text = "those of these groups, with commas; an empty word: those without a group (default: those without)",
     .repeats = true},
    {.letter = 't', .name = "timeout", .value = "SECONDS", .text = "kill one that has not ended by then (default: 60)"},
    {.name = "json", .text = "print those that are meant as JSON instead, and do nothing"},
};

Result<std::vector<AutoContainer>> select_auto(const std::vector<Places>& places, const AutoSelection& selection) {
    std::vector<AutoContainer> out;
    const auto take = [&](const Candidate& one) {
        const bool there = std::ranges::any_of(out, [&](const AutoContainer& taken) {
            return taken.name == one.container.name && taken.places.lxcpath == one.container.places.lxcpath;
        });
        if (!there) {
            out.push_back(one.container);
        }
    };
    for (const Places& place : places) {
        const auto candidates = TRY(candidates_of(place, selection));
        if (selection.every_group) {
            std::ranges::for_each(candidates, take);
            continue;
        }
        const std::string_view wanted = selection.given_groups ? std::string_view(selection.groups) : "";
        for (const std::string_view group : split_fields(wanted, ',')) {
            for (const Candidate& one : candidates) {
                if (in_group(one, trim(group))) {
                    take(one);
                }
            }
        }
    }
    return out;
}

Result<int> run_autostart(const Context& context, const std::function<void(const std::string&)>& failed) {
    AutoSelection selection{context.line.has("all"), context.line.has("ignore-auto"), {}, context.line.has("groups")};
    const std::vector<std::string> given = context.line.values("groups");
    for (const std::string& groups : given) {
        selection.groups += (&groups != &given.front() ? "," : "") + groups;
    }
    const int timeout_s = TRY(parse_seconds(context.line.value_or("timeout", "60"), true));
    const AutoAction action = action_of(context.line);
    auto all = TRY(select_auto(TRY(places_of(context)), selection));
    if (context.line.has("json")) {
        TRY(print(json_of(all)));
        return kOk;
    }
    if (action == AutoAction::list) {
        TRY(print(list_text_of(all)));
        return kOk;
    }
    if (action == AutoAction::shutdown || action == AutoAction::kill) {
        std::ranges::reverse(all);
    }
    size_t failures = 0;
    for (const AutoContainer& one : all) {
        if (const Status done = act(one, action, timeout_s); !done) {
            ++failures;
            failed(one.name.str() + ": " + done.error().message());
        }
    }
    if (failures == 0) {
        return 0;
    }
    return failures == all.size() ? 1 : 2;
}

}  // namespace cubby::cli
