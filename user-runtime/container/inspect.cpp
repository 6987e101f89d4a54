#include <fcntl.h>

#include "assembly/assemble.h"
#include "assembly/holder.h"
#include "container/operations.h"
#include "container/store.h"
#include "monitor/client.h"
#include "monitor/instance.h"
#include "storage/registry.h"

namespace cubby {
namespace {

Status add_running(const Places& places, const ContainerName& name, const Root* directory, Info& out) {
    auto client = MonitorClient::connect(places.lxcpath, name, directory);
    if (!client) {
        return client.error().code == Code::wrong_state ? Status{} : std::unexpected(client.error());
    }
    auto status = ask_status(*client);
    if (!status) {
        return status.error().code == Code::wrong_state ? Status{} : std::unexpected(status.error());
    }
    out.summary.state = status->status.state;
    out.summary.pid = status->status.init_pid;
    out.started_unix = status->status.started_unix;
    out.lost = std::move(status->lost);
    return {};
}

}  // namespace

Result<Info> inspect(const Places& places, const ContainerName& name) {
    Info out;
    out.summary.name = name.str();
    const auto directory = open_container(places, name);
    if (!directory) {
        // A running one without a directory is still one.
        out.summary.defined = false;
        out.summary.ephemeral = true;
        TRY(add_running(places, name, nullptr, out));
        if (out.summary.pid < 0) {
            return std::unexpected(directory.error());
        }
        return out;
    }
    TRY(add_running(places, name, &*directory, out));
    out.monitor_pid = TRY(running_monitor(*directory)).value_or(-1);
    out.config_path = directory_of(places, name) + "/config";
    out.last_exit = read_last_exit(*directory);
    const auto document = load_document(places, *directory, name);
    const auto loaded =
        document ? load_spec(places, name, *document) : Result<Loaded>(std::unexpected(document.error()));
    if (!loaded) {
        out.summary.broken = loaded.error().text;
        return out;
    }
    const Backend* backend = TRY(backend_of(loaded->spec.rootfs));
    out.rootfs = backend->describe(loaded->spec.rootfs);
    out.image = loaded->image;
    out.idmap = loaded->spec.idmap;
    out.summary.ephemeral = loaded->spec.lifecycle.ephemeral;
    out.unsupported = loaded->unsupported;
    return out;
}

Result<PlanView> plan(const Places& places, const ContainerName& name) {
    const Root directory = TRY(open_container(places, name));
    const auto document = TRY(load_document(places, directory, name));
    const Loaded loaded = TRY(load_spec(places, name, document));
    const Holder holder = TRY(ensure_holder());
    const StartPlan plan = TRY(assemble(loaded.spec, TRY(host_facts(holder.maps))));
    PlanView view;
    for (const NsInfo& entry : kNamespaces) {
        if (plan.new_namespaces.has(entry.ns)) {
            view.namespaces.append(view.namespaces.empty() ? "" : " ").append(entry.name);
        }
    }
    for (const PlannedStep& planned : plan.steps()) {
        view.steps.push_back({phase_name(planned.phase), kind_of(planned.step), describe(planned.step)});
    }
    return view;
}

}  // namespace cubby
