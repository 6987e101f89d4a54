#include "assembly/doctor.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include "assembly/holder.h"
#include "kernel/program_output.h"
#include "tests/unit/holder/place.h"

namespace cubby {
namespace {

using holder_test::Environment;
using holder_test::Etc;
using holder_test::in_child;
using holder_test::in_sandbox;
using holder_test::TempDir;

const DoctorRow* row_named(const std::vector<DoctorRow>& rows, std::string_view id) {
    const auto found = std::ranges::find(rows, id, &DoctorRow::id);
    return found != rows.end() ? &*found : nullptr;
}

// "degraded; FOUND; MEANING; CURE" of one row.
std::string seen_as(std::string_view id, const std::string& storage) {
    const auto rows = examine(storage);
    const DoctorRow* row = row_named(rows, id);
    return row == nullptr
               ? "absent"
               : std::string(status_name(row->status)) + "; " + row->found + "; " + row->meaning + "; " + row->cure;
}

// Answers one system call with an errno, as an outer container's filter would.
bool forbid(unsigned number, unsigned error) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
}

class Doctor : public testing::Test {
  protected:
    TempDir storage_;
    TempDir runtime_;
    Environment xdg_{"XDG_RUNTIME_DIR", runtime_.path()};
};

TEST_F(Doctor, EveryRowIsWhole) {
    const auto rows = examine(storage_.path());
    std::set<std::string> ids;
    for (const DoctorRow& row : rows) {
        EXPECT_TRUE(ids.insert(row.id).second) << row.id << " twice";
        EXPECT_FALSE(row.found.empty()) << row.id;
        EXPECT_FALSE(row.meaning.empty()) << row.id;
        EXPECT_TRUE(row.status != DoctorStatus::ok || row.cure.empty()) << row.id << ": " << row.cure;
        for (const std::string& text : {row.found, row.meaning, row.cure}) {
            EXPECT_EQ(text.find('\n'), std::string::npos) << row.id;
        }
    }
    for (const char* id : {"user-namespace",  "subordinate-ids", "id-mapper", "id-map",      "holder",
                           "namespaces",      "openat2",         "pidfd",     "seccomp",     "keyring",
                           "time-namespace",  "landlock",        "mount-api", "overlay",     "procfs",
                           "sysfs",           "devpts",          "mqueue",    "runtime-dir", "home",
                           "storage",         "cgroup",          "fuse",      "tun",         "busybox",
                           "debian-bootstrap"}) {
        EXPECT_TRUE(ids.contains(id)) << id;
    }
}

TEST_F(Doctor, LeavesNothingBehind) {
    static_cast<void>(examine(storage_.path()));
    static_cast<void>(examine(storage_ / "not/there/yet"));
    EXPECT_TRUE(std::filesystem::is_empty(storage_.path()));
    EXPECT_EQ(holder_test::holder_state(), "none") << "looking starts no holder";
}

// Processor time of this process and of all that it started, for the machine may be busy with other work.
std::chrono::microseconds time_used() {
    std::chrono::microseconds sum{0};
    for (const auto whose : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage used{};
        EXPECT_EQ(getrusage(whose, &used), 0);
        for (const timeval& part : {used.ru_utime, used.ru_stime}) {
            sum += std::chrono::seconds(part.tv_sec) + std::chrono::microseconds(part.tv_usec);
        }
    }
    return sum;
}

#ifdef __SANITIZE_ADDRESS__
constexpr auto kQuick = std::chrono::milliseconds(1000);
#else
constexpr auto kQuick = std::chrono::milliseconds(100);
#endif

TEST_F(Doctor, IsQuick) {
    auto best = std::chrono::microseconds::max();
    for (int round = 0; round < 5; ++round) {
        const auto start = time_used();
        static_cast<void>(examine(storage_.path()));
        best = std::min(best, time_used() - start);
    }
    EXPECT_LT(best, kQuick);
}

TEST_F(Doctor, WithoutRangesItNamesTheLineThatGrantsThem) {
    const Etc etc({{"subuid", "other:100000:65536\n"}, {"subgid", "other:100000:65536\nthird:200000:70000\n"}});
    const std::string seen =
        in_sandbox({{"/etc", etc.path()}}, [&] { return seen_as("subordinate-ids", storage_.path()); });
    EXPECT_TRUE(seen.starts_with("degraded; 0 user ids and 0 group ids for tester")) << seen;
    EXPECT_TRUE(seen.ends_with("; echo 'tester:270000:65536' | tee -a /etc/subuid /etc/subgid")) << seen;
}

TEST_F(Doctor, TooFewIdsAreTold) {
    const Etc etc({{"subuid", "tester:100000:1000\n"}, {"subgid", "tester:100000:65536\n"}});
    const std::string seen =
        in_sandbox({{"/etc", etc.path()}}, [&] { return seen_as("subordinate-ids", storage_.path()); });
    EXPECT_TRUE(seen.starts_with("degraded; 1000 user ids and 65536 group ids")) << seen;
    EXPECT_TRUE(seen.ends_with("; echo 'tester:165536:65536' | tee -a /etc/subuid")) << seen;
}

TEST_F(Doctor, ForbiddenUserNamespacesAreTold) {
    const std::string seen = in_sandbox({}, [&]() -> std::string {
        std::ofstream("/proc/sys/user/max_user_namespaces") << "0";
        return seen_as("user-namespace", storage_.path());
    });
    EXPECT_TRUE(seen.starts_with("missing; No space left on device (ENOSPC): user.max_user_namespaces is 0")) << seen;
    EXPECT_NE(seen.find("; sysctl -w user.max_user_namespaces=15000 && "), std::string::npos) << seen;
}

TEST_F(Doctor, AnOuterFilterIsTold) {
    const std::string denied = in_child([&]() -> std::string {
        return forbid(SYS_unshare, EPERM) ? seen_as("user-namespace", storage_.path()) : "no filter";
    });
    EXPECT_TRUE(denied.starts_with("missing; Operation not permitted (EPERM): ")) << denied;
    EXPECT_NE(denied.find("seccomp filter of the outer container"), std::string::npos) << denied;
    const std::string old = in_child([&]() -> std::string {
        return forbid(SYS_openat2, ENOSYS) ? seen_as("openat2", storage_.path()) : "no filter";
    });
    EXPECT_TRUE(old.starts_with("missing; Function not implemented (ENOSYS)")) << old;
    const std::string mounts = in_child([&]() -> std::string {
        return forbid(SYS_fsopen, EPERM) ? seen_as("mount-api", storage_.path()) : "no filter";
    });
    EXPECT_TRUE(mounts.starts_with("missing; fsopen: Operation not permitted (EPERM)")) << mounts;
    const std::string clone = in_child(
        [&]() -> std::string { return forbid(SYS_clone3, ENOSYS) ? seen_as("pidfd", storage_.path()) : "no filter"; });
    EXPECT_TRUE(clone.starts_with("missing; Function not implemented (ENOSYS)")) << clone;
}

TEST_F(Doctor, AMaskedProcIsTold) {
    const std::string seen =
        in_sandbox({{"/proc/sys", "/proc/sys/kernel"}}, [&] { return seen_as("procfs", storage_.path()); });
    EXPECT_TRUE(seen.starts_with("degraded; Operation not permitted (EPERM); the outer /proc has masked parts"))
        << seen;
}

TEST_F(Doctor, AStorageThatCannotBeWrittenIsTold) {
    ASSERT_EQ(chmod(storage_.path().c_str(), 0500), 0);
    if (geteuid() == 0) {
        EXPECT_TRUE(seen_as("storage", "/sys").starts_with("missing; ")) << "nobody makes directories there";
    } else {
        const std::string seen = seen_as("storage", storage_ / "x");
        EXPECT_TRUE(seen.starts_with("missing; " + storage_.path() + ": ")) << seen;
        EXPECT_NE(seen.find("EACCES"), std::string::npos) << seen;
    }
    EXPECT_EQ(chmod(storage_.path().c_str(), 0700), 0);
}

TEST_F(Doctor, TheAdminScriptIsAScriptWithAllCures) {
    const std::vector<DoctorRow> rows{
        {"first", DoctorStatus::degraded, "found\x1b[31m", "means", "echo 'it'\\''s'"},
        {"second", DoctorStatus::ok, "fine", "fine", ""},
        {"third", DoctorStatus::missing, "gone", "bad", "touch /x && true"},
    };
    const std::string script = admin_script(rows);
    EXPECT_TRUE(script.starts_with("#!/bin/sh\n"));
    EXPECT_NE(script.find("\n# first: found\\x1b[31m\n# means\necho 'it'\\''s'\n"), std::string::npos) << script;
    EXPECT_NE(script.find("\n# third: gone\n# bad\ntouch /x && true\n"), std::string::npos) << script;
    EXPECT_EQ(script.find("second"), std::string::npos);
    EXPECT_NE(admin_script({}).find("Nothing is left to do"), std::string::npos);
    for (const std::string& text : {script, admin_script({}), admin_script(examine(storage_.path()))}) {
        storage_.write("script", text);
        Command command;
        command.argv = {"/bin/sh", "-n", storage_ / "script"};
        const auto checked = run_and_collect(command, Listen::both, 65536, 10000);
        ASSERT_TRUE(checked) << checked.error().message();
        EXPECT_EQ(checked->status.value, 0) << checked->text << text;
    }
}

}  // namespace
}  // namespace cubby
