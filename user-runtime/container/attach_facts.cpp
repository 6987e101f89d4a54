#include "container/attach_facts.h"

#include <algorithm>
#include <cstring>

#include "base/parse.h"
#include "container/store.h"

namespace cubby {
namespace {

// The NUL-ended entries after the filters.
Status read_entries(std::string_view bytes, AttachFacts& facts) {
    const auto entries = split_words(bytes, std::string_view("\0", 1));
    const size_t labels = size_t{4} * facts.plain.labels;
    const size_t readable = labels + facts.plain.readable;
    const size_t writable = readable + facts.plain.writable;
    if (writable > entries.size()) {
        return FAIL(Code::broken, "the monitor's description of its container is damaged");
    }
    for (size_t at = 0; at < labels; at += 4) {
        LabelStep label{std::string(entries[at]), std::string(entries[at + 1]), std::string(entries[at + 2]),
                        std::string(entries[at + 3])};
        // As at the start: a host without the module has nothing to lift.
        label.optional = label.entry == "attr/apparmor/exec" && label.label == "unconfined";
        facts.labels.push_back(std::move(label));
    }
    for (size_t at = labels; at < entries.size(); ++at) {
        std::vector<std::string>& beyond_readable = at < writable ? facts.landlock.writable : facts.environment;
        (at < readable ? facts.landlock.readable : beyond_readable).emplace_back(entries[at]);
    }
    return {};
}

Result<AttachFacts> ask_monitor(MonitorClient& client) {
    AttachFacts facts;
    facts.pid = TRY(ask_status(client)).status.init_pid;
    auto reply = TRY(client.ask(protocol::Type::attach));
    std::string_view rest = reply.incoming.payload;
    facts.plain = TRY(protocol::read_as<protocol::AttachFacts>(rest));
    rest.remove_prefix(sizeof facts.plain);
    for (unsigned at = 0; at < facts.plain.filters; ++at) {
        const auto count = TRY(protocol::read_as<uint32_t>(rest));
        rest.remove_prefix(sizeof count);
        const size_t bytes = size_t{count} * sizeof(sock_filter);
        if (count == 0 || count > BPF_MAXINSNS || bytes > rest.size()) {
            return FAIL(Code::broken, "the monitor's description of its filters is damaged");
        }
        memcpy(facts.filters.emplace_back(count).data(), rest.data(), bytes);
        rest.remove_prefix(bytes);
    }
    TRY(read_entries(rest, facts));
    if (reply.frame.fds.size() != (facts.plain.has_devpts != 0 ? 2U : 1U)) {
        return FAIL(Code::broken, "the monitor gave the wrong descriptors");
    }
    facts.pidfd = std::move(reply.frame.fds[0]);
    if (facts.plain.has_devpts != 0) {
        facts.devpts = std::move(reply.frame.fds[1]);
    }
    return facts;
}

}  // namespace

Result<AttachFacts> ask_attach_facts(const Places& places, const ContainerName& name) {
    const auto directory = open_container(places, name);
    auto client = MonitorClient::connect(places.lxcpath, name, directory ? &*directory : nullptr);
    if (!client) {
        const bool unknown = client.error().code == Code::wrong_state && !directory;
        return std::unexpected(unknown ? directory.error() : client.error());
    }
    AttachFacts facts = TRY(ask_monitor(*client));
    facts.monitor = std::make_shared<MonitorClient>(std::move(*client));
    return facts;
}

launch::AttachInput attach_input(const AttachFacts& facts) {
    launch::AttachInput input{};
    input.init_pidfd = facts.pidfd.get();
    input.namespaces = NsSet::from_bits(facts.plain.namespaces);
    input.init_program = -1;
    input.identity.keep_groups = facts.plain.keep_groups != 0;
    input.linux32 = facts.plain.linux32 != 0;
    input.keep_capabilities = facts.plain.capabilities;
    input.no_new_privs = facts.plain.no_new_privs != 0;
    input.new_keyring = facts.plain.new_keyring != 0;
    input.filters = facts.filters;
    input.labels = facts.labels;
    input.landlock = facts.landlock;
    input.processes = facts.plain.processes;
    input.reports.seccomp_listener = [monitor = facts.monitor.get()](const Fd& listener, pid_t) -> Status {
        const int fd = listener.get();
        TRY(monitor->ask(protocol::Type::listener, {}, {&fd, 1}));
        return {};
    };
    return input;
}

}  // namespace cubby
