#include "netns-helper/user_namespace.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "base/parse.h"
#include "kernel/feature_probe.h"
#include "kernel/idmap.h"
#include "kernel/process.h"
#include "kernel/procfs.h"
#include "kernel/program_output.h"
#include "kernel/root.h"
#include "kernel/unix_socket.h"
#include "netns-helper/id_plan.h"

namespace cubby::holder {
namespace {

constexpr int kMapperTimeoutMs = 2000;
constexpr int kIdmapTarget = 3;        // the descriptor that cubby-idmap takes
constexpr size_t kMapperWords = 4096;  // bytes of its message
constexpr size_t kMapFile = 65536;     // 340 lines of at most 35 bytes

// A process that is the first in a new user namespace, so that maps can be written for it.  Ends with this object.
class Seed {
  public:
    static Result<Seed> plant() noexcept;
    Seed(Seed&&) noexcept = default;
    Seed& operator=(Seed&&) = delete;
    Seed(const Seed&) = delete;
    Seed& operator=(const Seed&) = delete;
    ~Seed() {
        if (process_.pidfd) {
            static_cast<void>(send_signal(process_.pidfd.get(), SIGKILL));
            static_cast<void>(wait_child(process_.pidfd.get()));
        }
    }

    [[nodiscard]] pid_t pid() const noexcept { return process_.pid; }
    [[nodiscard]] int pidfd() const noexcept { return process_.pidfd.get(); }
    Result<ProcFs> directory() const noexcept {
        return TRY(ProcFs::open()).of_process(process_.pid, process_.pidfd.get());
    }
    // Whether root in there has root's rights: 0, or the errno of what it tried.
    Result<int> try_rights() noexcept;

  private:
    Seed(Cloned process, Fd talk) noexcept : process_(std::move(process)), talk_(std::move(talk)) {}
    Cloned process_;
    Fd talk_;
};

// Waits for the word, tries what needs CAP_SYS_ADMIN in the namespace, answers with the errno, and waits for its end.
[[noreturn]] void seed_main(int talk) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char word = 0;
    if (read(talk, &word, 1) == 1) {
        const int why = unshare(CLONE_NEWUTS) == 0 ? 0 : errno;
        if (write(talk, &why, sizeof why) == sizeof why) {
            while (read(talk, &word, 1) > 0) {
            }
        }
    }
    _exit(0);
}

Result<Seed> Seed::plant() noexcept {
    auto talk = TRY(socket_pair());
    auto process = clone_process(CLONE_NEWUSER);
    if (!process) {
        const Refusal refusal = explain_user_namespace(process.error().sys_errno);
        return FAIL(Code::denied, "no user namespace: %s; %s", refusal.cause.c_str(), refusal.cure.c_str());
    }
    if (process->pid == 0) {
        talk[0].reset();
        seed_main(talk[1].get());
    }
    return Seed(std::move(*process), std::move(talk[0]));
}

Result<int> Seed::try_rights() noexcept {
    int why = 0;
    if (write(talk_.get(), "t", 1) != 1) {
        return FAIL_ERRNO("ask the first process of the user namespace");
    }
    TRY(wait_readable(talk_.get(), kMapperTimeoutMs, "the first process of the user namespace"));
    if (read(talk_.get(), &why, sizeof why) != sizeof why) {
        return FAIL(Code::child_failed, "the first process of the user namespace ended early");
    }
    return why;
}

void add_numbers(const IdRanges& ranges, std::vector<std::string>& argv) {
    for (const IdRange& range : ranges) {
        for (const uint32_t number : {range.inside, range.outside, range.count}) {
            argv.push_back(std::to_string(number));
        }
    }
}

// An error says in the program's own words why not.
Status run_to_success(const Command& command) {
    const ProgramOutput output = TRY(run_and_collect(command, Listen::errors, kMapperWords, kMapperTimeoutMs));
    if (output.status.signaled || output.status.value != 0) {
        const auto lines = split_words(output.text, "\n");
        return FAIL(Code::denied, "%s",
                    lines.empty() ? (command.argv.front() + " failed").c_str() : printable(lines.front()).c_str());
    }
    return {};
}

// newuidmap or newgidmap.
Status run_mapper(const Mapper& mapper, pid_t pid, const IdRanges& ranges) {
    Command command;
    // By number: 4.13 knows no other form, and the process is our child and not waited for, so the number stays its own.
    command.argv = {mapper.path, std::to_string(pid)};
    add_numbers(ranges, command.argv);
    return run_to_success(command);
}

// cubby-idmap: both maps at once, the process by its pidfd.
Status run_own_mapper(const Mapper& mapper, int pidfd, const IdMaps& maps) {
    Command command;
    command.argv = {mapper.path, "u"};
    add_numbers(maps.uids, command.argv);
    command.argv.emplace_back("g");
    add_numbers(maps.gids, command.argv);
    command.keep = pidfd;
    command.keep_as = kIdmapTarget;
    return run_to_success(command);
}

Result<IdRanges> map_of(const ProcFs& process, const char* file) {
    const Fd fd = TRY(process.open_entry(file, O_RDONLY));
    return parse_map_text(TRY(read_all(fd.get(), kMapFile, file)));
}

// The namespace of a mapped seed, when the kernel shows just the maps that were wanted.
Result<MappedNamespace> harvest(Seed& seed, const IdMaps& wanted, Rung rung) {
    const ProcFs directory = TRY(seed.directory());
    MappedNamespace made;
    made.maps.uids = TRY(map_of(directory, "uid_map"));
    made.maps.gids = TRY(map_of(directory, "gid_map"));
    made.rung = rung;
    if (made.maps != wanted) {
        return FAIL(Code::broken, "the kernel shows other maps than were written");
    }
    if (const int why = TRY(seed.try_rights()); why != 0) {
        if (why == ENOSPC) {  // the user namespace is there: it is the limit of what was tried in it
            return FAIL(
                Code::unsupported,
                "a namespace in the user namespace: as many as user.max_uts_namespaces allows are in use; root: "
                "sysctl -w user.max_uts_namespaces with a larger number");
        }
        const Refusal refusal = explain_user_namespace(why);
        return FAIL(Code::denied, "a user namespace without rights: %s; %s", refusal.cause.c_str(),
                    refusal.cure.c_str());
    }
    made.user_namespace = TRY(directory.open_namespace(Ns::user));
    return made;
}

// The programs that can write a map of many ids.
struct Mappers {
    Mapper own = find_own_mapper();
    Mapper uids = find_mapper("newuidmap");
    Mapper gids = find_mapper("newgidmap");

