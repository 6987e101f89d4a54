#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "assembly/assemble.h"
#include "assembly/holder.h"
#include "container/environment.h"
#include "container/foreground.h"
#include "container/here.h"
#include "container/image_of.h"
#include "container/operations.h"
#include "container/passwd.h"
#include "container/recovery.h"
#include "container/start_document.h"
#include "container/store.h"
#include "monitor/begin.h"
#include "monitor/instance.h"
#include "security/providers.h"
#include "spec/validate.h"
#include "storage/registry.h"

namespace cubby {
namespace {

Result<ContainerName> name_for(const RunRequest& request) {
    if (request.name) {
        return *request.name;
    }
    std::array<unsigned char, 4> random{};
    if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
        return FAIL_ERRNO("make up a name");
    }
    std::array<char, 16> text{};
    snprintf(text.data(), text.size(), "run-%02x%02x%02x%02x", random[0], random[1], random[2], random[3]);
    return ContainerName::parse(text.data());
}

// Whose ids the tree has: one that belongs to the user himself is shown as root's.
IdRanges map_for(const RunRequest& request, const IdRanges& holder, uint32_t self, bool owned_by_user) {
    if (request.userns == UserNs::keep_id) {
        return keep_id_map(holder, self);
    }
    if (!owned_by_user) {
        return default_map(holder);
    }
    IdRanges map;
    for (const IdRange& range : holder) {
        map.push_back({range.inside, range.outside, range.count});
    }
    return map;
}

// The read-only layers that a run of an image or of a stopped container stands on, topmost first.
Result<std::vector<std::string>> layers_of(const Places& places, const RunRequest& request, const Holder& holder,
                                           const IdMaps& maps, const Progress& progress) {
    if (const auto name = ContainerName::parse(request.what)) {
        if (const auto directory = open_container(places, *name)) {
            if (TRY(running_monitor(*directory))) {
                return FAIL(Code::wrong_state, "run %s: the container is running; cubby attach %s enters it",
                            name->c_str(), name->c_str());
            }
            const Loaded loaded = TRY(load_spec(places, *name, TRY(load_document(places, *directory, *name))));
            std::vector<std::string> layers{loaded.spec.rootfs.path};
            layers.insert(layers.end(), loaded.spec.rootfs.lowers.begin(), loaded.spec.rootfs.lowers.end());
            return layers;
        }
    }
    return std::vector<std::string>{TRY(image_of(places, request.what, {}, holder, maps, progress)).rootfs};
}

Result<GuestUser> user_in(const std::vector<std::string>& layers, const std::string& text) {
    for (const std::string& layer : layers) {
        const auto root = Root::at(layer, Trust::guest);
        if (root && root->exists(TRY(RelPath::parse("etc/passwd")))) {
            return find_guest_user(*root, text);
        }
    }
    return find_user_in("", "", text);
}

Status add_volumes(const RunRequest& request, ContainerSpec& spec) {
    for (const Volume& volume : request.volumes) {
        struct stat info{};
        const Fd source = TRY(open_own(volume.source));
        if (fstat(source.get(), &info) != 0) {
            return FAIL_ERRNO("volume %s", volume.source.c_str());
        }
        MountEntry entry;
        entry.source = volume.source;
        entry.target = volume.target;
        entry.recursive = true;
        entry.set_attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (volume.read_only ? MOUNT_ATTR_RDONLY : 0);
        entry.propagation = MS_PRIVATE;
        entry.create = S_ISDIR(info.st_mode) ? CreateTarget::directory : CreateTarget::file;
        spec.mounts.entries.push_back(std::move(entry));
    }
    return {};
}

void set_identity(const RunRequest& request, const HostFacts& facts, const GuestUser& user, ContainerSpec& spec) {
    const bool self = request.userns == UserNs::keep_id && request.user.empty();
    spec.process.uid = self ? facts.uid : user.uid;
    spec.process.gid = self ? facts.gid : user.gid;
    if (!self) {
        spec.process.groups = user.groups;
    }
    spec.process.keep_groups = request.keep_groups;
    spec.process.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                "HOME=" + (self ? std::string("/") : user.home), "container=lxc"};
    if (request.terminal) {
        const char* term = getenv("TERM");
        spec.process.environment.push_back(std::string("TERM=") + (term != nullptr ? term : "xterm"));
    }
    spec.process.environment.insert(spec.process.environment.end(), request.environment.begin(),
                                    request.environment.end());
    keep_last(spec.process.environment);
}

