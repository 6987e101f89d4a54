#include "container/lxc_template.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>

#include "assembly/holder.h"
#include "config/lxc/document.h"
#include "container/store.h"
#include "kernel/installed.h"
#include "kernel/userns_process.h"

namespace cubby {
namespace {

constexpr std::string_view kHints =
    "# For additional config options, please look at lxc.container.conf(5)\n\n"
    "# Uncomment the following line to support nesting containers:\n"
    "#cubby.nesting = 1\n"
    "# (Be aware this has security implications)\n\n";

uint32_t first_free(const IdRanges& ranges) {
    uint32_t end = 0;
    for (const IdRange& range : ranges) {
        end = std::max(end, range.inside + range.count);
    }
    return end;
}

// The id inside that stands for the user: one more than the container has, or where he is mapped already that one.
uint32_t add_user(IdRanges& ranges, uint32_t self) {
    if (const auto inside = to_inside(ranges, self)) {
        return *inside;
    }
    const uint32_t id = first_free(ranges);
    ranges.push_back({id, self, 1});
    return id;
}

std::string folder_of_commands() {
    const auto found = installed_program("lxc/lxc-usernsexec");
    return found ? found->substr(0, found->rfind('/')) : "";
}

// Templates keep what they fetch below HOME/.cache; made by one of them, it would belong to the container's root.
void make_cache_folder(const Places& places) {
    static_cast<void>(Root::make(places.home + "/.cache").has_value());  // without it a template says what it lacks
}

// What the template made beside the root file system belongs to the container's root, or to nobody in particular.
Status take_back(const Root& directory) {
    const Holder holder = TRY(ensure_holder());
    return run_in_user_namespace({holder.user_namespace.get(), nullptr, {}}, [&]() -> Status {
        for (const DirEntry& entry : TRY(directory.list())) {
            if (entry.type == DT_REG) {
                TRY(directory.chown(TRY(RelPath::component(entry.name)), 0, 0));
            }
        }
        return {};
    });
}

Status write_header(const Places& places, const ContainerName& name, const Root& directory, const LxcTemplateRun& run) {
    std::string header =
        "# Template used to create this container: " + run.program + "\n# Parameters passed to the template:";
    for (const std::string& arg : run.args) {
        header += " " + arg;
    }
    std::ranges::replace_if(
        header, [](char byte) { return byte != '\n' && static_cast<unsigned char>(byte) < ' '; }, ' ');
    const lxc::Document document = TRY(load_document(places, directory, name));
    const std::string text = header + "\n" + std::string(kHints) + document.to_text();
    return save_document(directory, TRY(lxc::Document::parse(text, directory_of(places, name) + "/config")));
}

}  // namespace

Status run_lxc_template(const Places& places, const ContainerName& name, const Root& directory,
                        const LxcTemplateRun& run) {
    IdMaps maps = run.maps;
    const uint32_t uid = add_user(maps.uids, getuid());
    const uint32_t gid = add_user(maps.gids, getgid());
    MappedRequest request{.argv = {}};
    request.maps = std::move(maps);
    request.argv = {run.program, "--path=" + directory_of(places, name), "--name=" + name.str(),
                    "--rootfs=" + run.rootfs};
    request.argv.insert(request.argv.end(), run.args.begin(), run.args.end());
    request.argv.insert(request.argv.end(), {"--mapped-uid", std::to_string(uid), "--mapped-gid", std::to_string(gid)});
    request.first_in_path = folder_of_commands();
    make_cache_folder(places);
    const auto status = run_mapped(request);
    TRY(take_back(directory));
    if (TRY(Result<int>(status)) != 0) {
        return FAIL(Code::child_failed, "the template %s ended with exit status %d", run.program.c_str(), *status);
    }
    return write_header(places, name, directory, run);
}

}  // namespace cubby
