// The filters that are built in, asked call by call.

#include "security/default_filter.h"

#include <gtest/gtest.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>

#include "classic_bpf.h"

namespace cubby::security {
namespace {

constexpr uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr uint32_t refused(int error) { return SECCOMP_RET_ERRNO | static_cast<uint32_t>(error); }

uint32_t answer(std::span<const sock_filter> filter, long number, std::array<uint64_t, 6> arguments = {},
                uint32_t arch = test::kNativeArch) {
    seccomp_data data{.nr = static_cast<int>(number), .arch = arch, .instruction_pointer = 0, .args = {}};
    std::ranges::copy(arguments, data.args);
    return test::answer_of(filter, data).value_or(0);
}

TEST(DefaultFilter, KnownDoorsAreRefused) {
    for (const long number : {SYS_bpf,
                              SYS_perf_event_open,
                              SYS_userfaultfd,
                              SYS_io_uring_setup,
                              SYS_io_uring_enter,
                              SYS_io_uring_register,
                              SYS_kexec_load,
                              SYS_kexec_file_load,
                              SYS_open_by_handle_at,
                              SYS_keyctl,
                              SYS_add_key,
                              SYS_request_key,
                              SYS_swapon,
                              SYS_swapoff,
                              SYS_init_module,
                              SYS_finit_module,
                              SYS_delete_module,
                              SYS_acct,
                              SYS_syslog,
                              SYS_move_pages,
                              SYS_lookup_dcookie}) {
        EXPECT_EQ(answer(default_filter(), number), refused(EPERM)) << number;
        EXPECT_EQ(answer(nesting_filter(), number), refused(EPERM)) << number;
    }
}

TEST(DefaultFilter, UnknownCallsAndAbisAnswerEnosys) {
    for (const long number : {long{460}, long{1000}, long{0x7fffffff}, long{-1}}) {
        EXPECT_EQ(answer(default_filter(), number), refused(ENOSYS)) << number;
    }
    EXPECT_EQ(answer(default_filter(), SYS_read, {}, 0), refused(ENOSYS));
#if defined(__x86_64__)
    EXPECT_EQ(answer(default_filter(), SYS_read | 0x40000000), refused(ENOSYS));  // x32
#endif
}

TEST(DefaultFilter, CallsNewerThanTheLibraryAreAllowed) {
    for (const long number : {451L, 452L, 453L, 454L, 455L, 456L, 457L, 458L, 462L, 463L, 464L, 465L, 466L, 467L}) {
        EXPECT_EQ(answer(default_filter(), number), kAllow) << number;
        EXPECT_EQ(answer(default_filter(), number, {}, test::kCompatArch), kAllow) << number;
    }
}

TEST(DefaultFilter, AddressFamilies) {
    for (const long call : {SYS_socket, SYS_socketpair}) {
        for (const uint64_t family :
             {AF_UNIX + 0UL, AF_INET + 0UL, AF_INET6 + 0UL, AF_NETLINK + 0UL, AF_PACKET + 0UL}) {
            EXPECT_EQ(answer(default_filter(), call, {family, SOCK_STREAM}), kAllow) << family;
            // The kernel takes an int: what stands above it does not make another family.
            EXPECT_EQ(answer(default_filter(), call, {family | (uint64_t{7} << 32), SOCK_STREAM}), kAllow);
        }
        for (const uint64_t family : {38UL /* AF_ALG */, 40UL /* AF_VSOCK */}) {
            EXPECT_EQ(answer(default_filter(), call, {family}), refused(EPERM)) << family;
            EXPECT_EQ(answer(default_filter(), call, {family | (uint64_t{1} << 32)}), refused(EPERM)) << family;
        }
        for (const uint64_t family :
             {0UL, 3UL, 9UL, 21UL /* RDS */, 29UL /* CAN */, 30UL /* TIPC */, 41UL, 44UL, 45UL, 46UL}) {
            EXPECT_EQ(answer(default_filter(), call, {family}), refused(EAFNOSUPPORT)) << family;
        }
    }
}

TEST(DefaultFilter, TerminalInputOnTheLow32Bits) {
    for (const uint64_t request : {0x5412UL /* TIOCSTI */, 0x541cUL /* TIOCLINUX */}) {
        EXPECT_EQ(answer(default_filter(), SYS_ioctl, {0, request}), refused(EPERM));
        EXPECT_EQ(answer(default_filter(), SYS_ioctl, {0, request | (uint64_t{0xabc} << 32)}), refused(EPERM));
        EXPECT_EQ(answer(nesting_filter(), SYS_ioctl, {0, request}), refused(EPERM));
    }
    EXPECT_EQ(answer(default_filter(), SYS_ioctl, {0, 0x5401 /* TCGETS */}), kAllow);
}

TEST(DefaultFilter, NestingIsByChoice) {
    for (const long number : {SYS_clone, SYS_unshare}) {
        EXPECT_EQ(answer(default_filter(), number, {CLONE_NEWUSER | CLONE_NEWNS}), refused(EPERM));
        EXPECT_EQ(answer(default_filter(), number, {CLONE_NEWNS}), kAllow);
        EXPECT_EQ(answer(nesting_filter(), number, {CLONE_NEWUSER}), kAllow);
    }
    EXPECT_EQ(answer(default_filter(), SYS_clone3), refused(ENOSYS));
    EXPECT_EQ(answer(nesting_filter(), SYS_clone3), kAllow);
}

#if defined(__x86_64__)
TEST(DefaultFilter, TheSameForThe32BitAbi) {
    constexpr uint32_t k32 = test::kCompatArch;
    EXPECT_EQ(answer(default_filter(), 3 /* read */, {}, k32), kAllow);
    EXPECT_EQ(answer(default_filter(), 357 /* bpf */, {}, k32), refused(EPERM));
    EXPECT_EQ(answer(default_filter(), 288 /* keyctl */, {}, k32), refused(EPERM));
    EXPECT_EQ(answer(default_filter(), 342 /* open_by_handle_at */, {}, k32), refused(EPERM));
    EXPECT_EQ(answer(default_filter(), 102 /* socketcall */, {}, k32), refused(ENOSYS));
    EXPECT_EQ(answer(default_filter(), 359 /* socket */, {38}, k32), refused(EPERM));
    EXPECT_EQ(answer(default_filter(), 359 /* socket */, {AF_INET}, k32), kAllow);
    EXPECT_EQ(answer(default_filter(), 54 /* ioctl */, {0, 0x5412}, k32), refused(EPERM));
    EXPECT_EQ(answer(default_filter(), 120 /* clone */, {CLONE_NEWUSER}, k32), refused(EPERM));
    EXPECT_EQ(answer(default_filter(), 310 /* unshare */, {CLONE_NEWUSER}, k32), refused(EPERM));
}
#endif

}  // namespace
}  // namespace cubby::security
