#include <fcntl.h>

#include "assembly/assemble.h"
#include "assembly/holder.h"
#include "config/lxc/compile.h"
#include "config/lxc/global.h"
#include "config/lxc/write.h"
#include "container/image_of.h"
#include "container/lxc_template.h"
#include "container/operations.h"
#include "container/outside_rootfs.h"
#include "container/recovery.h"
#include "container/store.h"
#include "images/lxc_template.h"
#include "images/template_program.h"
#include "kernel/installed.h"
#include "spec/validate.h"
#include "storage/registry.h"

namespace cubby {
namespace {

constexpr const char* kConsoleLogSize = "1MB";

// What a create needs to know before it makes anything.
struct Groundwork {
    lxc::NamedText base;  // the configuration that the new one begins with
    IdMaps host;          // container → host ids
    IdMaps inside;        // container → ids of the holder
};

void add_idmap_lines(char kind, const IdRanges& ranges, std::vector<std::string>& lines) {
    for (const IdRange& range : ranges) {
        lines.push_back(std::string(1, kind) + ' ' + std::to_string(range.inside) + ' ' +
                        std::to_string(range.outside) + ' ' + std::to_string(range.count));
    }
}

Result<lxc::NamedText> base_config(const Places& places, const CreateRequest& request) {
    if (request.base) {
        return lxc::NamedText{directory_of(places, request.name) + "/config", *request.base};
    }
    if (request.config_file.empty()) {
        return lxc::default_config(TRY(lxc::read_global(places.home)));
    }
    std::string text = TRY(read_named(request.config_file, lxc::kMaxTextBytes));
    return lxc::NamedText{request.config_file, std::move(text)};
}

// The base's own lxc.idmap lines win, as with LXC; --userns keep-id and the default map come after.
Result<Groundwork> prepare(const Places& places, const CreateRequest& request, const HostFacts& facts) {
    Groundwork ground{TRY(base_config(places, request)), {}, {}};
    const auto base = TRY(lxc::Document::parse(ground.base.text, ground.base.name));
    const auto draft = TRY(lxc::load(base, request.name, directory_of(places, request.name)));
    if (!draft.spec.idmap.uids.empty() && request.userns == UserNs::automatic) {
        ground.host = draft.spec.idmap;
    } else if (request.userns == UserNs::keep_id) {
        ground.host = {keep_id_map(facts.holder.uids, facts.uid), keep_id_map(facts.holder.gids, facts.gid)};
    } else {
        ground.host = {default_map(facts.holder.uids), default_map(facts.holder.gids)};
    }
    ground.inside = TRY(translate(ground.host, facts.holder));
    return ground;
}

// Which lower trees the container begins with, and how its rootfs line reads.
Result<RootfsSpec> make_rootfs(const Places& places, const CreateRequest& request, const ImageTree& image,
                               const ContainerIds& ids, const Root& directory) {
    const Backend* backend = TRY(find_backend(request.backend));
    NewRootfs wanted{directory_of(places, request.name), {}};
    if (!image.rootfs.empty()) {
        wanted.lowers.push_back(image.rootfs);
    }
    return request.rootfs.empty() ? backend->create(wanted, ids)
                                  : make_outside(directory, *backend, wanted, request.rootfs, ids);
}

std::string rootfs_line(const RootfsSpec& rootfs) {
    std::string line = rootfs.backend + ":";
    for (const std::string& lower : rootfs.lowers) {
        line += lower + ":";
    }
    return line + rootfs.path;
}

Result<lxc::Document> make_config(const Places& places, const CreateRequest& request, const Groundwork& ground,
                                  const ImageTree& image, const RootfsSpec& rootfs) {
    lxc::NewContainer fresh;
    fresh.base = ground.base;
    fresh.rootfs = rootfs_line(rootfs);
    fresh.hostname = request.name.str();
    fresh.image = image.id;
    add_idmap_lines('u', ground.host.uids, fresh.idmap);
    add_idmap_lines('g', ground.host.gids, fresh.idmap);
    fresh.settings.push_back({"lxc.console.logfile", directory_of(places, request.name) + "/console.log"});
    fresh.settings.push_back({"lxc.console.size", kConsoleLogSize});
    fresh.settings.insert(fresh.settings.end(), image.settings.begin(), image.settings.end());
    auto document = TRY(lxc::make_document(fresh));
    const Loaded loaded = TRY(load_spec(places, request.name, document));  // nothing is created that could not start
    if (loaded.spec.rootfs.path != rootfs.path) {
        return FAIL(Code::usage, "'%.100s' cannot be written as lxc.rootfs.path; choose another path",
                    rootfs.path.c_str());
    }
    return document;
}

// A template of LXC: the container's own files, and its configuration as the template leaves it.
Status fill_by_lxc(const Places& places, const CreateRequest& request, const Groundwork& ground,
                   const std::string& program, const Holder& holder, const Root& directory) {
    CreateRequest plain = request;
    plain.backend = "dir";
    const ContainerIds ids{holder.user_namespace.get(), ground.inside};
    const RootfsSpec rootfs = TRY(make_rootfs(places, plain, {}, ids, directory));
    TRY(save_document(directory, TRY(make_config(places, plain, ground, {}, rootfs))));
    if (!request.rootfs.empty()) {
        // lxc-create makes it all the same, and lxc-busybox looks for it.
        TRY(directory.mkdir(TRY(RelPath::component("rootfs")), 0755));
    }
    TRY(run_lxc_template(places, request.name, directory, {program, request.template_args, rootfs.path, ground.host}));
    TRY(load_spec(places, request.name, TRY(load_document(places, directory, request.name))));
    return clear_intent(directory);
}

// LXC's template that is meant, or nothing for one of cubby's.
Result<std::optional<std::string>> lxc_template_of(const CreateRequest& request) {
    if (request.image == "none") {
        return std::optional<std::string>{};
    }
    if (!request.lxc_templates && find_template(request.image, TRY(installed_data("templates")))) {
        const bool path = request.image.starts_with('/');
        return path ? find_lxc_template(request.image, false) : Result<std::optional<std::string>>(std::nullopt);
    }
    return find_lxc_template(request.image, request.lxc_templates);
}

Status fill(const Places& places, const CreateRequest& request, const Groundwork& ground, const ImageTree& image,
            const Holder& holder, const Root& directory) {
    const ContainerIds ids{holder.user_namespace.get(), ground.inside};
    const RootfsSpec rootfs = TRY(make_rootfs(places, request, image, ids, directory));
    const auto document = TRY(make_config(places, request, ground, image, rootfs));
    TRY(save_document(directory, document));
    return clear_intent(directory);
}

}  // namespace

Status create(const Places& places, const CreateRequest& request, const Progress& progress) {
    CreateRequest wanted = request;
    if (!wanted.rootfs.empty()) {
        wanted.rootfs = TRY(check_outside(wanted.rootfs));
    }
    const Root containers = TRY(open_containers(places));
    if (containers.exists(entry_of(wanted.name))) {
        // An interrupted create or destroy of that name is ended first, one at work is waited for; then the name may be
        // free.
        if (open_container(places, wanted.name)) {
            return FAIL(Code::exists, "there is a container %s already; cubby destroy %s removes it",
                        wanted.name.c_str(), wanted.name.c_str());
        }
    }
    TRY(find_backend(wanted.backend));
    const Holder holder = TRY(ensure_holder());
    const Groundwork ground = TRY(prepare(places, wanted, TRY(host_facts(holder.maps))));
    const auto lxc_template = TRY(lxc_template_of(wanted));
    if (lxc_template && wanted.lxc_templates && wanted.backend != "dir") {
        return FAIL(Code::unsupported, "-B %s lies on an image, and a template of LXC fills a directory; use -B dir",
                    wanted.backend.c_str());
    }
    ImageTree image;
    if (!lxc_template && wanted.image != "none") {
        image = TRY(image_of(places, wanted.image, wanted.template_args, holder, ground.inside, progress));
    }
    const auto made = TRY(make_container_directory(places, wanted.name));
    const Root& directory = made.directory;
    auto filled = write_intent(directory, "create");
    if (filled) {
        filled = lxc_template ? fill_by_lxc(places, wanted, ground, *lxc_template, holder, directory)
                              : fill(places, wanted, ground, image, holder, directory);
    }
    if (!filled) {
        static_cast<void>(remove_files(places, wanted.name, directory).has_value());
        return std::unexpected(prefixed(filled.error(), "create %s", wanted.name.c_str()));
    }
    return {};
}

}  // namespace cubby