    [[nodiscard]] bool own_works() const { return own.fault == MapperFault::none; }
    // Why the distribution's cannot, or an empty text.
    [[nodiscard]] std::string fault() const {
        if (uids.fault != MapperFault::none) {
            return (uids.path.empty() ? "newuidmap" : uids.path) + " " + describe(uids.fault);
        }
        return gids.fault == MapperFault::none
                   ? ""
                   : (gids.path.empty() ? "newgidmap" : gids.path) + " " + describe(gids.fault);
    }
    // Whether that is about the process that started this one, or about its mounts: the next one may be better off.
    [[nodiscard]] bool passing() const {
        return uids.fault == MapperFault::no_new_privs || uids.fault == MapperFault::nosuid;
    }
};

// Why there is nothing to be mapped but the user himself, or an empty text.
std::string no_ranges(const SubordinateIds& ids, const IdMaps& wanted) {
    const bool no_uids = wanted.uids.size() < 2;
    const bool no_gids = wanted.gids.size() < 2;
    if (!no_uids && !no_gids) {
        return {};
    }
    const std::string kind =
        std::string(no_uids ? "user" : "") + (no_uids && no_gids ? " and " : "") + (no_gids ? "group" : "");
    return ids.trouble.empty() ? ids.user + " has no subordinate " + kind + " ids in " + ids.origin : ids.trouble;
}

Result<MappedNamespace> map_by_own(const IdMaps& wanted, const Mapper& own) {
    Seed seed = TRY(Seed::plant());
    TRY(run_own_mapper(own, seed.pidfd(), wanted));
    return harvest(seed, wanted, Rung::cubby_idmap);
}

Result<MappedNamespace> map_by_distribution(const IdMaps& wanted, const Mappers& mappers) {
    if (const std::string fault = mappers.fault(); !fault.empty()) {
        return FAIL(Code::denied, "%s", fault.c_str());
    }
    Seed seed = TRY(Seed::plant());
    TRY(run_mapper(mappers.gids, seed.pid(), wanted.gids));
    TRY(run_mapper(mappers.uids, seed.pid(), wanted.uids));
    return harvest(seed, wanted, Rung::newuidmap);
}

// The first of the programs that does it.
Result<MappedNamespace> map_many(const IdMaps& wanted, const Mappers& mappers) {
    std::string refused;
    if (mappers.own_works()) {
        auto made = map_by_own(wanted, mappers.own);
        if (made) {
            return made;
        }
        refused = made.error().message();
    }
    auto made = map_by_distribution(wanted, mappers);
    if (made) {
        made->reason = refused;
    } else if (!refused.empty()) {
        return FAIL(made.error().code, "%s; %s", refused.c_str(), made.error().message());
    }
    return made;
}

Result<MappedNamespace> map_single() {
    const IdMaps wanted{{{0, geteuid(), 1}}, {{0, getegid(), 1}}};
    Seed seed = TRY(Seed::plant());
    if (auto written = write_id_maps(TRY(seed.directory()), wanted, true); !written) {
        const Refusal refusal = explain_user_namespace(written.error().sys_errno);
        return FAIL(Code::denied, "no id map: %s; %s", refusal.cause.c_str(), refusal.cure.c_str());
    }
    return harvest(seed, wanted, Rung::single_id);
}

}  // namespace

Result<MappedNamespace> make_user_namespace(const SubordinateIds& ids) {
    const IdMaps wanted{plan_ranges(geteuid(), ids.uids), plan_ranges(getegid(), ids.gids)};
    std::string reason = no_ranges(ids, wanted);
    bool passing = ids.passing;
    if (reason.empty()) {
        const Mappers mappers;
        auto made = map_many(wanted, mappers);
        if (made) {
            return made;
        }
        reason = made.error().message();
        passing = passing || mappers.passing() || made.error().code == Code::timeout;
    }
    MappedNamespace single = TRY(map_single());
    single.reason = std::move(reason);
    single.passing = passing;
    return single;
}

}  // namespace cubby::holder
