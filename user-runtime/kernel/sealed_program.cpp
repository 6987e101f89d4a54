#include "kernel/sealed_program.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <cerrno>

#include "kernel/root.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace cubby {
namespace {

// Since Linux 6.3 vm.memfd_noexec may demand that an executable memfd says so; older kernels do not know the flag.
Fd new_memfd() noexcept {
    constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    Fd memory(memfd_create("cubby-init", flags | MFD_EXEC));
    if (!memory && errno == EINVAL) {
        memory.reset(memfd_create("cubby-init", flags));
    }
    return memory;
}

}  // namespace

Result<Fd> seal_program(const std::string& host_path) noexcept {
    const Fd file = TRY(open_named(host_path, O_RDONLY));
    struct stat info{};
    if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return FAIL(Code::broken, "%s is not a program; install cubby again", host_path.c_str());
    }
    Fd memory = new_memfd();
    if (!memory) {
        return FAIL_ERRNO("make a memory file");
    }
    for (off_t done = 0; done < info.st_size;) {
        if (sendfile(memory.get(), file.get(), &done, static_cast<size_t>(info.st_size - done)) <= 0) {
            return FAIL_ERRNO("copy %s", host_path.c_str());
        }
    }
    if (fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        return FAIL_ERRNO("seal %s", host_path.c_str());
    }
    return memory;
}

}  // namespace cubby
