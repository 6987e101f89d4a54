#include "images/build_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/copy_file.h"
#include "kernel/mount_fd.h"
#include "kernel/tree_walk.h"
#include "kernel/userns_process.h"

namespace cubby {
namespace {

// In the container's namespace, as its root.
bool can_run(const std::string& path) {
    const auto file = open_named(path, O_RDONLY | O_NONBLOCK);
    struct stat info{};
    if (!file || fstat(file->get(), &info) != 0) {
        return false;
    }
    // The owner shows as 0 only where the user himself is the container's root.
    return (info.st_mode & (info.st_uid == 0 ? 0111U : 0001U)) != 0;
}

}  // namespace

Result<BuildGround> look_at_ground(const TemplateProgram& program, const BuildIds& ids) {
    NsSet more;
    more.add(Ns::mnt);
    more.add(Ns::pid);
    return ask_user_namespace<BuildGround>({ids.holder, &ids.maps, more}, [&]() -> Result<BuildGround> {
        TRY(become_root());
        BuildGround ground;
        // Refused where parts of the /proc around are covered (mount_too_revealing(), fs/namespace.c).
        ground.own_proc = make_filesystem("proc", "proc", "", 0).has_value();
        ground.reaches_program =
            can_run(program.file) && (program.folder.empty() || open_named(program.folder, O_RDONLY | O_DIRECTORY));
        return ground;
    });
}

namespace {

Status make_owned(const Root& place, const char* path, mode_t mode, const BuildIds& ids) {
    const RelPath name = TRY(RelPath::parse(path));
    TRY(place.mkdir(name, 0700));
    const Fd directory = TRY(place.open(name, O_RDONLY | O_DIRECTORY));
    const auto uid = to_outside(ids.maps.uids, 0);
    const auto gid = to_outside(ids.maps.gids, 0);
    if (!uid || !gid) {
        return FAIL(Code::invalid_config, "the container's id map has no user 0 or no group 0");
    }
    if (fchown(directory.get(), *uid, *gid) != 0 || fchmod(directory.get(), mode) != 0) {
        return FAIL_ERRNO("give %s to the container's root", path);
    }
    return {};
}

Status copy_program_file(const Fd& from, const struct statx& info, const Root& to, const RelPath& name) {
    const mode_t mode = (info.stx_mode & 0111U) != 0 ? 0755 : 0644;
    const Fd file = TRY(to.open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    TRY(FileCopier().data(from.get(), file.get(), info));
    return fchmod(file.get(), mode) == 0 ? Status{} : FAIL_ERRNO("set the mode");
}

// The installed templates, readable for everybody; links and anything odd are left out.
class FolderCopy final : public TreeVisitor {
  public:
    explicit FolderCopy(const Root& target) : target_(target) {}

    Status visit(const TreeEntry& entry) override {
        if (!S_ISREG(entry.info.stx_mode)) {
            return {};
        }
        const Fd from = TRY(entry.open());
        return copy_program_file(from, entry.info, target_, TRY(path_of(entry.name)));
    }
    Status enter(const TreeEntry& directory) override {
        const RelPath path = TRY(path_of(directory.name));
        TRY(target_.mkdir(path, 0700));
        names_.emplace_back(directory.name);
        const Fd made = TRY(target_.open(path, O_RDONLY | O_DIRECTORY));
        return fchmod(made.get(), 0755) == 0 ? Status{} : FAIL_ERRNO("set the mode");
    }
    Status leave(int) override {
        if (!names_.empty()) {
            names_.pop_back();
        }
        return {};
    }

  private:
    [[nodiscard]] Result<RelPath> path_of(const char* name) const {
        std::string path;
        for (const std::string& part : names_) {
            path.append(part).append("/");
        }
        return RelPath::parse(path + name);
    }
    const Root& target_;
    std::vector<std::string> names_;
};

}  // namespace

Status prepare_place(const Root& place, const TemplateProgram& program, const BuildGround& ground,
                     const BuildIds& ids) {
    return run_in_user_namespace({ids.holder, nullptr, {}}, [&]() -> Status {
        TRY(make_owned(place, "rootfs", 0755, ids));
        TRY(make_owned(place, "box", 0755, ids));
        TRY(make_owned(place, "box/rootfs", 0755, ids));
        TRY(make_owned(place, "box/home", 0700, ids));
        TRY(make_owned(place, "box/tmp", 01777, ids));
        TRY(make_owned(place, "box/program", 0755, ids));
        if (ground.reaches_program || program.folder.empty()) {
            return {};
        }
        const Root copies = TRY(place.enter(TRY(RelPath::parse("box/program"))));
        const Fd folder = TRY(open_named(program.folder, O_PATH | O_DIRECTORY));
        FolderCopy copy(copies);
        return walk_tree(folder.get(), copy);
    });
}

}  // namespace cubby