Status fill_spec(const RunRequest& request, const HostFacts& facts, const std::vector<std::string>& layers,
                 ContainerSpec& spec) {
    const GuestUser user = TRY(user_in(layers, request.user));
    set_identity(request, facts, user, spec);
    spec.process.argv = request.argv.empty() ? std::vector<std::string>{"/bin/sh"} : request.argv;
    spec.process.reaper = !request.no_init;
    spec.process.stdio = request.terminal ? Stdio::console : Stdio::inherit;
    spec.process.cwd = request.workdir.empty() ? "/" : request.workdir;
    spec.security.keep_capabilities = security::application_capabilities();
    spec.net.type = request.network_none ? NetType::empty : NetType::none;
    spec.lifecycle.ephemeral = !request.keep;
    if (!request.hostname.empty()) {
        spec.hostname = request.hostname;
    }
    return add_volumes(request, spec);
}

// A directory of the container's own for an image's writable layer; removed when the run ends, unless it is kept.
class RunDirectory {
  public:
    static Result<RunDirectory> make(const Places& places, const ContainerName& name, bool keep) {
        auto made = TRY(make_container_directory(places, name));
        if (keep) {
            TRY(write_intent(made.directory, "create"));  // until its configuration is written
        }
        RunningMark mark = TRY(RunningMark::take(made.directory, name));
        TRY(mark.sign());
        if (keep) {
            return RunDirectory(places, name, std::move(made), std::move(mark));
        }
        // After the mark: who sees this file sees the lock too (container/recovery.h).
        static_cast<void>(TRY(made.directory.open(*RelPath::component("ephemeral"), O_WRONLY | O_CREAT, 0600)));
        RunDirectory run(places, name, std::move(made), std::move(mark));
        run.lock_.release();
        return run;
    }
    [[nodiscard]] std::string path() const { return directory_of(*places_, name_); }
    // A container that stays is whole from here on.
    Status keep(const ContainerSpec& spec) {
        TRY(write_kept_config(*places_, spec, directory_));
        TRY(clear_intent(directory_));
        lock_.release();
        return {};
    }
    void end(bool keep) {
        if (keep) {
            mark_.end(directory_);
        } else {
            static_cast<void>(remove_files(*places_, name_, directory_).has_value());
        }
    }

  private:
    RunDirectory(const Places& places, ContainerName name, LockedContainer made, RunningMark mark) noexcept
        : places_(&places),
          name_(std::move(name)),
          directory_(std::move(made.directory)),
          lock_(std::move(made.lock)),
          mark_(std::move(mark)) {}
    const Places* places_;
    ContainerName name_;
    Root directory_;
    OperationLock lock_;
    RunningMark mark_;
};

Result<RunResult> run_rootfs(const Places& places, const RunRequest& request, const Holder& holder,
                             const HostFacts& facts, ContainerSpec spec) {
    struct stat info{};
    const Fd root = TRY(open_named(request.rootfs, O_PATH | O_DIRECTORY));
    if (fstat(root.get(), &info) != 0) {
        return FAIL_ERRNO("--rootfs %s", request.rootfs.c_str());
    }
    const bool own = info.st_uid == facts.uid;
    spec.idmap = {map_for(request, facts.holder.uids, facts.uid, own),
                  map_for(request, facts.holder.gids, facts.gid, own)};
    spec.rootfs.backend = "dir";
    spec.rootfs.path = request.rootfs;
    spec.rootfs.managed = false;
    TRY(fill_spec(request, facts, {request.rootfs}, spec));
    TRY(enter_holder(holder));
    return run_here({spec, facts, places.lxcpath, request.interactive, request.timings});
}

