#pragma once
// Hooks that run on the host, as the user: lxc.hook.pre-start, .start-host, .stop, .post-stop and .destroy.
//
// The monitor lives in the holder's user namespace, where it is called root, and its loop can open next to nothing.  So
// where a configuration has such hooks, a process is made beside it before it goes there, which waits to be told.  It ends
// with the monitor.

#include <functional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "kernel/process.h"
#include "spec/container_spec.h"

namespace cubby {

// Takes a line that a hook has written, or that says what became of one.
using HookOutput = std::function<void(const std::string& line)>;

// Runs the commands of one hook in this process's own namespaces, one after the other, each by /bin/sh -c with the
// variables of LXC and `more`, and `arguments` behind those of version 0.  The first that does not end with 0 is the error.
Status run_host_hook(const ContainerSpec& spec, Hook hook, const std::vector<std::string>& more,
                     const std::vector<std::string>& arguments, const HookOutput& output);

class HostHooks {
  public:
    // Makes the process where the spec names such a hook; the caller is single-threaded, and in the
    // namespaces that the hooks are to run in.
    static Result<HostHooks> begin(const ContainerSpec& spec);

    // Has the hook's commands run; at once and without error where there are none.
    Status run(Hook hook, const std::vector<std::string>& more, const HookOutput& output) const;
    // Hands over the namespaces of the container's first process, for lxc.hook.stop, which runs when it is gone.
    Status keep_namespaces(pid_t pid, int pidfd, NsSet set) const;

  private:
    HostHooks(Fd socket, std::array<bool, kHookCount> has) noexcept : socket_(std::move(socket)), has_(has) {}
    Fd socket_;
    std::array<bool, kHookCount> has_{};
};

}  // namespace cubby
