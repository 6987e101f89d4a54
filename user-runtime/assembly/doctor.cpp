#include "assembly/doctor.h"

#include <unistd.h>

#include <array>
#include <cstring>

#include "assembly/doctor_rows.h"
#include "base/parse.h"
#include "kernel/installed.h"
#include "kernel/mount_fd.h"
#include "kernel/program_output.h"
#include "kernel/root.h"

namespace cubby {
namespace {

constexpr int kTrialMs = 10'000;
constexpr size_t kTrialText = 1 << 20;

// The lines that cubby-holder --probe adds to those of the ranges.
TrialMap parse_trial(const std::string& text) {
    TrialMap trial;
    std::string ranges;
    for (const auto line : split_words(text, "\n")) {
        if (line.starts_with("rung ")) {
            trial.rung = line.substr(5);
        } else if (line.starts_with("reason ")) {
            trial.reason = line.substr(7);
        } else if (line.starts_with("refused ")) {
            trial.refused = line.substr(8);
        } else {
            ranges.append(line).append("\n");
        }
    }
    const auto ids = parse_ranges_text(ranges);
    trial.ids = ids ? *ids : SubordinateIds{};
    trial.refused = ids || !trial.refused.empty() ? trial.refused : ids.error().message();
    return trial;
}

TrialMap try_map() {
    const auto program = installed_program("cubby-holder");
    TrialMap failed;
    failed.refused = program ? "" : program.error().message();
    if (!program) {
        return failed;
    }
    Command command;
    command.argv = {*program, "--probe"};
    const auto output = run_and_collect(command, Listen::output, kTrialText, kTrialMs);
    if (!output) {
        failed.refused = output.error().message();
        return failed;
    }
    return parse_trial(output->text);
}

struct FileSystem {
    int64_t magic;
    const char* name;
    bool remote;
};

// statfs(2)
constexpr std::array<FileSystem, 17> kFileSystems{{
    {0xef53, "ext4", false},
    {0x9123683e, "btrfs", false},
    {0x58465342, "xfs", false},
    {0x2fc12fc1, "zfs", false},
    {0xca451a4e, "bcachefs", false},
    {0xf2f52010, "f2fs", false},
    {0x01021994, "tmpfs", false},
    {0x794c7630, "overlay", false},
    {0x65735546, "fuse", true},
    {0x6969, "nfs", true},
    {0xff534d42, "cifs", true},
    {0xfe534d42, "smb", true},
    {0x0bd00bd0, "lustre", true},
    {0x47504653, "gpfs", true},
    {0x19830326, "beegfs", true},
    {0x5346414f, "afs", true},
    {0x00c36400, "ceph", true},
}};

void name_file_system(int fd, StorageFacts& storage) {
    const auto magic = filesystem_magic(fd);
    std::array<char, 32> hex{};
    snprintf(hex.data(), hex.size(), "type 0x%llx", static_cast<unsigned long long>(magic ? *magic : 0));
    storage.file_system = hex.data();
    for (const FileSystem& known : kFileSystems) {
        if (magic && *magic == known.magic) {
            storage.file_system = known.name;
            storage.remote = known.remote;
        }
    }
}

// Empty directories for an overlay to be tried on, below a temporary one; removed at the end, with what overlay made.
class TrialDirs {
  public:
    static Result<TrialDirs> make(const Root& parent) {
        const RelPath name = TRY(RelPath::component(".cubby-doctor-" + std::to_string(getpid())));
        TrialDirs dirs(&parent, name);
        TRY(parent.mkdir(name, 0700));
        dirs.made_ = true;
        for (const char* part : {"lower", "upper", "work"}) {
            TRY(parent.mkdir(name / TRY(RelPath::component(part)), 0700));
        }
        dirs.open_ = TRY(parent.open(name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
        return dirs;
    }
    TrialDirs(TrialDirs&& other) noexcept
        : parent_(other.parent_),
          name_(std::move(other.name_)),
          open_(std::move(other.open_)),
          made_(std::exchange(other.made_, false)) {}
    TrialDirs& operator=(TrialDirs&&) = delete;
    TrialDirs(const TrialDirs&) = delete;
    TrialDirs& operator=(const TrialDirs&) = delete;
    ~TrialDirs() {
        for (const char* part : {"work/work", "work/index", "work", "upper", "lower"}) {
            if (const auto path = RelPath::parse(part); made_ && path) {
                static_cast<void>(parent_->rmdir(name_ / *path));
            }
        }
        if (made_) {
            static_cast<void>(parent_->rmdir(name_));
        }
    }
    [[nodiscard]] int fd() const noexcept { return open_.get(); }

  private:
    TrialDirs(const Root* parent, RelPath name) : parent_(parent), name_(std::move(name)) {}
    const Root* parent_;
    RelPath name_;
    Fd open_;
    bool made_ = false;
};

Result<Root> nearest_existing(std::string path, std::string& tried) {
    for (;;) {
        tried = path.empty() ? "/" : path;
        auto root = Root::at(tried);
        if (root || root.error().code != Code::not_found || path.empty()) {
            return root;
        }
        path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    }
}

}  // namespace

std::vector<DoctorRow> examine(const std::string& storage_dir) {
    Findings findings;
    findings.landlock = landlock_abi();
    const auto parent = nearest_existing(storage_dir, findings.storage.tried);
    if (parent) {
        name_file_system(parent->fd(), findings.storage);
        const auto dirs = TrialDirs::make(*parent);
        findings.storage.trouble = dirs ? "" : dirs.error().message();
        const auto path = dirs ? pin("/proc/self/fd/" + std::to_string(dirs->fd())) : FAIL(Code::not_found, "-");
        findings.features = probe_features(path ? path->path : std::string());
    } else {
        findings.storage.trouble = parent.error().message();
        findings.features = probe_features({});
    }
    findings.trial = try_map();
    DoctorRows rows;
    add_id_rows(findings, rows);
    add_kernel_rows(findings, rows);
    add_mount_rows(findings, rows);
    add_host_rows(findings, rows);
    add_program_rows(rows);
    return rows;
}

const char* status_name(DoctorStatus status) noexcept {
    switch (status) {
        case DoctorStatus::ok: return "ok";
        case DoctorStatus::degraded: return "degraded";
        case DoctorStatus::missing: return "missing";
    }
    __builtin_unreachable();
}

std::string admin_script(const std::vector<DoctorRow>& rows) {
    std::string script =
        "#!/bin/sh\n"
        "# What root can do on this host so that cubby can do more for its users.  Written by cubby doctor --admin-script.\n"
        "# Each line stands for itself: read them, and leave out what you do not want.\n"
        "set -eu\n";
    bool any = false;
    for (const DoctorRow& row : rows) {
        if (!row.cure.empty()) {
            any = true;
            script += "\n# " + row.id + ": " + printable(row.found) + "\n# " + printable(row.meaning) + "\n" +
                      row.cure + "\n";
        }
    }
    return any ? script : script + "\n# Nothing is left to do.\n";
}

std::string error_words(int error) {
    if (error == 0) {
        return "works";
    }
    if (error == kNotTried) {
        return "not tried: something that it needs does not work";
    }
    const char* words = strerrordesc_np(error);
    const char* name = strerrorname_np(error);
    return std::string(words != nullptr ? words : "unknown error") + " (" + (name != nullptr ? name : "?") + ")";
}

std::string system_program(std::string_view name) {
    for (const char* folder : {"/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/local/sbin"}) {
        const std::string path = std::string(folder) + "/" + std::string(name);
        const auto file = open_named(path, O_PATH);
        struct stat info{};
        if (file && fstat(file->get(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0111) != 0) {
            return path;
        }
    }
    return {};
}

std::string shell_word(std::string_view text) {
    std::string word = "'";
    for (const char byte : text) {
        word += byte == '\'' ? "'\\''" : std::string(1, byte);
    }
    return word + "'";
}

std::string install_command(const PackageNames& names) {
    const auto release = read_named("/etc/os-release", 65536);
    std::string like;
    for (const auto line : split_words(release ? std::string_view(*release) : "", "\n")) {
        if (line.starts_with("ID=") || line.starts_with("ID_LIKE=")) {
            like.append(" ").append(line.substr(line.find('=') + 1));
        }
    }
    struct Family {
        const char* word;
        const char* command;
        std::string_view package;
    };
    for (const Family& family :
         {Family{"debian", "apt-get install -y ", names.debian}, Family{"ubuntu", "apt-get install -y ", names.debian},
          Family{"fedora", "dnf install -y ", names.fedora}, Family{"rhel", "dnf install -y ", names.fedora},
          Family{"arch", "pacman -S --noconfirm ", names.arch}, Family{"alpine", "apk add ", names.alpine},
          Family{"suse", "zypper install -y ", names.suse}}) {
        if (like.find(family.word) != std::string::npos && !family.package.empty()) {
            return family.command + std::string(family.package);
        }
    }
    return {};
}

}  // namespace cubby
