#include "kernel/interfaces.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "assembly/holder.h"
#include "container/operations.h"
#include "container/store.h"
#include "kernel/procfs.h"
#include "kernel/userns_process.h"
#include "monitor/client.h"

namespace cubby {
namespace {

// What comes back through a pipe at once (kernel/userns_process.h).
struct Answer {
    std::array<char, 4000> text{};
};

Result<bool> shares_our_network(pid_t pid, int pidfd) {
    const ProcFs proc = TRY(ProcFs::open());
    const ProcFs process = TRY(proc.of_process(pid, pidfd));
    const Fd theirs = TRY(process.open_namespace(Ns::net));
    const Fd ours = TRY(TRY(proc.of_self()).open_namespace(Ns::net));
    return same_namespace(theirs.get(), ours.get());
}

}  // namespace

Result<std::vector<Interface>> interfaces(const Places& places, const ContainerName& name) {
    const auto directory = open_container(places, name);
    auto client = TRY(MonitorClient::connect(places.lxcpath, name, directory ? &*directory : nullptr));
    const MonitorStatus status = TRY(ask_status(client));
    if (TRY(shares_our_network(status.status.init_pid, status.pidfd.get()))) {
        return list_interfaces();
    }
    const Holder holder = TRY(ensure_holder());
    const auto answer =
        TRY(ask_user_namespace<Answer>({holder.user_namespace.get(), nullptr, {}}, [&]() -> Result<Answer> {
            NsSet inside;
            inside.add(Ns::user);
            inside.add(Ns::net);
            TRY(enter_namespaces_of(status.pidfd.get(), inside));
            Answer filled;
            const std::string text = interfaces_text(TRY(list_interfaces()), filled.text.size() - 1);
            std::ranges::copy(text, filled.text.begin());
            return filled;
        }));
    return parse_interfaces({answer.text.data(), strnlen(answer.text.data(), answer.text.size())});
}

}  // namespace cubby
