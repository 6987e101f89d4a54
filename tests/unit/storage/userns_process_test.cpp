// kernel/userns_process: ids, errors and ends of functions that run in a user namespace.

#include "kernel/userns_process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "kernel/idmap.h"
#include "kernel/process.h"
#include "tests/unit/storage/own_holder.h"

namespace cubby {
namespace {

using test::ok;

class UsernsProcessTest : public test::HolderTest {};

TEST_F(UsernsProcessTest, RunsAsRootOfTheHolder) {
    in_holder([&]() -> Status {
        CHECK_THAT(getuid() == 0 && getgid() == 0);
        CHECK_THAT(TRY(read_own_id_maps()).uids == holder_.maps.uids);
        return {};
    });
}

TEST_F(UsernsProcessTest, FreshNamespaceHasItsOwnMapAndUnmappedIdsUntilBecomeRoot) {
    const ContainerIds ids = container_ids();
    const Status done = run_in_user_namespace(ids.holder, &ids.maps, {}, [&]() -> Status {
        CHECK_THAT(getuid() == 65534);
        CHECK_THAT(TRY(read_own_id_maps()) == ids.maps);
        TRY(become_root());
        CHECK_THAT(getuid() == 0 && geteuid() == 0 && getgid() == 0 && getgroups(0, nullptr) == 0);
        return {};
    });
    EXPECT_TRUE(ok(done));
}

TEST_F(UsernsProcessTest, OpensTheUsersOwnPathsBeforeBecomeRootOnly) {
    const test::TemporaryTree tree(holder_);
    ASSERT_TRUE(ok(tree.root().mkdir(*RelPath::parse("home"), 0700)));
    ASSERT_TRUE(ok(tree.root().mkdir(*RelPath::parse("home/inside"), 0755)));
    const ContainerIds ids = container_ids();
    const Status done = run_in_user_namespace({ids.holder, &ids.maps, {}}, [&]() -> Status {
        CHECK_THAT(open_named(tree.path() + "/home/inside", O_PATH).has_value());
        TRY(become_root());
        const auto denied = open_named(tree.path() + "/home/inside", O_PATH);
        CHECK_THAT(!denied && denied.error().code == Code::denied);
        return {};
    });
    EXPECT_TRUE(ok(done));
}

TEST_F(UsernsProcessTest, BringsTheErrorBackWhole) {
    const ContainerIds ids = container_ids();
    for (const IdMaps* maps : std::initializer_list<const IdMaps*>{nullptr, &ids.maps}) {
        const Status done = run_in_user_namespace(ids.holder, maps, {}, [] {
            Error error = make_error(Code::no_space, "the thing, the reason, the next step");
            error.sys_errno = 28;
            error.step = 7;
            return Status(std::unexpected(error));
        });
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, Code::no_space);
        EXPECT_EQ(done.error().sys_errno, 28);
        EXPECT_EQ(done.error().step, 7);
        EXPECT_STREQ(done.error().text, "the thing, the reason, the next step");
    }
}

TEST_F(UsernsProcessTest, TellsThatTheFunctionWasKilledOrLeft) {
    const ContainerIds ids = container_ids();
    for (const IdMaps* maps : std::initializer_list<const IdMaps*>{nullptr, &ids.maps}) {
        const Status killed = run_in_user_namespace(ids.holder, maps, {}, []() -> Status {
            kill(getpid(), SIGKILL);
            return {};
        });
        ASSERT_FALSE(killed);
        EXPECT_EQ(killed.error().code, Code::child_failed);
        EXPECT_NE(std::string_view(killed.error().text).find("signal 9"), std::string_view::npos);
        const Status left = run_in_user_namespace(ids.holder, maps, {}, []() -> Status { _exit(0); });
        ASSERT_FALSE(left);
        EXPECT_EQ(left.error().code, Code::child_failed);
    }
}

TEST_F(UsernsProcessTest, ReportsAMapThatTheHolderDoesNotHave) {
    const IdMaps maps{{{0, 4'000'000, 1}}, {{0, 0, 1}}};
    const Status done = run_in_user_namespace(holder_.userns.get(), &maps, {}, [] { return Status{}; });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::denied);
}

