#include <sys/resource.h>

#include <cstdlib>

#include "base/names.h"
#include "config/lxc/codec.h"
#include "config/lxc/nearest.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

namespace cubby::lxc {
namespace {

constexpr auto kSpec = &Draft::spec;
constexpr auto kProcess = &ContainerSpec::process;
constexpr auto kLifecycle = &ContainerSpec::lifecycle;

struct Command : Text {
    static Status read(std::string& field, const Item& item) {
        const auto words = split_command(item.value);
        if (!words || words->empty()) {
            return refuse(item, "%s", words ? "no command is given" : "a quote is not closed");
        }
        return Text::read(field, item);
    }
};

// Comma separated; a second line adds to the first.
struct Groups {
    static Status read(std::vector<uint32_t>& field, const Item& item) {
        const size_t before = field.size();
        for (const std::string_view word : split_words(item.value, ", \t")) {
            const auto gid = parse_unsigned(word, kNoId - 1, "lxc.init.groups");
            if (!gid || field.size() >= 65536) {  // NGROUPS_MAX
                field.resize(before);
                return gid ? refuse(item, "more than 65536 groups") : std::unexpected(gid.error());
            }
            field.push_back(static_cast<uint32_t>(*gid));
        }
        return {};
    }
    static std::string print(const std::vector<uint32_t>& field) {
        std::string text;
        for (const uint32_t gid : field) {
            text.append(text.empty() ? "" : ",").append(std::to_string(gid));
        }
        return text;
    }
};

// "NAME=VALUE", or "NAME" for the value that NAME has where the container is started.
Status add_variable(Draft& draft, const Item& item) {
    const std::string word(item.value);
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (name.empty()) {
        return refuse(item, "'%s' has no name before the '='", shown(word).c_str());
    }
    if (equals != std::string::npos) {
        draft.spec.process.environment.push_back(word);
    } else if (const char* value = std::getenv(name.c_str())) {
        draft.spec.process.environment.push_back(name + "=" + value);
    } else if (draft.missing_variables.size() >= kMaxMembers) {
        return refuse(item, "more than %zu variables that are not set here", kMaxMembers);
    } else {
        draft.missing_variables.push_back(name);
    }
    return {};
}

constexpr Key kEnvironment{
    .name = "lxc.environment",
    .member = nullptr,
    .sample = "LANG=C.UTF-8",
    .doc = "a variable for the first process, NAME=VALUE, or NAME to pass the starter's own; may be repeated",
    .set = add_variable,
    .clear =
        [](Draft& draft, std::string_view) {
            reset_member<kSpec, kProcess, &ProcessSpec::environment>(draft);
            draft.missing_variables.clear();
        },
    .get = [](const Draft& draft, std::string_view) { return TextList::print(draft.spec.process.environment); },
    .members = nullptr};

// The same for those that only hooks, or only the first process and no hook, get.
struct Variables {
    static Status read(std::vector<std::string>& field, const Item& item) {
        const std::string word(item.value);
        const size_t equals = word.find('=');
        const char* const value = equals == std::string::npos ? std::getenv(word.c_str()) : nullptr;
        if (equals == 0) {
            return refuse(item, "'%s' has no name before the '='", shown(word).c_str());
        }
        if (equals == std::string::npos && value == nullptr) {
            return refuse(item, "'%s' is not set where the container is started", shown(word).c_str());
        }
        field.push_back(equals == std::string::npos ? word + "=" + value : word);
        return {};
    }
    static std::string print(const std::vector<std::string>& field) { return TextList::print(field); }
};

struct LimitName {
    const char* name;
    int resource;
};
constexpr LimitName kLimits[] = {
    {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
    {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
    {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK},
};

// SOFT[:HARD], each a number or "unlimited".
struct Limit {
    using Element = ResourceLimit;

    static Result<Element> read(const Item& item) {
        const auto* const known = std::ranges::find(kLimits, item.member, &LimitName::name);
        if (known == std::end(kLimits)) {
            Nearest nearest(item.member);
            for (const LimitName& each : kLimits) {
                nearest.offer(each.name);
            }
            return refuse(item, "there is no such limit%s", nearest.hint().c_str());
        }
        const size_t colon = item.value.find(':');
        Element limit{.resource = known->resource};
        limit.soft = TRY(amount(item.value.substr(0, colon), item));
        limit.hard = colon == std::string_view::npos ? limit.soft : TRY(amount(item.value.substr(colon + 1), item));
        if (limit.soft > limit.hard) {
            return refuse(item, "'%s': the soft limit is above the hard limit", shown(item.value).c_str());
        }
        return limit;
    }
    static std::string member(const Element& limit) {
        return std::ranges::find(kLimits, limit.resource, &LimitName::resource)->name;
    }
    static std::string print(const Element& limit) {
        return limit.soft == limit.hard ? text(limit.soft) : text(limit.soft) + ":" + text(limit.hard);
    }

  private:
    static Result<rlim_t> amount(std::string_view word, const Item& item) {
        word = trim(word);
        if (word == "unlimited") {
            return RLIM_INFINITY;
        }
        const auto value = parse_unsigned(word, RLIM_INFINITY - 1, "limit");
        if (!value) {
            return refuse(item, "'%s' is not SOFT or SOFT:HARD in numbers or unlimited", shown(item.value).c_str());
        }
        return *value;
    }
    static std::string text(rlim_t amount) { return amount == RLIM_INFINITY ? "unlimited" : std::to_string(amount); }
};

// A file below a directory of /proc, named with dots or slashes.
struct Named {
    using Element = Setting;

    static std::string member(const Element& setting) { return setting.key; }
    static std::string print(const Element& setting) { return setting.value; }
};

struct Sysctl : Named {
    static Result<Element> read(const Item& item) {
        // "." and "/" both separate, so that an empty part is all that could lead upwards.
        for (const std::string_view field : split_fields(item.member, '.')) {
            for (const std::string_view part : split_fields(field, '/')) {
                if (part.empty()) {
                    return refuse(item, "this is not the name of a sysctl");
                }
            }
        }
        return Element{std::string(item.member), std::string(item.value)};
    }
};

struct ProcFile : Named {
    static Result<Element> read(const Item& item) {
        if (!RelPath::parse(item.member)) {
            return refuse(item, "this is not the name of a file below /proc/self");
        }
        return Element{std::string(item.member), std::string(item.value)};
    }
};

constexpr Key kRows[] = {
    kEnvironment,
    row<Variables, kSpec, &ContainerSpec::hooks, &HooksSpec::environment>("lxc.environment.hooks", "STAGE=test",
                                                                          "a variable for hooks only"),
    row<Variables, &Draft::runtime_environment>("lxc.environment.runtime", "LANG=C.UTF-8",
                                                "a variable for the first process, and for no hook"),
    row<Flag, kSpec, kLifecycle, &LifecycleSpec::ephemeral>("lxc.ephemeral", "1",
                                                            "1: the container is destroyed when it stops"),
    row<Command, &Draft::init_command>(
        "lxc.init.cmd", "/bin/sh -c 'exec sleep 100'",
        "the command that runs as the first process; init and systemd leave the console to their logins"),
    row<GuestPath, kSpec, kProcess, &ProcessSpec::cwd>("lxc.init.cwd", "/root",
                                                       "the first process's working directory in the container"),
    row<Number<kNoId - 1>, kSpec, kProcess, &ProcessSpec::gid>("lxc.init.gid", "1000",
                                                               "the first process's group id in the container"),
    row<Groups, kSpec, kProcess, &ProcessSpec::groups>("lxc.init.groups", "4,27",
                                                       "its supplementary group ids, comma separated"),
    row<Number<kNoId - 1>, kSpec, kProcess, &ProcessSpec::uid>("lxc.init.uid", "1000",
                                                               "the first process's user id in the container"),
    family<Limit, kSpec, kProcess, &ProcessSpec::limits>("lxc.prlimit.", "nofile", "1024:4096",
                                                         "a resource limit, SOFT[:HARD], as setrlimit(2) knows them"),
    family<ProcFile, kSpec, kProcess, &ProcessSpec::proc_settings>(
        "lxc.proc.", "oom_score_adj", "500", "a text for a file below /proc/self of the first process"),
    row<Flag, kSpec, kProcess, &ProcessSpec::core_scheduling>(
        "lxc.sched.core", "1", "1: processes of others never run beside its own on one core's threads"),
    row<Signal, kSpec, kLifecycle, &LifecycleSpec::halt_signal>("lxc.signal.halt", "SIGRTMIN+3",
                                                                "the signal that asks the first process to halt"),
    row<Signal, kSpec, kLifecycle, &LifecycleSpec::reboot_signal>("lxc.signal.reboot", "SIGHUP",
                                                                  "the signal that asks it to reboot"),
    row<Signal, kSpec, kLifecycle, &LifecycleSpec::stop_signal>("lxc.signal.stop", "SIGTERM",
                                                                "the signal of a forced stop"),
    family<Sysctl, kSpec, kProcess, &ProcessSpec::sysctls>("lxc.sysctl.", "net.ipv4.ip_forward", "1",
                                                           "a kernel setting of the container's own namespaces"),
    row<Text, kSpec, &ContainerSpec::hostname>("lxc.uts.name", "mail", "the container's host name"),
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> process_keys() { return kRows; }

}  // namespace cubby::lxc
