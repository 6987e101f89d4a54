// cubby doctor: user namespaces, subordinate ids, the programs that map them, and the holder.

#include <unistd.h>

#include <algorithm>

#include "assembly/doctor_rows.h"
#include "assembly/holder.h"
#include "base/parse.h"
#include "kernel/root.h"

namespace cubby {
namespace {

constexpr uint64_t kIdsOfOneContainer = 65536;
constexpr uint64_t kFirstFree = 100000;  // SUB_UID_MIN of login.defs(5)
constexpr size_t kFileLimit = 16 << 20;

DoctorRow user_namespace_row(const Findings& findings) {
    DoctorRow row{"user-namespace", DoctorStatus::ok, "works", "containers can be made without root", ""};
    // Where AppArmor takes its rights away, it can be made, and nothing can be done in it.
    int why = 0;
    for (const Feature step : {Feature::user_namespace, Feature::single_map, Feature::mnt_namespace}) {
        why = why == 0 ? findings.features.of(step) : why;
    }
    if (why != 0) {
        const Refusal refusal = explain_user_namespace(why);
        row.status = DoctorStatus::missing;
        row.found = error_words(why) + ": " + refusal.cause;
        row.meaning = "no container can start here; " + refusal.cure;
        row.cure = refusal.command;
    }
    return row;
}

uint64_t total(const std::vector<IdSpan>& spans) {
    uint64_t sum = 0;
    for (const IdSpan& span : spans) {
        sum += std::min<uint64_t>(span.count, kNoId);
    }
    return sum;
}

// Behind the last id that either file gives to anybody.
uint64_t first_free_id() {
    uint64_t free = kFirstFree;
    for (const char* path : {"/etc/subuid", "/etc/subgid"}) {
        const auto text = read_named(path, kFileLimit);
        for (const auto line : split_words(text ? std::string_view(*text) : "", "\n")) {
            const auto fields = split_fields(line, ':');
            const auto first =
                fields.size() == 3 ? parse_unsigned(fields[1], kNoId, "first id") : FAIL(Code::usage, "-");
            const auto count = fields.size() == 3 ? parse_unsigned(fields[2], kNoId, "count") : FAIL(Code::usage, "-");
            if (first && count) {
                free = std::max(free, *first + *count);
            }
        }
    }
    return free;
}

std::string grant_command(const SubordinateIds& ids, bool uids, bool gids) {
    const uint64_t first = first_free_id();
    const bool files = ids.origin.starts_with("/etc/");
    if (!files || ids.user.empty() || first + kIdsOfOneContainer >= kNoId) {
        return {};
    }
    return "echo " + shell_word(ids.user + ":" + std::to_string(first) + ":" + std::to_string(kIdsOfOneContainer)) +
           " | tee -a" + (uids ? " /etc/subuid" : "") + (gids ? " /etc/subgid" : "");
}

DoctorRow ranges_row(const SubordinateIds& ids) {
    const uint64_t uids = total(ids.uids);
    const uint64_t gids = total(ids.gids);
    DoctorRow row{"subordinate-ids", DoctorStatus::ok,
                  std::to_string(uids) + " user ids and " + std::to_string(gids) + " group ids for " + ids.user +
                      " from " + ids.origin,
                  "every account of a container has an id of its own", ""};
    if (!ids.trouble.empty()) {
        row.found += "; " + ids.trouble;
    }
    if (uids == 0 || gids == 0) {
        row.status = DoctorStatus::degraded;
        row.meaning = "containers have one single id: root inside is you, other accounts inside do not exist";
        if (!ids.origin.empty() && !ids.origin.starts_with("/etc/")) {
            row.meaning += "; the administrator of that directory grants ranges";
        }
        row.cure = grant_command(ids, uids == 0, gids == 0);
    } else if (uids < kIdsOfOneContainer || gids < kIdsOfOneContainer) {
        row.status = DoctorStatus::degraded;
        row.meaning =
            "a container of a whole distribution wants 65536 ids; high ids such as nobody (65534) are missing";
        row.cure = grant_command(ids, uids < kIdsOfOneContainer, gids < kIdsOfOneContainer);
    }
    return row;
}

std::string mapper_cure(const Mapper& uids, const Mapper& gids) {
    if (uids.fault == MapperFault::absent || gids.fault == MapperFault::absent) {
        return install_command({"uidmap", "shadow-utils", "shadow", "shadow-uidmap", "shadow"});
    }
    std::string paths;
    for (const Mapper* mapper : {&uids, &gids}) {
        paths += mapper->fault == MapperFault::no_privilege ? " " + mapper->path : "";
    }
    return paths.empty() ? "" : "chown root:root" + paths + " && chmod u+s" + paths;
}

DoctorRow mapper_row() {
    if (const Mapper own = find_own_mapper(); own.fault == MapperFault::none) {
        return {"id-mapper", DoctorStatus::ok, own.path, "subordinate ids can be mapped", ""};
    }
    const Mapper uids = find_mapper("newuidmap");
    const Mapper gids = find_mapper("newgidmap");
    DoctorRow row{"id-mapper", DoctorStatus::ok, uids.path + " and " + gids.path, "subordinate ids can be mapped",
                  mapper_cure(uids, gids)};
    for (const auto& [mapper, name] : {std::pair{&gids, "newgidmap"}, std::pair{&uids, "newuidmap"}}) {
        if (mapper->fault != MapperFault::none) {
            row.status = DoctorStatus::degraded;
            row.found = (mapper->path.empty() ? name : mapper->path) + " " + describe(mapper->fault);
            row.meaning = "containers have one single id, whatever ranges you have";
        }
    }
    return row;
}

DoctorRow trial_row(const TrialMap& trial) {
    DoctorRow row{"id-map", DoctorStatus::ok, "a namespace with all your ids was made, by " + trial.rung,
                  "containers have real users and groups", ""};
    if (!trial.refused.empty() || trial.rung.empty()) {
        row.status = DoctorStatus::missing;
        row.found = trial.refused.empty() ? "cubby-holder --probe said nothing" : trial.refused;
        row.meaning = "no container can start here";
    } else if (trial.rung == "single-id") {
        row.status = DoctorStatus::degraded;
        row.found = "a namespace with your own id alone: " + trial.reason;
        row.meaning =
            "containers run as one id; apt and apk still install there, services that change ids do not start";
    }
    return row;
}

DoctorRow holder_row(const TrialMap& trial) {
    DoctorRow row{"holder", DoctorStatus::ok, "not running", "the next command starts it", ""};
    const auto found = find_holder();
    if (!found) {
        row.status = DoctorStatus::missing;
        row.found = found.error().message();
        row.meaning = "commands cannot enter your user namespace";
        return row;
    }
    const std::optional<Holder>& running = *found;
    if (!running) {
        return row;
    }
    const Holder& holder = *running;
    row.found = "running, " + holder.rung + ", " + std::to_string(holder.maps.uids.size()) + " ranges of user ids";
    if (!holder.reason.empty() && !holder.single_id()) {
        row.found += "; " + holder.reason;
    }
    row.meaning = "containers start without a privileged program";
    if (holder.outdated && holder.single_id() && trial.rung != "single-id") {
        row.meaning = "it has one single id, for which there is no reason any more: the next command replaces it";
    } else if (holder.outdated) {
        row.status = DoctorStatus::degraded;
        row.found += "; /etc/subuid, /etc/subgid or the program that maps changed since it started";
        row.meaning =
            "new containers still get the old ids; cubby-holder --stop makes way for a new one, containers go on";
    }
    return row;
}

}  // namespace

void add_id_rows(const Findings& findings, DoctorRows& rows) {
    rows.push_back(user_namespace_row(findings));
    rows.push_back(ranges_row(findings.trial.ids));
    rows.push_back(mapper_row());
    rows.push_back(trial_row(findings.trial));
    rows.push_back(holder_row(findings.trial));
}

}  // namespace cubby