TEST_F(UsernsProcessTest, IsProcessOneOfANewPidNamespace) {
    NsSet more;
    more.add(Ns::pid);
    more.add(Ns::mnt);
    const ContainerIds ids = container_ids();
    for (const IdMaps* maps : std::initializer_list<const IdMaps*>{nullptr, &ids.maps}) {
        EXPECT_TRUE(ok(run_in_user_namespace(ids.holder, maps, more, []() -> Status {
            CHECK_THAT(getpid() == 1);
            return {};
        })));
    }
}

TEST_F(UsernsProcessTest, AnswersWithAValue) {
    struct Answer {
        uid_t uid;
        uint64_t number;
    };
    const auto answer = ask_user_namespace<Answer>(
        {holder_.userns.get(), nullptr, {}}, []() -> Result<Answer> { return Answer{getuid(), 1234567890123ULL}; });
    ASSERT_TRUE(ok(answer));
    EXPECT_EQ(answer->uid, 0U);
    EXPECT_EQ(answer->number, 1234567890123ULL);
}

TEST_F(UsernsProcessTest, DropsTheChildWithTheObject) {
    int lives[2];
    ASSERT_EQ(pipe2(lives, O_CLOEXEC), 0);
    const ContainerIds ids = container_ids();
    {
        auto process = UsernsProcess::start({ids.holder, &ids.maps, {}}, [&]() -> Status {
            close(lives[0]);
            pause();
            return {};
        });
        ASSERT_TRUE(ok(process));
        close(lives[1]);
        pollfd watched{lives[0], POLLIN, 0};
        EXPECT_EQ(poll(&watched, 1, 50), 0) << "the function should be at work";
    }
    pollfd watched{lives[0], POLLIN, 0};
    EXPECT_EQ(poll(&watched, 1, 5000), 1) << "a process of the function lives on";
    close(lives[0]);
}

TEST_F(UsernsProcessTest, EndsWithTheCallerThatWasKilled) {
    int lives[2];
    int started[2];
    ASSERT_EQ(pipe2(lives, O_CLOEXEC), 0);
    ASSERT_EQ(pipe2(started, O_CLOEXEC), 0);
    const ContainerIds ids = container_ids();
    const pid_t caller = fork();
    if (caller == 0) {
        static_cast<void>(run_in_user_namespace({ids.holder, &ids.maps, {}}, [&]() -> Status {
            TRY(become_root());
            CHECK_THAT(write(started[1], "s", 1) == 1);
            pause();
            return {};
        }));
        _exit(0);
    }
    close(lives[1]);
    char byte = 0;
    ASSERT_EQ(read(started[0], &byte, 1), 1);
    kill(caller, SIGKILL);
    waitpid(caller, nullptr, 0);
    pollfd watched{lives[0], POLLIN, 0};
    EXPECT_EQ(poll(&watched, 1, 5000), 1) << "a process of the function lives on";
    for (const int fd : {lives[0], started[0], started[1]}) {
        close(fd);
    }
}

TEST_F(UsernsProcessTest, MayBeUsedFromManyThreads) {
    const ContainerIds ids = container_ids();
    std::atomic<int> failures = 0;
    std::atomic<bool> busy = true;
    // A thread that allocates all the time: a child that did not come from fork(2) would hang in malloc.
    std::thread allocating([&] {
        while (busy) {
            std::vector<std::string> words(100, std::string(100, 'x'));
            failures += words.size() == 100 ? 0 : 1;
        }
    });
    constexpr int kThreads = 4;
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int number = 0; number < kThreads; ++number) {
        threads.emplace_back([&] {
            for (int round = 0; round < 25; ++round) {
                const Status done = run_in_user_namespace(ids.holder, round % 2 == 0 ? nullptr : &ids.maps, {}, [&] {
                    return std::string(1000, 'y').size() == 1000 ? Status{} : FAIL(Code::broken, "no");
                });
                failures += done ? 0 : 1;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    busy = false;
    allocating.join();
    EXPECT_EQ(failures, 0);
}

TEST(UsernsProcessSingleTest, WorksWithOneMappedId) {
    const auto holder = test::make_own_holder(true);
    ASSERT_TRUE(ok(holder));
    const IdMaps maps{{{0, 0, 1}}, {{0, 0, 1}}};
    const Status done = run_in_user_namespace(holder->userns.get(), &maps, {}, []() -> Status {
        TRY(become_root());
        CHECK_THAT(getuid() == 0);
        return {};
    });
    EXPECT_TRUE(ok(done));
}

}  // namespace
}  // namespace cubby
