#include "kernel/idmap.h"

#include "base/parse.h"
#include "kernel/root.h"

namespace cubby {

Status write_id_maps(const ProcFs& process, const IdMaps& maps, bool deny_setgroups) noexcept {
    if (deny_setgroups) {
        TRY(process.write("setgroups", "deny"));
    }
    TRY(process.write("gid_map", map_text(maps.gids)));
    TRY(process.write("uid_map", map_text(maps.uids)));
    return {};
}

Result<IdRanges> parse_map_text(std::string_view text) {
    IdRanges ranges;
    for (const auto line : split_words(text, "\n")) {
        const auto fields = split_words(line);
        if (fields.size() != 3) {
            return FAIL(Code::invalid_config, "id map line '%.60s' has not three numbers", printable(line).c_str());
        }
        IdRange range;
        range.inside = static_cast<uint32_t>(TRY(parse_unsigned(fields[0], kNoId, "id map")));
        range.outside = static_cast<uint32_t>(TRY(parse_unsigned(fields[1], kNoId, "id map")));
        range.count = static_cast<uint32_t>(TRY(parse_unsigned(fields[2], kNoId, "id map")));
        ranges.push_back(range);
    }
    return ranges;
}

Status write_id_maps_of(const Cloned& process, const IdMaps& maps) noexcept {
    const ProcFs proc = TRY(ProcFs::open());
    return write_id_maps(TRY(proc.of_process(process.pid, process.pidfd.get())), maps, false);
}

Result<IdMaps> read_own_id_maps() {
    IdMaps maps;
    maps.uids = TRY(parse_map_text(TRY(read_named("/proc/self/uid_map", 65536))));
    maps.gids = TRY(parse_map_text(TRY(read_named("/proc/self/gid_map", 65536))));
    return maps;
}

}  // namespace cubby
