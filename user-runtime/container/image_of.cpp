#include "container/image_of.h"

#include "config/lxc/write.h"
#include "container/store.h"
#include "images/store.h"
#include "kernel/installed.h"
#include "security/default_filter.h"

namespace cubby {
namespace {

// Ids that stand for one id only let a template run under the filter that answers changes of owner with success.
std::vector<sock_filter> pretending_filter() {
    const auto program = single_id_filter();
    return {program.begin(), program.end()};
}

std::string made_by(const Image& image) {
    std::string text = image.template_name;
    for (const std::string& arg : image.args) {
        text.append(" ").append(arg);
    }
    return text;
}

// Containers of this lxcpath whose configuration names the image.
Result<std::vector<std::string>> users_of(const Places& places, const Image& image) {
    std::vector<std::string> users;
    for (const Summary& summary : TRY(list(places))) {
        const auto name = ContainerName::parse(summary.name);
        const auto directory = name ? open_container(places, *name) : Result<Root>(std::unexpected(name.error()));
        const auto document = directory ? load_document(places, *directory, *name)
                                        : Result<lxc::Document>(std::unexpected(directory.error()));
        if (document && document->to_text().find(image.rootfs) != std::string::npos) {
            users.push_back(summary.name);
        }
    }
    return users;
}

}  // namespace

Result<ImageTree> image_of(const Places& places, const std::string& name, const std::vector<std::string>& template_args,
                           const Holder& holder, const IdMaps& maps, const Progress& progress) {
    const ImageStore store = TRY(ImageStore::open(places.images, holder.user_namespace.get()));
    const auto filter = pretending_filter();
    BuildRequest request;
    request.template_name = name;
    request.args = template_args;
    request.templates = TRY(installed_data("templates"));
    request.ids = {holder.user_namespace.get(), maps, holder.single_id() ? &filter : nullptr};
    request.holder_maps = holder.maps;
    Image image = TRY(store.find_or_build(request, progress));
    return ImageTree{std::move(image.id), std::move(image.rootfs), std::move(image.settings), std::move(image.notes)};
}

Status write_kept_config(const Places& places, const ContainerSpec& spec, const Root& directory) {
    lxc::NewContainer fresh;
    fresh.rootfs = "overlay:";
    for (const std::string& lower : spec.rootfs.lowers) {
        fresh.rootfs += lower + ":";
    }
    fresh.rootfs += spec.rootfs.path;
    fresh.hostname = spec.hostname;
    for (const auto& [kind, ranges] : {std::pair{"u ", &spec.idmap.uids}, std::pair{"g ", &spec.idmap.gids}}) {
        for (const IdRange& range : *ranges) {
            fresh.idmap.push_back(kind + std::to_string(range.inside) + " " + std::to_string(range.outside) + " " +
                                  std::to_string(range.count));
        }
    }
    fresh.settings.push_back({"lxc.net.0.type", spec.net.type == NetType::none ? "none" : "empty"});
    const auto document = TRY(lxc::make_document(fresh));
    TRY(load_spec(places, spec.name, document));
    return save_document(directory, document);
}

Result<std::vector<ImageSummary>> images(const Places& places) {
    const Holder holder = TRY(ensure_holder());
    const ImageStore store = TRY(ImageStore::open(places.images, holder.user_namespace.get()));
    std::vector<ImageSummary> out;
    for (const Image& image : TRY(store.list())) {
        auto users = TRY(users_of(places, image));
        out.push_back({image.id, made_by(image), image.created, image.bytes, std::move(users)});
    }
    return out;
}

Status remove_image(const Places& places, const std::string& id) {
    const Holder holder = TRY(ensure_holder());
    const ImageStore store = TRY(ImageStore::open(places.images, holder.user_namespace.get()));
    const Image image = TRY(store.find(id));
    return store.remove(image, [&](const Image& wanted) { return users_of(places, wanted); });
}

}  // namespace cubby
