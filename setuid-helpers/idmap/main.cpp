// cubby-idmap: writes both id maps of one user namespace, by the administrator's /etc/subuid and /etc/subgid.
//
//   cubby-idmap u IN OUT N [IN OUT N...] g IN OUT N [IN OUT N...]     descriptor 3: a pidfd of the process in it
//
// Exit status: 0 done, 64 not understood (E01 to E05), 77 not allowed (E10, E11), 69 this host or this call cannot have it
// (E20 to E22), 71 the kernel refused (E30).  One line on standard error, always the same one for the same number.
// Nothing is written unless all of it may be.

#include <asm/unistd.h>
#include <linux/capability.h>

#include "setuid-helpers/guard/program.h"
#include "setuid-helpers/guard/system_calls.h"
#include "setuid-helpers/idmap/policy.h"
#include "setuid-helpers/idmap/target.h"

namespace cubby::idmap {
namespace {

constexpr uint64_t kNeeded = uint64_t{1} << CAP_SETUID | uint64_t{1} << CAP_SETGID;
constinit Request request;

int answer(int status, const char* line) noexcept {
    guard::say(line);
    return status;
}

int end(Refusal refusal) noexcept {
    switch (refusal) {
        case Refusal::none: return 0;
        case Refusal::usage: break;
        case Refusal::number: return answer(64, "cubby-idmap: E02 a number is not plain decimal\n");
        case Refusal::range: return answer(64, "cubby-idmap: E03 a range has no ids, or leads past the last one\n");
        case Refusal::too_many: return answer(64, "cubby-idmap: E04 a map has too many ranges\n");
        case Refusal::too_long: return answer(64, "cubby-idmap: E05 a map is longer than the kernel takes\n");
        case Refusal::ids: return answer(77, "cubby-idmap: E10 not your ids\n");
        case Refusal::target: return answer(77, "cubby-idmap: E11 not a new namespace of yours\n");
        case Refusal::privilege: return answer(69, "cubby-idmap: E20 no privilege to use here\n");
        case Refusal::files: return answer(69, "cubby-idmap: E21 a file of the administrator cannot be used\n");
        case Refusal::descriptor: return answer(69, "cubby-idmap: E22 descriptor 3 is not open\n");
        case Refusal::kernel: return answer(71, "cubby-idmap: E30 the kernel refused the maps\n");
    }
    return answer(
        64,
        "cubby-idmap: E01 usage: cubby-idmap u IN OUT N... g IN OUT N..., with a pidfd as descriptor 3; cubby "
        "runs it by itself\n");
}

bool write(int fd, const char* bytes, size_t size) noexcept {
    return guard::call(__NR_write, fd, guard::word(bytes), static_cast<long>(size)) == static_cast<long>(size);
}

// The one effect.  In this order: setgroups cannot be denied once gid_map is written (user_namespaces(7)).
Refusal write_maps(const Target& target, bool deny_setgroups) noexcept {
    return (!deny_setgroups || write(target.setgroups, "deny", 4)) &&
                   write(target.gid_map, request.gids.text, request.gids.size) &&
                   write(target.uid_map, request.uids.text, request.uids.size)
               ? Refusal::none
               : Refusal::kernel;
}

Refusal serve(char* const* arguments, size_t count) noexcept {
    guard::Caller caller;
    const bool doors = guard::close_doors(kTarget);
    const bool given = guard::is_open(kTarget);  // asked before anything here could become that number
    const bool kept = guard::keep_only(kNeeded, caller);
    if (!doors || !kept || !guard::allow_few_calls()) {
        return Refusal::privilege;
    }
    if (const Refusal words = parse_request(arguments, count, request); words != Refusal::none) {
        return words;
    }
    if (!caller.privileged || !given) {
        return caller.privileged ? Refusal::descriptor : Refusal::privilege;
    }
    Target target;
    bool deny_setgroups = true;
    if (const Refusal found = open_target(caller.uid, target); found != Refusal::none) {
        return found;
    }
    if (const Refusal verdict = judge(request, caller, deny_setgroups); verdict != Refusal::none) {
        return verdict;
    }
    return write_maps(target, deny_setgroups);
}

}  // namespace
}  // namespace cubby::idmap

int cubby::guard::program(char* const* arguments, size_t count) noexcept {
    return cubby::idmap::end(cubby::idmap::serve(arguments, count));
}
