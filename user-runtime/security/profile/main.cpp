// cubby-seccomp FILE
//
// Compiles a seccomp policy in LXC's format: the text from standard input, the BPF program to standard output.  FILE is
// only what messages call it.  A failure is told on standard output, one line, with exit code 1.
// A program of its own (docs/decisions/0011): libseccomp and the reading of a user's text stay out of the process that
// lives beside each container.

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernel/root.h"
#include "security/profile/compile_policy.h"

namespace cubby::security {
namespace {

Result<std::vector<sock_filter>> compile_input(const std::string& file) {
    const std::string text = TRY(read_all(STDIN_FILENO, kMaxPolicyBytes, file.c_str()));
    return compile_policy(TRY(parse_policy(text, file)), file);
}

int compile_main(const std::string& file) {
    // A policy that libseccomp turns into very much is stopped by the kernel.
    constexpr rlimit kSeconds{10, 10};
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    setrlimit(RLIMIT_CPU, &kSeconds);
    const auto program = compile_input(file);
    if (!program) {
        return write_all(STDOUT_FILENO, program.error().message(), "the answer") ? 1 : 2;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(program->data()), program->size() * sizeof(sock_filter));
    return write_all(STDOUT_FILENO, bytes, "the filter") ? 0 : 2;
}

}  // namespace
}  // namespace cubby::security

int main(int argc, char** argv) { return argc == 2 ? cubby::security::compile_main(argv[1]) : 2; }
