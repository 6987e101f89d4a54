#pragma once
// Talking to a container's monitor.

#include <optional>
#include <string>
#include <vector>

#include "kernel/root.h"
#include "monitor/protocol.h"

namespace cubby {

// A connection to the monitor of a running container.  Code::wrong_state when it does not run.
class MonitorClient {
  public:
    // `directory`: the container's own, where it has one; with its mark a monitor that lost its socket is told to
    // listen again.
    static Result<MonitorClient> connect(const std::string& lxcpath, const ContainerName& name, const Root* directory);

    struct Reply {
        Frame frame;
        protocol::Incoming incoming;  // into frame
    };
    // Sends a request and waits for its reply, at most 5 s: "the monitor does not answer" after that.
    Result<Reply> ask(protocol::Type type, std::string_view payload = {}, std::span<const int> fds = {});
    // The next frame of a stream; waits for ever.
    Result<Reply> next();
    [[nodiscard]] int socket() const noexcept { return socket_.get(); }

  private:
    explicit MonitorClient(Fd socket) noexcept : socket_(std::move(socket)) {}
    Fd socket_;
};

struct MonitorStatus {
    protocol::Status status;
    std::vector<std::string> lost;
    Fd pidfd;
};
Result<MonitorStatus> ask_status(MonitorClient& client);
// The text of the configuration that the container was started with.
Result<std::string> ask_document(MonitorClient& client);

}  // namespace cubby
