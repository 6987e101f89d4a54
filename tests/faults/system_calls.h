#pragma once
// Numbers of the system calls whose failure the tests inject, by name.

#include <sys/syscall.h>

#include <string_view>

inline long system_call(std::string_view name) {
    struct Row {
        std::string_view name;
        long number;
    };
#define ROW(call) {#call, SYS_##call}
    constexpr Row kRows[] = {
        ROW(accept4),
        ROW(clone),
        ROW(clone3),
        ROW(close),
        ROW(copy_file_range),
        ROW(execve),
        ROW(execveat),
        ROW(fchmod),
        ROW(fchown),
        ROW(fchownat),
        ROW(flock),
        ROW(fsync),
        ROW(ftruncate),
        ROW(getdents64),
        ROW(linkat),
        ROW(memfd_create),
        ROW(mkdirat),
        ROW(mmap),
        ROW(openat),
        ROW(openat2),
        ROW(pidfd_open),
        ROW(pipe2),
        ROW(read),
        ROW(renameat),
        ROW(renameat2),
        ROW(setns),
        ROW(socket),
        ROW(symlinkat),
        ROW(unlinkat),
        ROW(unshare),
        ROW(write),
        ROW(fsconfig),
        ROW(fsmount),
        ROW(fsopen),
        ROW(move_mount),
        ROW(open_tree),
        ROW(mount_setattr),
        ROW(pidfd_send_signal),
#if defined(SYS_mkdir)
        ROW(mkdir),
#endif
    };
#undef ROW
    for (const Row& row : kRows) {
        if (row.name == name) {
            return row.number;
        }
    }
    return -1;
}
