#include "kernel/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include "kernel/root.h"

namespace cubby {

Result<Fd> memory_file(const char* name, std::string_view text) {
    Fd memory(memfd_create(name, MFD_CLOEXEC));
    if (!memory) {
        return FAIL_ERRNO("make a memory file");
    }
    TRY(write_all(memory.get(), text, name));
    if (lseek(memory.get(), 0, SEEK_SET) != 0) {
        return FAIL_ERRNO("rewind a memory file");
    }
    return memory;
}

}  // namespace cubby
