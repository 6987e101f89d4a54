#include "config/lxc/codec.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"
#include "spec/personality.h"

// When and how a container is started and watched over: autostart, groups, its monitor, its log.

namespace cubby::lxc {
namespace {

constexpr auto kSpec = &Draft::spec;
constexpr uint64_t kMostNumber = INT32_MAX;

// Blank separated words, more with each line.
struct Words {
    static Status read(std::vector<std::string>& field, const Item& item) {
        for (const std::string_view word : split_words(item.value)) {
            field.emplace_back(word);
        }
        return {};
    }
    static std::string print(const std::vector<std::string>& field) { return TextList::print(field); }
};

// A name of LXC's or its number.
struct LogLevel {
    static constexpr std::string_view kNames[] = {"TRACE", "DEBUG", "INFO",  "NOTICE", "WARN",
                                                  "ERROR", "CRIT",  "ALERT", "FATAL"};
    static Status read(int& field, const Item& item) {
        std::string upper(item.value);
        std::ranges::transform(upper, upper.begin(), [](char byte) {
            return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
        });
        const auto* const at = std::ranges::find(kNames, upper);
        const auto number = parse_unsigned(item.value, std::size(kNames) - 1, "level");
        if (at == std::end(kNames) && !number) {
            return refuse(item, "'%s' is not a level: TRACE DEBUG INFO NOTICE WARN ERROR CRIT ALERT FATAL or 0 to 8",
                          shown(item.value).c_str());
        }
        field = number ? static_cast<int>(*number) : static_cast<int>(at - kNames);
        return {};
    }
    static std::string print(int field) {
        return field < 0 ? std::string() : std::string(kNames[static_cast<size_t>(field)]);
    }
};

struct Facility {
    static Status read(std::string& field, const Item& item) {
        const bool local =
            item.value.size() == 6 && item.value.starts_with("local") && item.value[5] >= '0' && item.value[5] <= '7';
        if (!local && item.value != "daemon") {
            return refuse(item, "'%s' is neither daemon nor local0 to local7", shown(item.value).c_str());
        }
        field = item.value;
        return {};
    }
    static std::string print(const std::string& field) { return field; }
};

// A name of a machine.  All that matters is whether it has 32 bits, and that is all that LXC prints of it.
struct Architecture {
    static Status read(Personality& field, const Item& item) {
        const auto named = parse_personality(item.value);
        if (!named) {
            return refuse(item, "'%s' is not an architecture such as amd64, i686 or arm64", shown(item.value).c_str());
        }
        field = *named;
        return {};
    }
    static std::string print(Personality field) {
        switch (field) {
            case Personality::unchanged: return {};
            case Personality::linux32: return "i686";
            case Personality::linux64: return "x86_64";
        }
        __builtin_unreachable();
    }
};

constexpr Key kRows[] = {
    row<Architecture, kSpec, &ContainerSpec::process, &ProcessSpec::personality>(
        "lxc.arch", "i686", "the architecture that uname(2) tells: one with 32 bits makes a 64-bit kernel say so"),
    kept<Text, std::string, "lxc.execute.cmd">("/bin/sh -c true", "the command of lxc-execute where none is given"),
    row<Words, &Draft::groups>("lxc.group", "web onboot", "names of groups to which the container belongs"),
    row<HostPath, kSpec, &ContainerSpec::log, &LogSpec::file>("lxc.log.file", "/tmp/web1.log",
                                                              "host file that takes the log of its starts and ends"),
    row<LogLevel, kSpec, &ContainerSpec::log, &LogSpec::level>("lxc.log.level", "DEBUG",
                                                               "from which level on that log is written"),
    row<Facility, kSpec, &ContainerSpec::log, &LogSpec::syslog>("lxc.log.syslog", "daemon",
                                                                "the facility of syslog(3) that takes the log, too"),
    kept<Signal, int, "lxc.monitor.signal.pdeath", "9">("SIGTERM",
                                                        "the signal that the first process gets when its monitor dies"),
    row<Flag, kSpec, &ContainerSpec::lifecycle, &LifecycleSpec::monitor_mounts>(
        "lxc.monitor.unshare", "1",
        "1: the monitor has a mount namespace of its own, in which hooks of the host may mount"),
    kept<Number<1>, uint32_t, "lxc.start.auto", "0">("1", "1: the container is started by itself"),
    kept<Number<kMostNumber>, uint32_t, "lxc.start.delay", "0">("5", "seconds to wait after it was started by itself"),
    kept<Number<kMostNumber>, uint32_t, "lxc.start.order", "0">(
        "10", "its place among those that are started by themselves, the highest first"),
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> lifecycle_keys() { return kRows; }

}  // namespace cubby::lxc
