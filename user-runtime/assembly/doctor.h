#pragma once
// cubby doctor: what this host gives this user, found by trying it, what that means for containers, and the one line of
// root that cures it.

#include <cstdint>
#include <string>
#include <vector>

namespace cubby {

enum class DoctorStatus : uint8_t {
    ok,
    degraded,  // containers work, with less
    missing,   // containers, or the named kind of them, do not work
};

struct DoctorRow {
    std::string id;  // stable, for scripts: "user-namespace", "overlay", …
    DoctorStatus status = DoctorStatus::ok;
    std::string found;    // one line
    std::string meaning;  // one line
    std::string cure;     // one shell command line for root; empty where nothing is wrong or root cannot help
};

// "ok", "degraded", "missing".
[[nodiscard]] const char* status_name(DoctorStatus status) noexcept;

// Tries everything, as the calling user, in less than 100 ms on an idle machine; takes at most 14 s where a directory
// service hangs.  `storage_dir` is where containers are to be kept (it need not exist): a temporary directory is made there,
// or in the nearest directory above that exists, and removed.  Nothing else is changed and no holder is started.
std::vector<DoctorRow> examine(const std::string& storage_dir);

// A commented shell script of all cures, for an administrator to read and run; without any, it says so and does nothing.
[[nodiscard]] std::string admin_script(const std::vector<DoctorRow>& rows);

}  // namespace cubby
