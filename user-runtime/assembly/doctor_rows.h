#pragma once
// The parts of cubby doctor: each file adds the rows of one field, from what examine() found out once.

#include <string>
#include <string_view>
#include <vector>

#include "assembly/doctor.h"
#include "kernel/feature_probe.h"
#include "kernel/subid.h"

namespace cubby {

// What cubby-holder --probe found by making a namespace.
struct TrialMap {
    SubordinateIds ids;
    std::string rung;     // "cubby-idmap", "newuidmap", "single-id", or empty
    std::string reason;   // why only a single id
    std::string refused;  // why no namespace at all
};

// The place where containers will be kept.
struct StorageFacts {
    std::string tried;        // the directory that exists: storage_dir, or one above it
    std::string file_system;  // "ext4", "nfs", or its magic number
    bool remote = false;      // shared by several machines
    std::string trouble;      // why nothing can be written there
};

struct Findings {
    FeatureErrors features;
    int landlock = 0;
    TrialMap trial;
    StorageFacts storage;
};

using DoctorRows = std::vector<DoctorRow>;

void add_kernel_rows(const Findings& findings, DoctorRows& rows);
void add_mount_rows(const Findings& findings, DoctorRows& rows);
void add_id_rows(const Findings& findings, DoctorRows& rows);
void add_host_rows(const Findings& findings, DoctorRows& rows);
void add_program_rows(DoctorRows& rows);

// "Operation not permitted (EPERM)", "works", "not tried".
[[nodiscard]] std::string error_words(int error);
// The command that installs a package, for the distribution of this host: names for Debian, Fedora, Arch, Alpine, SUSE;
// an empty text for an unknown distribution or an empty name.
struct PackageNames {
    std::string_view debian, fedora, arch, alpine, suse;
};
[[nodiscard]] std::string install_command(const PackageNames& names);
// The first of the system's folders (never PATH) that holds a program, with the program's name; empty without.
[[nodiscard]] std::string system_program(std::string_view name);
// 'text' as one word for a shell.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace cubby
