#include "security/seccomp_policy.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include <cerrno>

#include "classic_bpf.h"
#include "security/profile/compile_policy.h"

namespace cubby::security {
namespace {

Policy parsed(std::string_view text) {
    auto policy = parse_policy(text, "/p");
    EXPECT_TRUE(policy) << policy.error().text;
    return policy.value_or(Policy{});
}

std::string error_of(std::string_view text) {
    const auto policy = parse_policy(text, "/p");
    return policy ? "no error" : policy.error().text;
}

// What a call gets under a policy: "allow", "errno 1", "kill", …
std::string verdict(std::string_view text, int number, std::array<uint64_t, 6> arguments = {},
                    uint32_t arch = test::kNativeArch) {
    const auto program = compile_policy(parsed(text), "/p");
    if (!program) {
        return program.error().text;
    }
    seccomp_data data{.nr = number, .arch = arch, .instruction_pointer = 0, .args = {}};
    std::ranges::copy(arguments, data.args);
    const auto answer = test::answer_of(*program, data);
    if (!answer) {
        return "not a program";
    }
    switch (*answer & SECCOMP_RET_ACTION_FULL) {
        case SECCOMP_RET_ALLOW: return "allow";
        case SECCOMP_RET_LOG: return "log";
        case SECCOMP_RET_TRAP: return "trap";
        case SECCOMP_RET_KILL_PROCESS: return "kill";
        case SECCOMP_RET_ERRNO: return "errno " + std::to_string(*answer & SECCOMP_RET_DATA);
        default: return "another";
    }
}

TEST(SeccompPolicy, Version2WithEveryKindOfLine) {
    const Policy policy = parsed(
        "2\ndenylist\nreject_force_umount  # comment\n[all]\nkexec_load errno 1\r\n\n"
        "ioctl errno 0x16 [1,0x5412,SCMP_CMP_EQ] [0,3,>=]\n[x86]\nmodify_ldt trap\n[ALL]\nmount log\nswapon\n"
        "personality allow [0,010,&=,0xff]\nmknod notify\n");
    EXPECT_EQ(policy.version, 2U);
    EXPECT_EQ(policy.otherwise, Action{});
    const std::vector<Rule> rules{
        {3, "", "umount2", -1, {Act::error, EACCES}, {{1, Compare::masked_equal, MNT_FORCE, MNT_FORCE}}},
        {5, "", "kexec_load", -1, {Act::error, 1}, {}},
        {7, "", "ioctl", -1, {Act::error, 22}, {{1, Compare::equal, 0x5412, 0}, {0, Compare::greater_equal, 3, 0}}},
        {9, "x86", "modify_ldt", -1, {Act::trap, 0}, {}},
        {11, "", "mount", -1, {Act::log, 0}, {}},
        {12, "", "swapon", -1, {Act::kill, 0}, {}},
        {13, "", "personality", -1, {Act::allow, 0}, {{0, Compare::masked_equal, 8, 255}}},
        {14, "", "mknod", -1, {Act::notify, 0}, {}}};
    EXPECT_EQ(policy.rules, rules);
}

TEST(SeccompPolicy, HeadsAndTheirDefaults) {
    for (const char* allow : {"allowlist", "whitelist"}) {
        EXPECT_EQ(parsed(std::string("2\n") + allow + "\nread\n").otherwise, (Action{Act::kill, 0}));
        EXPECT_EQ(parsed(std::string("2\n") + allow + "\nread\n").rules[0].action, Action{});
        EXPECT_EQ(parsed(std::string("2\n") + allow + " errno 38\n").otherwise, (Action{Act::error, 38}));
    }
    for (const char* deny : {"denylist", "blacklist"}) {
        EXPECT_EQ(parsed(std::string("2\n") + deny + "\nread\n").otherwise, Action{});
        EXPECT_EQ(parsed(std::string("2\n") + deny + "\nread\n").rules[0].action, (Action{Act::kill, 0}));
        EXPECT_EQ(parsed(std::string("2\n") + deny + " trap\n").otherwise, (Action{Act::trap, 0}));
    }
}

TEST(SeccompPolicy, Version1IsAListOfNumbers) {
    const Policy policy = parsed("1\nallowlist\n0\n# one more\n59\n");
    ASSERT_EQ(policy.rules.size(), 2U);
    EXPECT_EQ(policy.rules[1].number, 59);
    EXPECT_EQ(policy.otherwise, (Action{Act::kill, 0}));
}

TEST(SeccompPolicy, ErrorsNameFileAndLine) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "/p:0: the first line is the version"},
        {"3\nallowlist\n", "/p:1: the first line is the version"},
        {"2\n", "/p:1: the second line is missing"},
        {"2\ngreylist\n", "/p:2: 'greylist' is neither"},
        {"2\ndenylist perhaps\n", "/p:2: 'perhaps' is not an action"},
        {"2\ndenylist notify\n", "/p:2: notify is for the system calls of rules, not for all others"},
        {"1\ndenylist\n", "/p:2: version 1 has only allowlist"},
        {"1\nallowlist\nread\n", "/p:3: 'read' is not the number"},
        {"1\nallowlist\n65536\n", "/p:3: '65536' is not the number"},
        {"2\ndenylist\n[pdp11]\n", "/p:3: '[pdp11]' is not a section"},
        {"2\ndenylist\n[all\n", "/p:3: '[all' is not a section"},
        {"2\ndenylist\nmount errno\n", "/p:3: 'errno': write errno and a number"},
        {"2\ndenylist\nmount errno 4096\n", "/p:3: 'errno 4096': write errno"},
        {"2\ndenylist\nmount errno -1\n", "/p:3: 'errno -1': write errno"},
        {"2\ndenylist\nmount kill now\n", "/p:3: 'now' is too much"},
        {"2\ndenylist\nmo;unt\n", "/p:3: 'mo;unt' is not the name"},
        {"2\ndenylist\nmount [6,1,==]\n", "/p:3: '[6,1,==]': the argument is 0 to 5"},
        {"2\ndenylist\nmount [0,x,==]\n", "/p:3: '[0,x,==]': the argument"},
        {"2\ndenylist\nmount [0,1,=]\n", "/p:3: '=' is not an operator"},
        {"2\ndenylist\nmount [0,1]\n", "/p:3: '[0,1]': write"},
        {"2\ndenylist\nmount [0,1,&=]\n", "/p:3: '[0,1,&=]': a masked comparison needs its mask"},
        {"2\ndenylist\nmount [0,1,==\n", "/p:3: '[0,1,==' is not a comparison"},
        {"2\ndenylist\nmount [0,1,==] x\n", "/p:3: 'x' is not a comparison"},
        {"2\ndenylist\nmount [0,1,==][0,2,==]\n", "/p:3: argument 0 is compared twice"},
        {"2\ndenylist\nreject_force_umount errno 1\n", "/p:3: reject_force_umount stands alone"},
    };
    for (const auto& [text, error] : cases) {
        EXPECT_TRUE(error_of(text).starts_with(error)) << text << ": " << error_of(text);
    }
    std::string long_one = "2\ndenylist\n";
    for (size_t rule = 0; rule <= kMaxPolicyRules; ++rule) {
        long_one += "mount\n";
    }
    EXPECT_NE(error_of(long_one).find("more than 8192 rules"), std::string::npos);
    EXPECT_NE(error_of("2\n" + std::string(kMaxPolicyBytes, ' ')).find("larger than"), std::string::npos);
}

