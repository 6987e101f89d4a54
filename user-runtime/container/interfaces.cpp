#include "kernel/interfaces.h"

#include <unistd.h>

#include <algorithm>

#include "assembly/holder.h"
#include "base/parse.h"
#include "container/operations.h"
#include "container/store.h"
#include "kernel/procfs.h"
#include "kernel/root.h"
#include "kernel/userns_process.h"
#include "monitor/client.h"

namespace cubby {
namespace {

constexpr size_t kAtOnce = 200;         // descriptors; a shell's limit is 1024
constexpr size_t kMostText = 16 << 20;  // of all of them

// The first process of a container, by a pidfd, and whose network it is in.
struct Owner {
    Fd pidfd;
    bool ours = false;
};

// For the networks of many.
class Looker {
  public:
    static Result<Looker> make() {
        ProcFs proc = TRY(ProcFs::open());
        Fd ours = TRY(TRY(proc.of_self()).open_namespace(Ns::net));
        return Looker(std::move(proc), std::move(ours));
    }
    [[nodiscard]] Result<Owner> find(const Places& places, const ContainerName& name) const {
        const auto directory = open_container(places, name);
        auto client = TRY(MonitorClient::connect(places.lxcpath, name, directory ? &*directory : nullptr));
        MonitorStatus status = TRY(ask_status(client));
        const ProcFs process = TRY(proc_.of_process(status.status.init_pid, status.pidfd.get()));
        const Fd theirs = TRY(process.open_namespace(Ns::net));
        const bool same = TRY(same_namespace(theirs.get(), ours_.get()));
        return Owner{std::move(status.pidfd), same};
    }

  private:
    Looker(ProcFs proc, Fd ours) noexcept : proc_(std::move(proc)), ours_(std::move(ours)) {}
    ProcFs proc_;
    Fd ours_;
};

// By root of the holder's namespace, who may enter what belongs to a namespace below it (setns(2)).
Status tell_interfaces(const std::vector<Owner>& owners, int pipe) {
    NsSet network;
    network.add(Ns::net);
    std::string text;
    for (const Owner& owner : owners) {
        if (!owner.ours && owner.pidfd && enter_namespaces_of(owner.pidfd.get(), network)) {
            text += interfaces_text(list_interfaces().value_or(std::vector<Interface>{}));
        }
        text += '\0';
    }
    return write_all(pipe, text, "interfaces");
}

// One text for each.
Result<std::string> ask_interfaces(const std::vector<Owner>& owners) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return FAIL_ERRNO("make a pipe");
    }
    const Fd reader(ends[0]);
    Fd writer(ends[1]);
    const Holder holder = TRY(ensure_holder());
    auto child = TRY(UsernsProcess::start({holder.user_namespace.get(), nullptr, {}},
                                          [&] { return tell_interfaces(owners, writer.get()); }));
    writer.reset();
    std::string text = TRY(read_all(reader.get(), kMostText, "interfaces"));
    TRY(child.wait());
    return text;
}

Status add_interfaces(const std::vector<Owner>& owners, std::vector<std::vector<Interface>>& out) {
    const auto foreign = [](const Owner& owner) { return owner.pidfd && !owner.ours; };
    std::string text(owners.size(), '\0');
    if (std::ranges::any_of(owners, foreign)) {
        text = TRY(ask_interfaces(owners));
    }
    const bool any_ours = std::ranges::any_of(owners, &Owner::ours);
    const auto ours = any_ours ? TRY(list_interfaces()) : std::vector<Interface>{};
    std::string_view rest = text;
    for (const Owner& owner : owners) {
        const size_t end = std::min(rest.find('\0'), rest.size());
        out.push_back(owner.ours ? ours : parse_interfaces(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

}  // namespace

Result<std::vector<std::vector<Interface>>> interfaces(const std::vector<Whose>& containers) {
    const Looker looker = TRY(Looker::make());
    std::vector<std::vector<Interface>> out;
    out.reserve(containers.size());
    for (auto rest = std::span(containers); !rest.empty(); rest = rest.subspan(std::min(kAtOnce, rest.size()))) {
        std::vector<Owner> owners;
        for (const Whose& one : rest.first(std::min(kAtOnce, rest.size()))) {
            owners.push_back(looker.find(one.places, one.name).value_or(Owner{}));
        }
        TRY(add_interfaces(owners, out));
    }
    return out;
}

Result<std::vector<Interface>> interfaces(const Places& places, const ContainerName& name) {
    std::vector<Owner> owners;
    owners.push_back(TRY(TRY(Looker::make()).find(places, name)));
    std::vector<std::vector<Interface>> out;
    TRY(add_interfaces(owners, out));
    return std::move(out.front());
}

}  // namespace cubby
