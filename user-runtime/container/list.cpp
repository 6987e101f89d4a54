#include <dirent.h>

#include <algorithm>
#include <map>

#include "container/operations.h"
#include "container/recovery.h"
#include "container/store.h"
#include "monitor/client.h"
#include "monitor/instance.h"

namespace cubby {
namespace {

void ask_state(const Places& places, const ContainerName& name, const Root* directory, Summary& summary) {
    auto client = MonitorClient::connect(places.lxcpath, name, directory);
    const auto status = client ? ask_status(*client) : Result<MonitorStatus>(std::unexpected(client.error()));
    if (status) {
        summary.state = status->status.state;
        summary.pid = status->status.init_pid;
    } else if (status.error().code != Code::wrong_state) {
        summary.broken = status.error().text;
    }
}

// Whether the entry is a container at all; what is looked at is two names in its directory and its lock.
std::optional<Summary> summarize(const Places& places, const Root& containers, const ContainerName& name) {
    const auto directory = containers.enter(entry_of(name));
    if (!directory) {
        return std::nullopt;
    }
    Summary summary;
    summary.name = name.str();
    summary.ephemeral = name.str().starts_with("run-") && directory->exists(*RelPath::component("ephemeral"));
    if (!directory->exists(*RelPath::component("config"))) {
        const auto intent = read_intent(*directory).value_or(std::nullopt);
        if (!intent) {
            return std::nullopt;  // some other directory of the user's
        }
        summary.broken = "half made or half removed (" + *intent + ")";
        return summary;
    }
    const auto monitor = running_monitor(*directory);
    if (monitor && *monitor) {
        ask_state(places, name, &*directory, summary);
    }
    return summary;
}

}  // namespace

Result<std::vector<Summary>> list(const Places& places) {
    sweep_ephemeral(places);
    const Root containers = TRY(open_containers(places));
    std::map<std::string, Summary> found;
    for (const DirEntry& entry : TRY(containers.list())) {
        const auto name = ContainerName::parse(entry.name);
        if (!name || (entry.type != DT_DIR && entry.type != DT_UNKNOWN)) {
            continue;
        }
        if (auto summary = summarize(places, containers, *name)) {
            found.emplace(entry.name, std::move(*summary));
        }
    }
    // Those without a directory have only their socket.
    const Root sockets = TRY(socket_dir(places.lxcpath));
    for (const DirEntry& entry : TRY(sockets.list())) {
        const auto name = ContainerName::parse(entry.name);
        if (!name || found.contains(entry.name)) {
            continue;
        }
        Summary summary;
        summary.name = entry.name;
        summary.defined = false;
        summary.ephemeral = true;
        ask_state(places, *name, nullptr, summary);
        if (summary.state != State::stopped) {
            found.emplace(entry.name, std::move(summary));
        }
    }
    std::vector<Summary> out;
    out.reserve(found.size());
    for (auto& [name, summary] : found) {
        out.push_back(std::move(summary));
    }
    return out;
}

}  // namespace cubby