TEST(SeccompPolicy, TheTextOfAPolicyReadsAsThePolicy) {
    Policy policy = parsed("2\ndenylist errno 5\n[arm64]\nmount [3,1,!=]\n[all]\nbpf trap\n[x32]\nread log\n");
    Policy again = parsed(policy_text(policy));
    for (Policy* each : {&policy, &again}) {
        for (Rule& rule : each->rules) {
            rule.line = 0;
        }
    }
    EXPECT_EQ(again, policy);
}

TEST(SeccompCompile, ADenyList) {
    constexpr const char* kText =
        "2\ndenylist\nreject_force_umount\n[all]\nkexec_load errno 1\nswapon trap\nbpf\nacct log\n";
    EXPECT_EQ(verdict(kText, SYS_kexec_load), "errno 1");
    EXPECT_EQ(verdict(kText, SYS_swapon), "trap");
    EXPECT_EQ(verdict(kText, SYS_bpf), "kill");
    EXPECT_EQ(verdict(kText, SYS_acct), "log");
    EXPECT_EQ(verdict(kText, SYS_read), "allow");
    EXPECT_EQ(verdict(kText, SYS_umount2, {0, MNT_FORCE | MNT_DETACH}), "errno 13");
    EXPECT_EQ(verdict(kText, SYS_umount2, {0, MNT_DETACH}), "allow");
}

