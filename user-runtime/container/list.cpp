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

// A create or destroy that was interrupted: the next command that opens the container ends it.  A rename that was leaves
// a container that can be used at once.
std::optional<std::string> torn(const Root& directory) {
    const auto read = read_intent(directory);
    const std::optional<std::string> intent = read ? *read : std::nullopt;
    if (!intent || intent->starts_with("rename ")) {
        return std::nullopt;
    }
    return "half made or half removed (" + *intent + ")";
}

// A directory without a configuration: a run, something half made, or some other directory of the user's.
std::optional<Summary> summarize_unfinished(const Places& places, const ContainerName& name, const Root& directory,
                                            bool running) {
    Summary summary;
    summary.name = name.str();
    summary.ephemeral = is_ephemeral(directory);
    if (auto why = torn(directory)) {
        summary.broken = std::move(*why);
        return summary;
    }
    if (running) {
        ask_state(places, name, &directory, summary);
        return summary.state != State::stopped ? std::optional(summary) : std::nullopt;
    }
    if (summary.ephemeral || name.str().starts_with("run-")) {
        // Its command line was killed, and nobody would ever name it again.  Errors are left for the next time.
        static_cast<void>(recover(places, name, directory, 0).has_value());
    }
    return std::nullopt;
}

// Whether the entry is a container at all; what is looked at is a few names in its directory and its lock.
std::optional<Summary> summarize(const Places& places, const Root& containers, const ContainerName& name) {
    const auto directory = containers.enter(entry_of(name));
    if (!directory) {
        return std::nullopt;
    }
    const auto monitor = running_monitor(*directory);
    const bool running = monitor && *monitor;
    if (!has_config(*directory)) {
        return summarize_unfinished(places, name, *directory, running);
    }
    Summary summary;
    summary.name = name.str();
    if (running) {
        ask_state(places, name, &*directory, summary);
    } else if (auto why = torn(*directory)) {
        summary.broken = std::move(*why);
    }
    return summary;
}

}  // namespace

Result<std::vector<Summary>> list(const Places& places) {
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
