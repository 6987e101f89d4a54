#include "tests/unit/storage/own_holder.h"

#include <pwd.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

#include "base/parse.h"
#include "kernel/delete_tree.h"
#include "kernel/process.h"
#include "kernel/procfs.h"
#include "kernel/userns_process.h"
#include "spec/validate.h"

namespace cubby::test {
namespace {

// The first range of this user in /etc/subuid or /etc/subgid.
Result<IdRange> subordinate(const char* file) {
    const std::string text = TRY(read_named(file, 1U << 20U));
    const passwd* entry = getpwuid(getuid());
    const std::string number = std::to_string(getuid());
    for (const auto line : split_words(text, "\n")) {
        const auto fields = split_fields(line, ':');
        if (fields.size() == 3 && (fields[0] == number || (entry != nullptr && fields[0] == entry->pw_name))) {
            return IdRange{1, static_cast<uint32_t>(TRY(parse_unsigned(fields[1], kNoId, "id"))),
                           static_cast<uint32_t>(TRY(parse_unsigned(fields[2], kNoId, "count")))};
        }
    }
    return FAIL(Code::not_found, "%s has no line for this user", file);
}

Status run_mapper(const char* program, pid_t pid, const IdRanges& ranges) {
    Command command{{program, std::to_string(pid)}, {}, -1, -1, 2, -1};
    for (const IdRange& range : ranges) {
        for (const uint32_t number : {range.inside, range.outside, range.count}) {
            command.argv.push_back(std::to_string(number));
        }
    }
    const Spawned mapper = TRY(spawn(command));
    const ExitStatus ended = TRY(wait_child(mapper.pidfd.get()));
    return ended.shell_code() == 0 ? Status{} : FAIL(Code::child_failed, "%s failed", program);
}

Status map_ids(const OwnHolder& holder, pid_t pid, const ProcFs& process) {
    if (holder.maps.uids.size() > 1) {
        TRY(run_mapper("/usr/bin/newgidmap", pid, holder.maps.gids));
        return run_mapper("/usr/bin/newuidmap", pid, holder.maps.uids);
    }
    TRY(process.write("setgroups", "deny"));
    TRY(process.write("gid_map", map_text(holder.maps.gids)));
    return process.write("uid_map", map_text(holder.maps.uids));
}

}  // namespace

Result<OwnHolder> make_own_holder(bool single) {
    OwnHolder holder;
    holder.maps = {{{0, getuid(), 1}}, {{0, getgid(), 1}}};
    if (!single) {
        holder.maps.uids.push_back(TRY(subordinate("/etc/subuid")));
        holder.maps.gids.push_back(TRY(subordinate("/etc/subgid")));
    }
    int ready[2];
    int done[2];
    if (pipe2(ready, O_CLOEXEC) != 0 || pipe2(done, O_CLOEXEC) != 0) {
        return FAIL_ERRNO("pipe");
    }
    const pid_t pid = fork();
    char byte = 0;
    if (pid == 0) {
        close(done[1]);
        const bool made = unshare(CLONE_NEWUSER) == 0 && write(ready[1], "r", 1) == 1;
        _exit(made && read(done[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(ready[1]);
    Fd end(done[1]);
    const Fd begin(ready[0]);
    close(done[0]);
    const Fd pidfd = TRY(open_pidfd(pid));
    Status mapped = read(ready[0], &byte, 1) == 1 ? Status{} : FAIL(Code::denied, "no user namespace");
    if (mapped) {
        const ProcFs process = TRY(TRY(ProcFs::open()).of_process(pid, pidfd.get()));
        mapped = map_ids(holder, pid, process);
        holder.userns = TRY(process.open_namespace(Ns::user));
    }
    end.reset();
    waitpid(pid, nullptr, 0);
    TRY(std::move(mapped));
    return holder;
}

namespace {

std::string fresh_directory(Medium medium) {
    const char* base = medium == Medium::memory ? "/dev/shm" : getenv("TMPDIR");
    std::string path = std::string(base != nullptr ? base : "/tmp") + "/cubby-test-XXXXXX";
    return mkdtemp(path.data()) != nullptr ? path : std::string("/nowhere");
}

}  // namespace

TemporaryTree::TemporaryTree(const OwnHolder& holder, Medium medium)
    : holder_(holder), path_(fresh_directory(medium)), root_(*Root::at(path_)) {}

TemporaryTree::~TemporaryTree() {
    const auto slash = path_.rfind('/');
    const auto parent = Root::at(path_.substr(0, slash));
    const Status done = run_in_user_namespace(holder_.userns.get(), nullptr, {},
                                              [&] { return delete_tree(parent->fd(), path_.c_str() + slash + 1); });
    EXPECT_TRUE(ok(done));
}

void HolderTest::SetUp() {
    auto made = make_own_holder(false);
    if (!made && made.error().code == Code::not_found) {
        GTEST_SKIP() << "no-subids";
    }
    ASSERT_TRUE(ok(made));
    holder_ = std::move(*made);
}

ContainerIds HolderTest::container_ids() const {
    const auto one = [](const IdRanges& holder) { return *translate(default_map(holder), holder, "id map"); };
    return {holder_.userns.get(), {one(holder_.maps.uids), one(holder_.maps.gids)}};
}

void HolderTest::in_holder(const std::function<Status()>& body) const {
    EXPECT_TRUE(ok(run_in_user_namespace(holder_.userns.get(), nullptr, {}, body)));
}

void HolderTest::in_container(const std::function<Status()>& body) const {
    const ContainerIds ids = container_ids();
    EXPECT_TRUE(ok(run_in_user_namespace({ids.holder, &ids.maps, {}}, [&]() -> Status {
        TRY(become_root());
        return body();
    })));
}

}  // namespace cubby::test
