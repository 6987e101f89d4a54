#include "security/seccomp_profile.h"

#include <cstring>

#include "kernel/installed.h"
#include "kernel/memory_file.h"
#include "kernel/program_output.h"

namespace cubby::security {
namespace {

constexpr int kTimeoutMs = 15000;
constexpr size_t kMaxAnswer = BPF_MAXINSNS * sizeof(sock_filter);

}  // namespace

Result<std::vector<sock_filter>> compile_profile(const std::string& text, const std::string& file) {
    const Fd input = TRY(memory_file("cubby-policy", text));
    Command command;
    command.argv = {TRY(installed_program("cubby-seccomp")), file};
    command.in = input.get();
    const auto answer = run_and_collect(command, Listen::output, kMaxAnswer, kTimeoutMs);
    if (!answer) {
        return std::unexpected(prefixed(answer.error(), "lxc.seccomp.profile"));
    }
    if (answer->status.shell_code() == 1) {
        return FAIL(Code::invalid_config, "lxc.seccomp.profile: %s", answer->text.c_str());
    }
    std::vector<sock_filter> program(answer->text.size() / sizeof(sock_filter));
    if (answer->status.shell_code() != 0 || program.empty() ||
        answer->text.size() != program.size() * sizeof(sock_filter)) {
        return FAIL(Code::child_failed, "lxc.seccomp.profile: %s: cubby-seccomp ended with %d", file.c_str(),
                    answer->status.shell_code());
    }
    memcpy(program.data(), answer->text.data(), answer->text.size());
    return program;
}

}  // namespace cubby::security
