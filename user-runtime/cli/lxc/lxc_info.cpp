#include <array>

#include "cli/context.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"
#include "cli/lxc/selection.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'c',
     .name = "config",
     .value = "KEY",
     .text = "show a key of the configuration; may be given several times",
     .complete = Complete::config_key,
     .repeats = true},
    {.letter = 'i', .name = "ips", .text = "show its addresses"},
    {.letter = 'p', .name = "pid", .text = "show the process id of its init"},
    {.letter = 'S', .name = "stats", .text = "show what it uses"},
    {.letter = 'H', .name = "no-humanize", .text = "numbers as they are; one value alone without its label"},
    {.letter = 's', .name = "state", .text = "show its state"},
};

constexpr OptionStanding kStandings[] = {
    {"stats", Standing::accepted, "prints nothing, as LXC on cgroup2: control groups are not used yet"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-info demo", "its name and state; cubby info tells more"},
    {"cubby lxc-destroy demo", "remove it; cubby destroy demo is the same"},
};

// Lines of "Label:         value", or with -H and one thing asked for the value alone.
class Lines {
  public:
    explicit Lines(bool bare) noexcept : bare_(bare) {}
    void add(const char* label, const std::string& value) {
        std::string name = std::string(label) + ":";
        name.resize(std::max<size_t>(name.size(), 15), ' ');
        out_ += (bare_ ? "" : name + " ") + shown(value) + "\n";
    }
    void add_line(const std::string& line) { out_ += line + "\n"; }
    [[nodiscard]] const std::string& text() const noexcept { return out_; }

  private:
    bool bare_;
    std::string out_;
};

void add_addresses(const Places& places, const ContainerName& name, Lines& lines) {
    const auto found = interfaces(places, name);
    for (const Interface& interface : found ? *found : std::vector<Interface>{}) {
        for (const std::string& address : interface.addresses) {
            if (!interface.loopback) {
                lines.add("IP", address);
            }
        }
    }
}

void add_keys(const Context& context, const Places& places, const ContainerName& name, bool bare, Lines& lines) {
    for (const std::string& key : context.line.values("config")) {
        const auto value = config_get(places, name, key);
        if (!value) {
            complain(key + " invalid");
            continue;
        }
        std::string text = value->substr(0, value->find_last_not_of('\n') + 1);
        if (!bare) {
            text.insert(0, " = ").insert(0, key);
        }
        lines.add_line(text);
    }
}

Result<int> run_info(const Context& context) {
    const Places places = TRY(context.places());
    const ContainerName name = TRY(context.name());
    const auto found = inspect(places, name);
    if (!found) {
        if (found.error().code != Code::not_found) {
            return std::unexpected(found.error());
        }
        complain(name.str() + " doesn't exist");
        return kFailure;
    }
    const Parsed& line = context.line;
    const bool state = line.has("state");
    const bool pid = line.has("pid");
    const bool ips = line.has("ips");
    const bool keys = line.has("config");
    const bool all = !state && !pid && !ips && !keys && !line.has("stats");
    const bool bare = line.has("no-humanize") && !all && !line.has("stats");
    Lines lines(bare);
    const bool runs = found->summary.state != State::stopped;
    if (all) {
        lines.add("Name", name.str());
    }
    if (all || state) {
        lines.add("State", state_name(found->summary.state));
    }
    if ((all || pid) && found->summary.pid > 0) {
        lines.add("PID", std::to_string(found->summary.pid));
    }
    if ((all || ips) && runs) {
        add_addresses(places, name, lines);
    }
    add_keys(context, places, name, bare, lines);
    TRY(print(lines.text()));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcInfo;
constinit const LxcCommand kLxcInfo{
    .command = {.name = "lxc-info",
                .whole = &kLxcFamily,
                .group = Group::looking,
                .summary = "Tell about a container",
                .description = "Prints a container's name, state, process and addresses, or what the options ask for.",
                .operands = kOneContainer,
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_info},
    .note = "no CPU, memory and link lines until control groups and networks are there",
    .test = "tests/integration/test_lxc_life.py Life.test_info",
    .options = kStandings,
};

}  // namespace cubby::cli
