#include "kernel/lsm.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "kernel/procfs.h"
#include "kernel/root.h"

namespace cubby {

LabelModule label_module() {
    constexpr size_t kMost = 16;
    const auto apparmor = read_named("/sys/module/apparmor/parameters/enabled", kMost);
    if (apparmor && apparmor->starts_with('Y')) {
        return LabelModule::apparmor;
    }
    return read_named("/sys/fs/selinux/enforce", kMost) ? LabelModule::selinux : LabelModule::none;
}

bool is_label(std::string_view said, std::string_view label) noexcept {
    if (label.empty() || !said.starts_with(label)) {
        return false;
    }
    const std::string_view rest = said.substr(label.size());
    return rest.empty() || rest.front() == '\0' || rest.front() == '\n' || rest.starts_with(" (");
}

Status set_exec_label(const char* entry, std::string_view value, std::string_view label) noexcept {
    const OwnProcFiles mine;
    const ProcFs self = TRY(TRY(ProcFs::open()).of_self());
    TRY(self.write(entry, value));
    const Fd file = TRY(self.open_entry(entry, O_RDONLY));
    std::array<char, 4096> said{};
    const ssize_t got = read(file.get(), said.data(), said.size());
    if (got < 0) {
        return FAIL_ERRNO("read /proc/self/%s back", entry);
    }
    if (!is_label({said.data(), static_cast<size_t>(got)}, label)) {
        return FAIL(Code::denied, "/proc/self/%s does not read back as it was written", entry);
    }
    return {};
}

}  // namespace cubby