TEST(SeccompCompile, AnAllowListMustLetAStartPass) {
    const std::string needed = "capget\ncapset\nclose_range\ndup3\nexecve\nexecveat\nfcntl\nnewfstatat\nprctl\n";
    EXPECT_EQ(verdict("2\nallowlist\nread\n", SYS_read),
              "/p: capget is not allowed, and a start needs it after the policy is in force; allow it");
    EXPECT_EQ(verdict("2\nallowlist errno 38\nread\n" + needed, SYS_read), "allow");
    EXPECT_EQ(verdict("2\nallowlist errno 38\nread\n" + needed, SYS_write), "errno 38");
    EXPECT_EQ(verdict("2\nallowlist\nread\n" + needed, SYS_write), "kill");
    EXPECT_EQ(verdict("2\nallowlist\nioctl errno 25\nread\n" + needed, SYS_ioctl), "errno 25");
    // A name that is newer than libseccomp is not allowed then, which is the safe side.
    EXPECT_EQ(verdict("2\nallowlist\nno_such_call\n" + needed, SYS_write), "kill");
    EXPECT_EQ(verdict("2\ndenylist\nexecveat errno 1\n", SYS_read),
              "/p: execveat is not allowed, and a start needs it after the policy is in force; allow it");
}

TEST(SeccompCompile, WhatCannotBeForbiddenIsRefused) {
    EXPECT_EQ(verdict("2\ndenylist\n\nno_such_call\n", SYS_read),
              "/p:4: the system call no_such_call is not known here; correct its name or remove the line");
    EXPECT_EQ(verdict("2\ndenylist\nbpf errno 1\nbpf errno 1\n", SYS_bpf), "errno 1");
    EXPECT_EQ(verdict("2\ndenylist\nbpf allow\n", SYS_bpf), "allow");
}

TEST(SeccompCompile, Comparisons) {
    const auto with = [](const char* comparison, uint64_t value) {
        return verdict(std::string("2\ndenylist\nioctl errno 1 [1,") + comparison + "]\n", SYS_ioctl, {0, value});
    };
    EXPECT_EQ(with("5,==", 5), "errno 1");
    EXPECT_EQ(with("5,==", 0x100000005), "allow");  // 64 bits
    EXPECT_EQ(with("5,!=", 5), "allow");
    EXPECT_EQ(with("5,!=", 6), "errno 1");
    EXPECT_EQ(with("5,<", 4), "errno 1");
    EXPECT_EQ(with("5,<", 5), "allow");
    EXPECT_EQ(with("5,<=", 5), "errno 1");
    EXPECT_EQ(with("5,>", 5), "allow");
    EXPECT_EQ(with("5,>", 0x100000000), "errno 1");
    EXPECT_EQ(with("5,>=", 5), "errno 1");
    EXPECT_EQ(with("0x5412,&=,0xffffffff", 0xff00005412), "errno 1");
    EXPECT_EQ(with("0x5412,&=,0xffffffff", 0x5413), "allow");
}

#if defined(__x86_64__)
TEST(SeccompCompile, SectionsAndTheOtherAbis) {
    constexpr int kMount32 = 21;
    constexpr uint32_t kX32Bit = 0x40000000;
    EXPECT_EQ(verdict("2\ndenylist\nmount errno 1\n", kMount32, {}, test::kCompatArch), "errno 1");
    EXPECT_EQ(verdict("2\ndenylist\nmount errno 1\n", SYS_mount | kX32Bit), "errno 1");
    EXPECT_EQ(verdict("2\ndenylist\n[x86]\nmount errno 1\n", kMount32, {}, test::kCompatArch), "errno 1");
    EXPECT_EQ(verdict("2\ndenylist\n[x86]\nmount errno 1\n", SYS_mount), "allow");
    EXPECT_EQ(verdict("2\ndenylist\n[x86_64]\nmount errno 1\n", kMount32, {}, test::kCompatArch), "allow");
    EXPECT_EQ(verdict("2\ndenylist\n[arm64]\nmount errno 1\n", SYS_mount), "allow");
    // Version 1 is about the machine's own numbers.
    std::string numbers = "1\nallowlist\n";
    for (int number = 0; number < 500; ++number) {
        numbers += std::to_string(number) + "\n";
    }
    EXPECT_EQ(verdict(numbers, SYS_read), "allow");
    EXPECT_EQ(verdict(numbers, 500), "kill");
    EXPECT_EQ(verdict(numbers, 3, {}, test::kCompatArch), "kill");
}
#endif

}  // namespace
}  // namespace cubby::security
