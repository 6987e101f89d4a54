// A real holder, started as the ordinary user that runs the tests, in a runtime directory of its own.

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "assembly/holder.h"
#include "kernel/idmap.h"
#include "kernel/installed.h"
#include "kernel/namespaces.h"
#include "kernel/process.h"
#include "kernel/runtime_dir.h"
#include "kernel/subid.h"
#include "kernel/unix_socket.h"
#include "kernel/userns_process.h"
#include "netns-helper/wire/holder_wire.h"
#include "tests/unit/holder/place.h"

namespace cubby {
namespace {

using holder_test::Environment;
using holder_test::Etc;
using holder_test::in_child;
using holder_test::in_sandbox;
using holder_test::TempDir;

constexpr int kEndMs = 5000;

Fd connect_raw() {
    const auto dir = runtime_dir();
    const auto name = holder::socket_name(own_user_namespace().value_or(0));
    auto socket = dir ? connect_at(dir->fd(), *name) : Result<Fd>(std::unexpected(dir.error()));
    return socket ? std::move(*socket) : Fd();
}

// The process that listens; by descriptor at once, before its number could be anybody else's.
Fd holder_process(pid_t* number = nullptr) {
    const Fd socket = connect_raw();
    ucred peer{};
    socklen_t length = sizeof peer;
    if (!socket || getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
        return {};
    }
    if (number != nullptr) {
        *number = peer.pid;
    }
    auto process = open_pidfd(peer.pid);
    return process ? std::move(*process) : Fd();
}

std::string namespace_of(const Result<Holder>& holder) {
    struct stat info{};
    if (!holder || fstat(holder->user_namespace.get(), &info) != 0) {
        return std::string("error: ") + (holder ? "stat" : holder.error().message());
    }
    return std::to_string(info.st_ino);
}

class HolderProcess : public testing::Test {
  protected:
    void TearDown() override { EXPECT_TRUE(stop_holder()); }
    TempDir parent_;
    Environment xdg_{"XDG_RUNTIME_DIR", parent_.path()};
};

TEST_F(HolderProcess, StartsOnceAndAnswersTheSame) {
    ASSERT_EQ(holder_test::holder_state(), "none");
    const auto first = ensure_holder();
    ASSERT_TRUE(first) << first.error().message();
    EXPECT_EQ(to_outside(first->maps.uids, 0), geteuid());
    EXPECT_EQ(to_outside(first->maps.gids, 0), getegid());
    EXPECT_FALSE(first->outdated);
    EXPECT_EQ(first->single_id(), first->rung == "single-id");
    EXPECT_EQ(first->single_id(), !first->reason.empty());
    const Fd process = holder_process();
    EXPECT_EQ(namespace_of(ensure_holder()), namespace_of(first));
    EXPECT_TRUE(*same_namespace(ensure_holder()->user_namespace.get(), first->user_namespace.get()));
    EXPECT_FALSE(*wait_ended(process.get(), 0));
}

TEST_F(HolderProcess, TheKernelShowsItsMapsAndRootHasItsRights) {
    const auto held = ensure_holder();
    ASSERT_TRUE(held) << held.error().message();
    const auto seen = run_in_user_namespace({held->user_namespace.get(), nullptr, {}}, [&]() -> Status {
        if (TRY(read_own_id_maps()) != held->maps) {
            return FAIL(Code::broken, "other maps");
        }
        const std::string groups = TRY(read_named("/proc/self/setgroups", 16));
        return groups == (held->single_id() ? "deny\n" : "allow\n") && geteuid() == 0
                   ? Status{}
                   : Status(FAIL(Code::broken, "uid %u, setgroups %s", geteuid(), groups.c_str()));
    });
    EXPECT_TRUE(seen) << seen.error().message();
}

TEST_F(HolderProcess, AllGrantedIdsAreMapped) {
    const auto finder = installed_program("cubby-ranges");
    ASSERT_TRUE(finder);
    const SubordinateIds ids = find_subordinate_ids(*finder);
    if (ids.uids.empty() || ids.gids.empty()) {
        GTEST_SKIP() << "no-subids";
    }
    const auto held = ensure_holder();
    ASSERT_TRUE(held) << held.error().message();
    EXPECT_EQ(held->rung, "newuidmap") << held->reason;
    for (const IdSpan& span : ids.uids) {
        EXPECT_TRUE(to_inside(held->maps.uids, static_cast<uint32_t>(span.first + span.count - 1)));
    }
}

TEST_F(HolderProcess, KilledIsReplacedByTheNextCommand) {
    const auto first = ensure_holder();
    ASSERT_TRUE(first) << first.error().message();
    const Fd process = holder_process();
    ASSERT_TRUE(send_signal(process.get(), SIGKILL));
    ASSERT_TRUE(*wait_ended(process.get(), kEndMs));
    EXPECT_EQ(holder_test::holder_state(), "none") << "its socket is still there, and nobody behind it";
    const auto second = ensure_holder();
    ASSERT_TRUE(second) << second.error().message();
    EXPECT_EQ(second->maps, first->maps);
    EXPECT_FALSE(*same_namespace(first->user_namespace.get(), second->user_namespace.get()));
    // Who has the old namespace can go on in it.
    EXPECT_TRUE(run_in_user_namespace({first->user_namespace.get(), nullptr, {}}, [] { return Status{}; }));
}

TEST_F(HolderProcess, ManyStartersGetOneHolder) {
    constexpr int starters = 16;
    std::vector<std::string> seen(starters);
    std::vector<std::thread> threads;
    threads.reserve(starters);
    for (int at = 0; at < starters; ++at) {
        threads.emplace_back(
            [&, at] { seen[static_cast<size_t>(at)] = in_child([] { return namespace_of(ensure_holder()); }); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(std::ranges::count(seen, seen.front()), starters) << testing::PrintToString(seen);
    EXPECT_EQ(namespace_of(ensure_holder()), seen.front());
}

TEST_F(HolderProcess, StopEndsItAndStopsNothingElse) {
    const auto held = ensure_holder();
    ASSERT_TRUE(held) << held.error().message();
    const Fd process = holder_process();
    ASSERT_TRUE(stop_holder());
    EXPECT_TRUE(*wait_ended(process.get(), kEndMs));
    EXPECT_EQ(holder_test::holder_state(), "none");
    EXPECT_FALSE(std::filesystem::exists(parent_ / "cubby/holder"));
    EXPECT_TRUE(stop_holder()) << "without a holder there is nothing to do";
    EXPECT_TRUE(run_in_user_namespace({held->user_namespace.get(), nullptr, {}}, [] { return Status{}; }));
}

TEST_F(HolderProcess, GoesWhenItsDirectoryGoesAndANewOneComes) {
    const auto first = ensure_holder();
    ASSERT_TRUE(first) << first.error().message();
    const Fd process = holder_process();
    std::filesystem::remove_all(parent_ / "cubby");
    EXPECT_TRUE(*wait_ended(process.get(), kEndMs)) << "nobody can reach it: it must not stay for ever";
    const auto second = ensure_holder();
    ASSERT_TRUE(second) << second.error().message();
    EXPECT_EQ(second->maps, first->maps);
}

TEST_F(HolderProcess, GoesWhenItsDirectoryIsRenamed) {
    ASSERT_TRUE(ensure_holder());
    const Fd process = holder_process();
    std::filesystem::rename(parent_ / "cubby", parent_ / "elsewhere");
    EXPECT_TRUE(ensure_holder());
    EXPECT_TRUE(*wait_ended(process.get(), kEndMs));
}

TEST_F(HolderProcess, ALostSocketFileIsNoDeadlock) {
    const auto first = ensure_holder();
    ASSERT_TRUE(first) << first.error().message();
    const Fd process = holder_process();
    std::filesystem::remove(parent_ / "cubby/holder");
    const auto second = ensure_holder();  // the old one still has the lock for a moment
    ASSERT_TRUE(second) << second.error().message();
    EXPECT_TRUE(*wait_ended(process.get(), kEndMs));
}

// Where inotify is used up only the slow check is left; here it is told to be quick.
TEST_F(HolderProcess, NoticesWithoutInotifyToo) {
    const auto program = installed_program("cubby-holder");
    ASSERT_TRUE(program);
    const std::string done = in_sandbox({}, [&]() -> std::string {
        std::ofstream("/proc/sys/user/max_inotify_instances") << "0";
        const auto dir = runtime_dir();
        Command command;
        command.argv = {*program, "--serve", std::to_string(dir->fd()), "100"};
        command.keep = dir->fd();
        const auto started = spawn(command);
        for (int tries = 0; tries < 500 && !connect_raw(); ++tries) {
            usleep(10000);
        }
        pid_t number = 0;
        const Fd process = holder_process(&number);
        if (!started || !process) {
            return "not started";
        }
        bool inotify = false;
        for (const auto& fd : std::filesystem::directory_iterator("/proc/" + std::to_string(number) + "/fd")) {
            inotify = inotify || std::filesystem::read_symlink(fd.path()).string().find("inotify") != std::string::npos;
        }
        std::filesystem::remove_all(parent_ / "cubby");
        return std::string(inotify ? "has inotify, " : "") + (*wait_ended(process.get(), kEndMs) ? "ended" : "stays");
    });
    EXPECT_EQ(done, "ended");
}

TEST_F(HolderProcess, GarbageAndSilenceDisturbNobody) {
    const auto first = ensure_holder();
    ASSERT_TRUE(first) << first.error().message();
    std::mt19937 random(11);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
    std::vector<Fd> silent;
    for (int at = 0; at < 60; ++at) {
        silent.push_back(connect_raw());  // more than it has room for; some never say a word
        if (at % 2 == 0) {
            std::vector<std::byte> noise(random() % 2000 + 1);
            std::ranges::generate(noise, [&] { return static_cast<std::byte>(random()); });
            const int fds[] = {silent.back().get(), 0};
            static_cast<void>(send_frame(silent.back().get(), noise, fds));
        }
        if (at % 5 == 0) {
            silent.back().reset();
        }
        ASSERT_EQ(namespace_of(ensure_holder()), namespace_of(first)) << at;
    }
    // Asks and does not wait for the answer.
    for (int at = 0; at < 60; ++at) {
        const Fd socket = connect_raw();
        const holder::Request request;
        static_cast<void>(send_frame(socket.get(), std::as_bytes(std::span(&request, 1))));
    }
    pid_t number = 0;
    const Fd process = holder_process(&number);
    silent.clear();
    EXPECT_EQ(namespace_of(ensure_holder()), namespace_of(first));
    const auto fds = std::filesystem::directory_iterator("/proc/" + std::to_string(number) + "/fd");
    EXPECT_LE(std::distance(begin(fds), end(fds)), 30)
        << "descriptors that came along, or clients that went, stayed open";
}

// With few descriptors it serves or says why not, at once; and what it is short of is not what clients suffer from.
TEST_F(HolderProcess, ServesWithFewDescriptors) {
    int served = 0;
    for (rlim_t most = 4; most < 20; ++most) {
        const auto start = std::chrono::steady_clock::now();
        const std::string seen = in_child([most]() -> std::string {
            const rlimit limit{most, most};
            setrlimit(RLIMIT_NOFILE, &limit);
            const auto held = ensure_holder();
            return held ? "served" : held.error().message();
        });
        served += seen == "served" ? 1 : 0;
        EXPECT_TRUE(seen == "served" || seen.find("EMFILE") != std::string::npos) << most << ": " << seen;
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(8)) << most;
        for (int at = 0; at < 20 && seen == "served"; ++at) {
            ASSERT_TRUE(ensure_holder()) << most;
        }
        ASSERT_TRUE(stop_holder());
    }
    EXPECT_GT(served, 5);
}

TEST_F(HolderProcess, TakesNothingOfItsStarterAlong) {
    const Environment secret("CUBBY_TEST_SECRET", "seen");
    std::ofstream(parent_ / "leak") << "x";
    const int leak = open((parent_ / "leak").c_str(), O_RDONLY);  // without close-on-exec
    const mode_t old = umask(0);
    ASSERT_TRUE(ensure_holder());
    umask(old);
    close(leak);
    pid_t number = 0;
    const Fd process = holder_process(&number);
    const std::string proc = "/proc/" + std::to_string(number);
    for (const auto& fd : std::filesystem::directory_iterator(proc + "/fd")) {
        EXPECT_EQ(std::filesystem::read_symlink(fd.path()).string().find("leak"), std::string::npos);
    }
    std::ifstream environment(proc + "/environ");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(environment), {}), "");
    EXPECT_EQ(std::filesystem::read_symlink(proc + "/cwd"), "/");
    EXPECT_EQ(getsid(number), number) << "a session of its own: no terminal, no hangup";
    struct stat info{};
    ASSERT_EQ(stat((parent_ / "cubby/holder").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0600U);
}

TEST_F(HolderProcess, WithNewuidmapHiddenThereIsASingleIdAndAReason) {
    const Etc etc({{"subuid", "tester:100000:65536\n"}, {"subgid", "tester:100000:65536\n"}});
    std::map<std::string, std::string> shown{{"/etc", etc.path()}};
    for (const char* path : {"/usr/bin/newuidmap", "/usr/bin/newgidmap"}) {
        if (std::filesystem::exists(path)) {
            shown[path] = "/dev/null";
        }
    }
    const std::string seen = in_sandbox(shown, []() -> std::string {
        const auto held = ensure_holder();
        if (!held) {
            return held.error().message();
        }
        const bool stopped = stop_holder().has_value();
        return held->rung + "; " + held->reason + "; " + map_text(held->maps.uids) + map_text(held->maps.gids) +
               (stopped ? "" : "not stopped");
    });
    EXPECT_EQ(seen, "single-id; newuidmap not installed; 0 " + std::to_string(geteuid()) + " 1\n0 " +
                        std::to_string(getegid()) + " 1\n");
}

TEST_F(HolderProcess, RangesGrantedLaterReplaceASingleId) {
    const Etc etc({{"subuid", ""}, {"subgid", ""}});
    const std::string seen = in_sandbox({{"/etc", etc.path()}}, [&]() -> std::string {
        const auto first = ensure_holder();
        if (!first || !first->single_id() || !first->reason.starts_with("tester has no subordinate")) {
            return first ? "unexpected: " + first->rung + ", " + first->reason : first.error().message();
        }
        const Fd process = holder_process();
        if (namespace_of(ensure_holder()) != namespace_of(first)) {
            return "replaced without a reason";
        }
        etc.write("subuid", "tester:100000:65536\n");
        const auto told = find_holder();
        if (!told || !*told || !(**told).outdated) {
            return "the change is not told";
        }
        const auto second = ensure_holder();
        const bool replaced =
            second && *wait_ended(process.get(), kEndMs) && namespace_of(second) != namespace_of(first);
        return std::string(replaced ? "replaced" : "stays") + (stop_holder() ? "" : ", not stopped");
    });
    EXPECT_EQ(seen, "replaced");
}

TEST_F(HolderProcess, ForbiddenNamespacesGiveTheCauseAndTheCure) {
    const std::string seen = in_sandbox({}, []() -> std::string {
        std::ofstream("/proc/sys/user/max_user_namespaces") << "0";
        const auto held = ensure_holder();
        return held ? "it started" : held.error().message();
    });
    EXPECT_NE(seen.find("no user namespace: user.max_user_namespaces is 0"), std::string::npos) << seen;
    EXPECT_NE(seen.find("sysctl -w user.max_user_namespaces=15000"), std::string::npos) << seen;
    EXPECT_EQ(holder_test::holder_state(), "none");
}

TEST_F(HolderProcess, AStaleFileInTheSocketsPlaceIsReplaced) {
    ASSERT_TRUE(runtime_dir());
    std::ofstream(parent_ / "cubby/holder") << "not a socket";
    std::ofstream(parent_ / "cubby/holder.lock") << "12345";  // as a crashed program would leave it
    const auto held = ensure_holder();
    EXPECT_TRUE(held) << held.error().message();
}

}  // namespace
}  // namespace cubby