Result<RunResult> run_image(const Places& places, const RunRequest& request, const Holder& holder,
                            const HostFacts& facts, ContainerSpec spec, const Progress& progress) {
    const IdMaps standard{default_map(facts.holder.uids), default_map(facts.holder.gids)};
    const auto layers = TRY(layers_of(places, request, holder, TRY(translate(standard, facts.holder)), progress));
    spec.idmap = {map_for(request, facts.holder.uids, facts.uid, false),
                  map_for(request, facts.holder.gids, facts.gid, false)};
    TRY(fill_spec(request, facts, layers, spec));
    RunDirectory directory = TRY(RunDirectory::make(places, spec.name, request.keep));
    auto result = [&]() -> Result<RunResult> {
        const Backend* backend = TRY(find_backend("overlay"));
        const ContainerIds ids{holder.user_namespace.get(), TRY(translate(spec.idmap, facts.holder))};
        spec.rootfs = TRY(backend->create({directory.path(), layers}, ids));
        spec.rootfs.discard = !request.keep;
        TRY(enter_holder(holder));
        if (request.keep) {
            TRY(directory.keep(spec));
        }
        return run_here({spec, facts, places.lxcpath, request.interactive, request.timings});
    }();
    directory.end(request.keep && result.has_value());
    return result;
}

}  // namespace

Result<RunResult> run(const Places& places, const RunRequest& request, const Progress& progress) {
    ContainerSpec spec(TRY(name_for(request)));
    const Holder holder = TRY(ensure_holder());
    const HostFacts facts = TRY(host_facts(holder.maps));
    auto result = request.rootfs.empty() ? run_image(places, request, holder, facts, std::move(spec), progress)
                                         : run_rootfs(places, request, holder, facts, std::move(spec));
    if (!result) {
        const std::string& what = request.rootfs.empty() ? request.what : request.rootfs;
        return std::unexpected(prefixed(result.error(), "run %s", what.c_str()));
    }
    return result;
}

namespace {

Result<ContainerSpec> foreground_spec(const Places& places, const lxc::Document& document, const StartRequest& request,
                                      lxc::Files files = lxc::Files::may_come) {
    Loaded loaded = TRY(load_spec(places, request.name, document, files));
    if (request.pipes && !on_terminal()) {
        loaded.spec.process.stdio = Stdio::inherit;
    }
    return std::move(loaded.spec);
}

Result<RunResult> run_configured(const Places& places, const StartRequest& request, const lxc::Document& document,
                                 const ContainerSpec& spec, const RunLog* log) {
    const Standing standing = TRY(take_standing(spec));
    return run_here({spec, standing.facts, places.lxcpath, true, request.timings, &standing.hooks, log,
                     [&] { return foreground_spec(places, document, request, lxc::Files::are_made); }});
}

// Of a configuration file alone, as cubby run --rootfs: nothing of the container stays.
Result<int> start_undefined(const Places& places, const StartRequest& request) {
    const auto document = TRY(document_for_start(places, nullptr, request));
    const ContainerSpec spec = TRY(foreground_spec(places, document, request));
    return TRY(run_configured(places, request, document, spec, nullptr)).exit_code;
}

}  // namespace

Result<int> start_foreground(const Places& places, const StartRequest& request) {
    auto found = lock_container(places, request.name);
    if (!found && found.error().code == Code::not_found && !request.config_file.empty()) {
        return start_undefined(places, request);
    }
    auto locked = TRY(std::move(found));
    const Root& directory = locked.directory;
    const auto document = TRY(document_for_start(places, &directory, request));
    const ContainerSpec spec = TRY(foreground_spec(places, document, request));
    RunningMark mark = TRY(RunningMark::take(directory, request.name));
    TRY(mark.sign());
    locked.lock.release();  // the mark keeps others away from here on
    const RunLog log = TRY(RunLog::open(spec, directory_of(places, request.name)));
    auto result = run_configured(places, request, document, spec, &log);
    if (result) {
        static_cast<void>(write_last_exit(directory, result->exit_code).has_value());
    }
    mark.end(directory);
    if (!result) {
        return std::unexpected(prefixed(result.error(), "start %s", request.name.c_str()));
    }
    return result->exit_code;
}

}  // namespace cubby
