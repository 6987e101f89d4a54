#include "images/store.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "base/parse.h"
#include "images/template_program.h"
#include "kernel/delete_tree.h"
#include "kernel/userns_process.h"

namespace cubby {
namespace {

constexpr size_t kMaxMetadata = 1U << 20U;
constexpr int kMaxBuildWait = 3'600'000;  // milliseconds
constexpr int kMaxUseWait = 10'000;
constexpr std::string_view kIdPrefix = "sha256-";
constexpr size_t kDigits = 64;
constexpr size_t kLeastDigits = 6;

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

bool is_id(std::string_view text) {
    return text.starts_with(kIdPrefix) && text.size() == kIdPrefix.size() + kDigits &&
           is_hex(text.substr(kIdPrefix.size()));
}

bool is_fresh(const Image& image, const TemplateProgram& program) {
    constexpr int64_t kDay = 86400;
    const int64_t age = time(nullptr) - image.created;
    return program.max_age_days == 0 || age < static_cast<int64_t>(program.max_age_days) * kDay;
}

Result<RelPath> image_path(const std::string& id) {
    if (!is_id(id)) {
        return FAIL(Code::usage, "'%.80s' is not the id of an image", printable(id).c_str());
    }
    return RelPath::parse("images/" + id);
}

Result<std::string> key_of(const BuildRequest& request, const TemplateProgram& program) {
    return image_key(program, request.args, request.architecture, ids_text(request));
}

}  // namespace

std::string ids_text(const BuildRequest& request) {
    return map_text(request.ids.maps.uids) + "/" + map_text(request.ids.maps.gids) + "/" +
           map_text(request.holder_maps.uids) + "/" + map_text(request.holder_maps.gids);
}

Result<ImageStore> ImageStore::open(const std::string& host_path, int holder) {
    Root root = TRY(Root::make(host_path));
    for (const char* name : {"images", "index", "locks", "logs"}) {
        const RelPath path = TRY(RelPath::component(name));
        if (!root.exists(path)) {
            TRY(root.make_dirs(path, 0700));
        }
    }
    return ImageStore(host_path, std::move(root), holder);
}

Result<Image> ImageStore::load(const std::string& id) const {
    const RelPath path = TRY(image_path(id));
    Image image;
    image.id = id;
    image.rootfs = path_ + "/" + path.str() + "/rootfs";
    TRY(parse_metadata(TRY(root_.read(path / TRY(RelPath::component("meta")), kMaxMetadata)), image));
    return image;
}

bool ImageStore::look_up(const std::string& key, Image& image) const {
    const auto path = RelPath::parse("index/" + key);
    const auto id = path ? root_.read(*path, kMaxMetadata) : Result<std::string>(std::unexpected(path.error()));
    if (!id) {
        return false;
    }
    auto found = load(std::string(trim(id->substr(0, id->find('\n')))));
    if (!found) {
        return false;
    }
    image = std::move(*found);
    return true;
}

Result<FileLock> ImageStore::lock_key(const std::string& key, const BuildProgress& progress) const {
    const RelPath name = TRY(RelPath::parse("locks/" + key));
    auto lock = FileLock::take(root_, name, 0, "the image");
    if (!lock && lock.error().code == Code::busy) {
        if (progress) {
            progress(0, 0, "waiting for another command that builds this image");
        }
        lock = FileLock::take(root_, name, kMaxBuildWait, "the image");
    }
    return lock;
}

Result<FileLock> ImageStore::lock_uses() const {
    return FileLock::take(root_, TRY(RelPath::parse("locks/uses")), kMaxUseWait, "the image store");
}

Status ImageStore::delete_entry(const Root& directory, const RelPath& name) const {
    if (!directory.exists(name)) {
        return {};
    }
    auto done =
        run_in_user_namespace({holder_, nullptr, {}}, [&] { return delete_tree(directory.fd(), name.c_str()); });
    return done || done.error().code == Code::not_found ? Status{} : done;
}

void ImageStore::sweep() const {
    const auto entries = root_.list();
    if (!entries) {
        return;
    }
    for (const DirEntry& entry : *entries) {
        constexpr std::string_view kBuilding = "building-";
        const auto name = RelPath::component(entry.name);
        if (!name) {
            continue;
        }
        if (entry.name.starts_with(kBuilding)) {
            // A builder that lives holds the lock.
            const auto lock_name = RelPath::parse("locks/" + entry.name.substr(kBuilding.size()));
            if (!lock_name) {
                continue;
            }
            if (const auto lock = FileLock::take(root_, *lock_name, 0, "the image")) {
                static_cast<void>(delete_entry(root_, *name));
            }
        } else if (entry.name.starts_with("removing-")) {
            static_cast<void>(delete_entry(root_, *name));
        }
    }
}

Result<Image> ImageStore::find_or_build(const BuildRequest& request, const BuildProgress& progress) const {
    const TemplateProgram program = TRY(find_template(request.template_name, request.templates));
    const std::string key = TRY(key_of(request, program));
    Image old;
    bool has_old = look_up(key, old);
    if (has_old && !request.refresh && is_fresh(old, program)) {
        return old;
    }
    const FileLock lock = TRY(lock_key(key, progress));
    const int64_t seen = has_old ? old.created : 0;
    has_old = look_up(key, old);
    if (has_old && is_fresh(old, program) && (!request.refresh || old.created > seen)) {
        return old;  // built while this command waited
    }
    sweep();
    auto built = build(request, program, key, progress);
    if (!built && has_old && !request.refresh) {
        old.notes.push_back("the image of template " + program.name + " is older than " +
                            std::to_string(program.max_age_days) +
                            " days and could not be renewed: " + built.error().message());
        return old;
    }
    return built;
}

Result<std::vector<Image>> ImageStore::list() const {
    sweep();
    std::vector<Image> images;
    for (const DirEntry& entry : TRY(root_.list(TRY(RelPath::component("images"))))) {
        if (auto image = load(entry.name)) {
            images.push_back(std::move(*image));
        }
    }
    std::ranges::sort(images, [](const Image& a, const Image& b) {
        return a.created != b.created ? a.created > b.created : a.id < b.id;
    });
    return images;
}

Result<Image> ImageStore::find(std::string_view name) const {
    std::string_view digits = name;
    if (digits.starts_with(kIdPrefix)) {
        digits.remove_prefix(kIdPrefix.size());
    }
    if (digits.size() < kLeastDigits || digits.size() > kDigits || !is_hex(digits)) {
        return FAIL(Code::usage, "'%.80s' is not the id of an image, nor at least %zu of its first digits",
                    printable(name).c_str(), kLeastDigits);
    }
    std::string found;
    for (const DirEntry& entry : TRY(root_.list(TRY(RelPath::component("images"))))) {
        if (is_id(entry.name) && std::string_view(entry.name).substr(kIdPrefix.size()).starts_with(digits)) {
            if (!found.empty()) {
                return FAIL(Code::usage, "more than one image begins with %s; give more digits",
                            std::string(digits).c_str());
            }
            found = entry.name;
        }
    }
    if (found.empty()) {
        return FAIL(Code::not_found, "there is no image %s", std::string(digits).c_str());
    }
    return load(found);
}

Result<FileLock> ImageStore::hold(const Image& image) const {
    FileLock lock = TRY(lock_uses());
    if (!root_.exists(TRY(image_path(image.id)))) {
        return FAIL(Code::not_found, "the image %s was removed meanwhile; try again", image.id.c_str());
    }
    return lock;
}

Status ImageStore::remove(const Image& image, const Users& users) const {
    const RelPath path = TRY(image_path(image.id));
    const RelPath removing = TRY(RelPath::component("removing-" + image.id));
    {
        const FileLock lock = TRY(lock_uses());
        if (!root_.exists(path)) {
            return FAIL(Code::not_found, "there is no image %s", image.id.c_str());
        }
        std::string names;
        for (const std::string& name : TRY(users(image))) {
            names.append(names.empty() ? "" : ", ").append(name);
        }
        if (!names.empty()) {
            return FAIL(Code::busy, "image %.19s is used by %.120s; destroy that first", image.id.c_str(),
                        names.c_str());
        }
        const RelPath index = TRY(RelPath::component("index"));
        for (const DirEntry& entry : TRY(root_.list(index))) {
            const RelPath key = TRY(RelPath::parse("index/" + entry.name));
            if (trim(TRY(root_.read(key, kMaxMetadata))).starts_with(image.id)) {
                TRY(root_.unlink(key));
            }
        }
        TRY(delete_entry(root_, removing));  // what an earlier, killed removal left
        TRY(root_.rename(path, removing));
    }
    return delete_entry(root_, removing);
}

}  // namespace cubby
