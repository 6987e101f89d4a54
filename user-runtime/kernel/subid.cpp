#include "kernel/subid.h"

#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>

#include "base/parse.h"
#include "kernel/installed.h"
#include "kernel/process.h"
#include "kernel/program_output.h"
#include "kernel/root.h"

namespace cubby {
namespace {

constexpr size_t kOutputLimit = 1 << 20;
constexpr size_t kMaxSpans = 10000;
constexpr int kNotStarted = 127;  // ld.so(8) could not find a library

std::string span_lines(const char* kind, const std::vector<IdSpan>& spans) {
    std::string text;
    for (const IdSpan& span : spans) {
        text += kind + (" " + std::to_string(span.first)) + " " + std::to_string(span.count) + "\n";
    }
    return text;
}

Status add_span(std::vector<IdSpan>& spans, std::string_view rest) {
    const auto fields = split_words(rest);
    if (fields.size() != 2 || spans.size() >= kMaxSpans) {
        return FAIL(Code::broken, "'%.60s' is not a range of ids", printable(rest).c_str());
    }
    const uint64_t first = TRY(parse_unsigned(fields[0], INT64_MAX, "first id"));
    spans.push_back({first, TRY(parse_unsigned(fields[1], INT64_MAX, "count of ids"))});
    return {};
}

SubordinateIds troubled(std::string why, bool passing) {
    SubordinateIds ids;
    ids.user = std::to_string(getuid());
    ids.trouble = std::move(why);
    ids.passing = passing;
    return ids;
}

bool has_privilege(const std::string& path, const struct stat& info) {
    if ((info.st_mode & S_ISUID) != 0 && info.st_uid == 0) {
        return true;
    }
    const auto readable = open_named(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    // Unreadable (mode 4711 less the bit): the attribute cannot be asked for, so the program is given its chance.
    return !readable || fgetxattr(readable->get(), "security.capability", nullptr, 0) > 0;
}

// Absent where there is no such program.
Mapper look_at_mapper(const std::string& path) {
    const auto file = open_named(path, O_PATH);
    struct stat info{};
    if (!file || fstat(file->get(), &info) != 0 || !S_ISREG(info.st_mode) || (info.st_mode & 0111) == 0) {
        return {};
    }
    struct statvfs mounted{};
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
        return {path, MapperFault::no_new_privs};
    }
    if (fstatvfs(file->get(), &mounted) == 0 && (mounted.f_flag & ST_NOSUID) != 0) {
        return {path, MapperFault::nosuid};
    }
    return {path, has_privilege(path, info) ? MapperFault::none : MapperFault::no_privilege};
}

}  // namespace

SubordinateIds find_subordinate_ids(const std::string& finder, int timeout_ms) {
    Command command;
    command.argv = {finder};
    const auto output = run_and_collect(command, Listen::output, kOutputLimit, timeout_ms);
    if (!output && output.error().code == Code::timeout) {
        return troubled("the lookup of subordinate ids did not end in " + std::to_string(timeout_ms / 1000) +
                            " s; its module (subid: in /etc/nsswitch.conf) hangs",
                        true);
    }
    if (!output) {
        return troubled(output.error().message(), true);
    }
    if (output->status.signaled || output->status.value == kNotStarted) {
        return output->status.signaled ? troubled("the lookup of subordinate ids was killed by signal " +
                                                      std::to_string(output->status.value),
                                                  true)
                                       : troubled("libsubid is not installed", false);
    }
    auto parsed = parse_ranges_text(output->text);
    return parsed ? *parsed : troubled(parsed.error().message(), true);
}

std::string ranges_text(const SubordinateIds& ids) {
    std::string text = "user " + printable(ids.user) + "\norigin " + printable(ids.origin) + "\n";
    text += span_lines("uid", ids.uids) + span_lines("gid", ids.gids);
    text += ids.trouble.empty() ? "" : "trouble " + printable(ids.trouble) + "\n";
    return text + (ids.passing ? "passing\n" : "");
}

Result<SubordinateIds> parse_ranges_text(std::string_view text) {
    SubordinateIds ids;
    if (!text.ends_with('\n')) {
        return FAIL(Code::broken, "the list of subordinate ids is cut short");
    }
    text.remove_suffix(1);
    for (const auto line : split_fields(text, '\n')) {
        const size_t blank = std::min(line.find(' '), line.size());
        const auto word = line.substr(0, blank);
        const auto rest = blank < line.size() ? line.substr(blank + 1) : std::string_view{};
        if (word == "uid") {
            TRY(add_span(ids.uids, rest));
        } else if (word == "gid") {
            TRY(add_span(ids.gids, rest));
        } else if (word == "user") {
            ids.user = rest;
        } else if (word == "origin") {
            ids.origin = rest;
        } else if (word == "trouble") {
            ids.trouble = rest;
        } else if (line == "passing") {
            ids.passing = true;
        } else {
            return FAIL(Code::broken, "the list of subordinate ids has a line '%.60s'", printable(line).c_str());
        }
    }
    if (ids.user.empty()) {
        return FAIL(Code::broken, "the list of subordinate ids names no user");
    }
    return ids;
}

Mapper find_mapper(std::string_view name) {
    // The last one is where NixOS keeps its privileged programs.
    for (const char* folder : {"/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/run/wrappers/bin"}) {
        const std::string path = std::string(folder) + "/" + std::string(name);
        if (Mapper found = look_at_mapper(path); found.fault != MapperFault::absent) {
            return found;
        }
    }
    return {};
}

Mapper find_own_mapper() {
    const auto path = installed_program("cubby-idmap");
    return path ? look_at_mapper(*path) : Mapper{};
}

const char* describe(MapperFault fault) noexcept {
    switch (fault) {
        case MapperFault::none: return "usable";
        case MapperFault::absent: return "not installed";
        case MapperFault::no_privilege: return "has neither the set-uid bit nor file capabilities";
        case MapperFault::nosuid: return "is on a file system mounted nosuid";
        case MapperFault::no_new_privs: return "cannot gain its privileges: this process has no_new_privs set";
    }
    __builtin_unreachable();
}

}  // namespace cubby
