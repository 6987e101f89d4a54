#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "assembly/holder.h"
#include "container/operations.h"
#include "kernel/installed.h"
#include "kernel/namespaces.h"
#include "kernel/process.h"

namespace cubby {

// The command gets this command's own terminal and environment: nothing is entered that the user does not own, it is
// he himself with his own ids.  Its signals from the terminal are its own to handle.
Result<int> unshare(const Places&, const std::vector<std::string>& argv) {
    if (argv.empty()) {
        return FAIL(Code::usage, "unshare: no command is given");
    }
    const Holder holder = TRY(ensure_holder());
    const std::string init = TRY(installed_program("cubby-init"));
    const Cloned child = TRY(clone_process(0));
    if (child.pid == 0) {
        const auto entered = enter_namespace(holder.user_namespace.get(), Ns::user);
        umask(022);
        // A mount namespace of its own lets the command mount what it likes, and nothing of it stays.
        if (!entered || ::unshare(CLONE_NEWNS) != 0) {
            _exit(125);
        }
        // cubby-init looks the command up in PATH; libc's own search would fall back to a shell (execvp(3)).
        std::vector<char*> words{const_cast<char*>("cubby-init"), const_cast<char*>("exec")};
        for (const std::string& word : argv) {
            words.push_back(const_cast<char*>(word.c_str()));
        }
        words.push_back(nullptr);
        execve(init.c_str(), words.data(), environ);
        _exit(125);
    }
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    const ExitStatus ended = TRY(wait_child(child.pidfd.get()));
    if (!ended.signaled && ended.value == 127) {
        return FAIL(Code::not_found, "unshare: no program %s", argv.front().c_str());
    }
    return ended.shell_code();
}

}  // namespace cubby
