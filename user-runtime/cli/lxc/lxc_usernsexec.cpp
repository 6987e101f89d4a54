#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/parse.h"
#include "cli/context.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr uint64_t kLastId = UINT32_MAX - 1;

constexpr Option kOptions[] = {
    {.letter = 'm',
     .name = "map",
     .value = "[u|g|b]:INSIDE:HOST:COUNT",
     .text = "ids inside and the host ids that they stand for, of users, groups or both; may be given several times "
             "(default: from 0 on, your subordinate ids)",
     .repeats = true},
    {.letter = 's', .name = "self", .text = "0 inside is you yourself, and 1 on your subordinate ids"},
    {.letter = 'u', .name = "uid", .value = "UID", .text = "become this user inside (default: 0)"},
    {.letter = 'g', .name = "gid", .value = "GID", .text = "become this group inside (default: 0)"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-usernsexec -- id", "root of your subordinate ids; cubby unshare is root of your own as well"},
};

constexpr ExitRow kExits[] = {
    {kOk, "the command ended with 0; any other status of its own is passed on, 128 + N for signal N"},
};

Status add_map(std::string_view text, IdMaps& maps) {
    const auto parts = split_fields(text, ':');
    const bool three = parts.size() == 3;  // "INSIDE:HOST:COUNT" is both
    const std::string_view kind = three ? "b" : parts.front();
    if ((!three && parts.size() != 4) || (kind != "u" && kind != "g" && kind != "b")) {
        return FAIL(Code::usage, "-m: '%.60s' is not [u|g|b]:INSIDE:HOST:COUNT", printable(text).c_str());
    }
    const size_t first = three ? 0 : 1;
    IdRange range;
    range.inside = static_cast<uint32_t>(TRY(parse_unsigned(parts[first], kLastId, "-m: id inside")));
    range.outside = static_cast<uint32_t>(TRY(parse_unsigned(parts[first + 1], kLastId, "-m: host id")));
    range.count = static_cast<uint32_t>(TRY(parse_unsigned(parts[first + 2], kLastId, "-m: count")));
    if (kind != "g") {
        maps.uids.push_back(range);
    }
    if (kind != "u") {
        maps.gids.push_back(range);
    }
    return {};
}

IdRanges with_self(const IdRanges& subordinate, uint32_t self) {
    IdRanges out{{0, self, 1}};
    for (const IdRange& range : subordinate) {
        if (range.outside != self) {
            out.push_back({range.inside + 1, range.outside, range.count});
        }
    }
    return out;
}

Result<IdMaps> maps_of(const Parsed& line) {
    IdMaps maps;
    for (const std::string& text : line.values("map")) {
        TRY(add_map(text, maps));
    }
    if (!line.has("map")) {
        maps = TRY(subordinate_maps());
    }
    if (line.has("self")) {
        maps = {with_self(maps.uids, getuid()), with_self(maps.gids, getgid())};
    }
    if (maps.uids.empty() || maps.gids.empty()) {
        return FAIL(Code::usage, "-m: it maps no %s ids, and nobody can be anybody without; -m b:… maps both",
                    maps.uids.empty() ? "user" : "group");
    }
    TRY(check_ranges(maps.uids, "-m: user ids"));
    TRY(check_ranges(maps.gids, "-m: group ids"));
    return maps;
}

Result<std::optional<uint32_t>> id_of(const Parsed& line, const char* option, const IdRanges& map) {
    if (const std::string* text = line.value(option)) {
        return std::optional(static_cast<uint32_t>(TRY(parse_unsigned(*text, kLastId, option))));
    }
    // Root where the map has one; else whoever comes.
    return to_outside(map, 0) ? std::optional<uint32_t>(0) : std::nullopt;
}

Result<int> run_usernsexec(const Context& context) {
    IdMaps maps = TRY(maps_of(context.line));
    MappedRequest request{.argv = context.line.tail()};
    request.uid = TRY(id_of(context.line, "uid", maps.uids));
    request.gid = TRY(id_of(context.line, "gid", maps.gids));
    request.maps = std::move(maps);
    if (request.argv.empty()) {
        const char* shell = getenv("SHELL");
        request.argv.emplace_back(shell != nullptr && *shell == '/' ? shell : "/bin/sh");
    }
    return run_mapped(request);
}

}  // namespace

extern const LxcCommand kLxcUsernsexec;
constinit const LxcCommand kLxcUsernsexec{
    .command = {.name = "lxc-usernsexec",
                .whole = &kLxcBareFamily,
                .group = Group::host,
                .summary = "Run a command in a user namespace with your ids",
                .description =
                    "Runs a command, or your shell, as root of a new user namespace, whose ids are yours and your "
                    "subordinate ones.",
                .operands = {.synopsis = "[-- COMMAND...]", .tail = Tail::command, .complete = Complete::program},
                .options = kOptions,
                .examples = kExamples,
                .exits = kExits,
                .gives = Gives::lxc_status,
                .run = run_usernsexec},
    .note = "-m takes host ids of your own ranges only, as newuidmap does",
    .test = "tests/integration/test_lxc_more.py Namespaces.test_usernsexec",
};

}  // namespace cubby::cli
