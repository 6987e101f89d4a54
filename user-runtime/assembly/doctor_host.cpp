// cubby doctor: directories, cgroups, devices and programs of the host.

#include <elf.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "assembly/doctor_rows.h"
#include "base/parse.h"
#include "kernel/root.h"
#include "kernel/runtime_dir.h"

namespace cubby {
namespace {

DoctorRow runtime_row(const std::string& user) {
    const auto dir = runtime_dir();
    if (!dir) {
        return {"runtime-dir", DoctorStatus::missing, dir.error().message(), "there is no place for sockets and locks",
                ""};
    }
    const auto path = pin("/proc/self/fd/" + std::to_string(dir->fd()));
    DoctorRow row{"runtime-dir", DoctorStatus::ok, path ? path->path : "?", "sockets and locks are kept here", ""};
    if (path && (path->path.starts_with("/dev/shm/") || path->path.starts_with("/tmp/"))) {
        row.status = DoctorStatus::degraded;
        row.meaning =
            "no login manager made /run/user/" + std::to_string(geteuid()) + "; this does as well until a reboot";
        const bool systemd = Root::at("/run/systemd/system").has_value();
        row.cure = systemd && !user.empty() ? "loginctl enable-linger " + shell_word(user) : "";
    }
    return row;
}

DoctorRow home_row() {
    const char* named = getenv("HOME");
    const std::string home = named != nullptr ? named : "";
    const auto dir = home.starts_with('/') ? Root::at(home) : Result<Root>(FAIL(Code::not_found, "HOME is not set"));
    struct stat info{};
    if (!dir || fstat(dir->fd(), &info) != 0) {
        return {"home", DoctorStatus::missing, dir ? home : dir.error().message(),
                "containers and their configuration have no default place; set HOME, or use -P and lxc.conf", ""};
    }
    std::array<char, 8> mode{};
    snprintf(mode.data(), mode.size(), "%04o", info.st_mode & 07777);
    DoctorRow row{"home", DoctorStatus::ok, home + ", mode " + mode.data(),
                  "it may stay closed to others: containers do not need x for others on it", ""};
    if (info.st_uid != geteuid()) {
        row.status = DoctorStatus::degraded;
        row.found += ", of user " + std::to_string(info.st_uid);
        row.meaning = "it is not yours: HOME may have been inherited from another user";
    }
    return row;
}

DoctorRow storage_row(const StorageFacts& storage) {
    DoctorRow row{"storage", DoctorStatus::ok, storage.tried + " (" + storage.file_system + ")",
                  "containers can be kept here", ""};
    if (!storage.trouble.empty()) {
        row.status = DoctorStatus::missing;
        row.found = storage.tried + ": " + storage.trouble;
        row.meaning = "no container can be made here; choose another place with lxc.lxcpath in ~/.config/lxc/lxc.conf";
    } else if (storage.remote) {
        row.status = DoctorStatus::degraded;
        row.meaning =
            "network and FUSE file systems often refuse mapped ids; set lxc.lxcpath in ~/.config/lxc/lxc.conf to a "
            "directory on a local disk";
    }
    return row;
}

// "/path" of the line "0::/path" of /proc/self/cgroup (cgroups(7)).
std::string own_cgroup() {
    const auto text = read_named("/proc/self/cgroup", 65536);
    for (const auto line : split_words(text ? std::string_view(*text) : "", "\n")) {
        if (line.starts_with("0::")) {
            return std::string(line.substr(3));
        }
    }
    return {};
}

// Where the version 2 tree is mounted, of the two places that systems use; empty without.
std::string cgroup2_mount() {
    for (const char* place : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        if (open_named(std::string(place) + "/cgroup.controllers", O_PATH)) {
            return place;
        }
    }
    return {};
}

std::string controllers_of(const std::string& group) {
    const auto text = read_named(group + "/cgroup.controllers", 4096);
    const std::string list(text ? trim(std::string_view(*text).substr(0, text->find('\n'))) : "");
    return list.empty() ? "none" : list;
}

bool belongs_to_us(const std::string& directory) {
    const auto dir = open_named(directory, O_PATH | O_DIRECTORY);
    struct stat info{};
    return dir && fstat(dir->get(), &info) == 0 && info.st_uid == geteuid();
}

DoctorRow cgroup_row() {
    const std::string mount = cgroup2_mount();
    if (mount.empty()) {
        return {"cgroup", DoctorStatus::degraded, "no cgroup version 2 is mounted",
                "no limits, no statistics and no freezing of containers; everything else works", ""};
    }
    const std::string id = std::to_string(geteuid());
    const std::string service = mount + "/user.slice/user-" + id + ".slice/user@" + id + ".service";
    const std::string own = mount + own_cgroup();
    std::string delegated;
    for (const std::string& group : {own, service}) {
        delegated = belongs_to_us(group) ? group : delegated;
    }
    if (delegated.empty()) {
        const bool systemd = Root::at("/run/systemd/system").has_value();
        return {"cgroup", DoctorStatus::degraded, mount + ", nothing of it is delegated to you",
                systemd
                    ? "no limits until your systemd user manager runs: log in by ssh or a console, or have lingering"
                    : "no limits, no statistics and no freezing of containers; everything else works",
                ""};
    }
    const std::string have = controllers_of(delegated);
    DoctorRow row{"cgroup", DoctorStatus::ok, delegated + ": " + have, "containers can be limited by these", ""};
    const bool all = have.find("cpuset") != std::string::npos && have.find("io") != std::string::npos &&
                     have.find("memory") != std::string::npos && have.find("pids") != std::string::npos;
    if (!all) {
        row.status = DoctorStatus::degraded;
        row.meaning = "containers can be limited by these alone; cpu, cpuset, io, memory and pids can be had";
        if (delegated == service) {
            row.cure =
                "mkdir -p /etc/systemd/system/user@.service.d && printf '[Service]\\nDelegate=cpu cpuset io memory "
                "pids\\n' > /etc/systemd/system/user@.service.d/60-cubby.conf && systemctl daemon-reload";
        }
    }
    return row;
}

DoctorRow device_row(const char* id, const char* path, const char* module, const char* meaning) {
    const auto device = open_named(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
    if (device) {
        return {id, DoctorStatus::ok, std::string(path) + " can be opened", meaning, ""};
    }
    const bool absent = device.error().code == Code::not_found;
    return {id, DoctorStatus::degraded, device.error().message(), std::string("without it: not that ") + meaning,
            (absent ? "modprobe " + std::string(module) + " && " : "") + "chmod 0666 " + path};
}

// Whether a program needs no dynamic loader (PT_INTERP, elf(5)), so that it runs alone in a root file system.
bool is_static_program(const std::string& path) {
    std::array<unsigned char, 4096> head{};
    const auto file = open_named(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    const ssize_t got = file ? pread(file->get(), head.data(), head.size(), 0) : 0;
    Elf64_Ehdr elf;
    if (got < static_cast<ssize_t>(sizeof elf) || memcmp(head.data(), ELFMAG, SELFMAG) != 0 ||
        head[EI_CLASS] != ELFCLASS64) {
        return false;
    }
    memcpy(&elf, head.data(), sizeof elf);
    for (size_t at = 0; at < elf.e_phnum; ++at) {
        Elf64_Phdr segment;
        const size_t offset = elf.e_phoff + at * sizeof segment;
        if (elf.e_phoff > head.size() || offset + sizeof segment > static_cast<size_t>(got)) {
            return false;
        }
        memcpy(&segment, head.data() + offset, sizeof segment);
        if (segment.p_type == PT_INTERP) {
            return false;
        }
    }
    return true;
}

DoctorRow busybox_row() {
    std::string seen;
    for (const char* name : {"busybox", "busybox-static", "busybox.static"}) {
        const std::string path = system_program(name);
        if (!path.empty() && is_static_program(path)) {
            return {"busybox", DoctorStatus::ok, path + ", statically linked",
                    "the image busybox is made from it, offline", ""};
        }
        seen = path.empty() ? seen : path;
    }
    return {"busybox", DoctorStatus::degraded, seen.empty() ? "not installed" : seen + " is not statically linked",
            "the image busybox cannot be made",
            install_command({"busybox-static", "busybox", "busybox", "busybox-static", "busybox-static"})};
}

DoctorRow bootstrap_row() {
    const std::string fast = system_program("mmdebstrap");
    const std::string classic = system_program("debootstrap");
    if (fast.empty() && classic.empty()) {
        return {"debian-bootstrap", DoctorStatus::degraded, "neither mmdebstrap nor debootstrap is installed",
                "the image debian cannot be made",
                install_command({"mmdebstrap", "debootstrap", "debootstrap", "debootstrap", "debootstrap"})};
    }
    return {"debian-bootstrap", DoctorStatus::ok, fast.empty() ? classic : fast, "the image debian can be made", ""};
}

}  // namespace

void add_host_rows(const Findings& findings, DoctorRows& rows) {
    rows.push_back(runtime_row(findings.trial.ids.user));
    rows.push_back(home_row());
    rows.push_back(storage_row(findings.storage));
    rows.push_back(cgroup_row());
    rows.push_back(device_row("fuse", "/dev/fuse", "fuse", "images that are single files can be mounted"));
    rows.push_back(device_row("tun", "/dev/net/tun", "tun", "containers can reach the network by pasta"));
}

void add_program_rows(DoctorRows& rows) {
    rows.push_back(busybox_row());
    rows.push_back(bootstrap_row());
}

}  // namespace cubby
