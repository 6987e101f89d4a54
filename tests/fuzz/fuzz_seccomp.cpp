// Any text as a seccomp policy: nothing crashes, what parses is written and read back as the same, and the compiled
// filter answers every call as the rules say.
#include <seccomp.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "security/profile/compile_policy.h"
#include "security/seccomp_policy.h"
#include "tests/fuzz/oracle.h"
#include "tests/unit/security/classic_bpf.h"

namespace {

using namespace cubby;
using namespace cubby::security;

Policy without_lines(Policy policy) {
    for (Rule& rule : policy.rules) {
        rule.line = 0;
    }
    return policy;
}

uint32_t answer_for(const Action& action) {
    switch (action.act) {
        case Act::kill: return SECCOMP_RET_KILL_PROCESS;
        case Act::trap: return SECCOMP_RET_TRAP;
        case Act::log: return SECCOMP_RET_LOG;
        case Act::notify: return SECCOMP_RET_USER_NOTIF;
        case Act::allow: return SECCOMP_RET_ALLOW;
        case Act::error: return SECCOMP_RET_ERRNO | action.number;
    }
    abort();
}

bool holds(const Comparison& one, const seccomp_data& data) {
    const uint64_t argument = data.args[one.argument];
    switch (one.compare) {
        case Compare::not_equal: return argument != one.value;
        case Compare::less: return argument < one.value;
        case Compare::less_equal: return argument <= one.value;
        case Compare::equal: return argument == one.value;
        case Compare::greater_equal: return argument >= one.value;
        case Compare::greater: return argument > one.value;
        case Compare::masked_equal: return (argument & one.mask) == one.value;
    }
    abort();
}

bool applies(const Rule& rule, const seccomp_data& data) {
    const bool here = rule.abi.empty() || rule.abi == "x86_64";
    const int number = rule.number >= 0 ? rule.number : seccomp_syscall_resolve_name(rule.name.c_str());
    bool all = here && number == data.nr;
    for (const Comparison& one : rule.comparisons) {
        all = all && holds(one, data);
    }
    return all;
}

// The oracle: of the rules that hold for this call, one speaks; where none does, the default.
void check_call(const Policy& policy, const std::vector<sock_filter>& program, const seccomp_data& data) {
    const auto answer = test::answer_of(program, data);
    require(answer.has_value(), "the compiled filter is not a program");
    bool spoken = false;
    bool agrees = false;
    for (const Rule& rule : policy.rules) {
        if (rule.action != policy.otherwise && applies(rule, data)) {
            spoken = true;
            agrees = agrees || *answer == answer_for(rule.action);
        }
    }
    require(spoken ? agrees : *answer == answer_for(policy.otherwise), "the filter answers what no rule says");
}

void check_program(const Policy& policy, const std::vector<sock_filter>& program) {
    for (const Rule& rule : policy.rules) {
        const int number = rule.number >= 0 ? rule.number : seccomp_syscall_resolve_name(rule.name.c_str());
        if (number < 0) {
            continue;
        }
        for (const int64_t offset : {-1, 0, 1}) {
            seccomp_data data{.nr = number, .arch = test::kNativeArch, .instruction_pointer = 0, .args = {}};
            check_call(policy, program, data);
            for (const Comparison& one : rule.comparisons) {
                data.args[one.argument] = one.value + static_cast<uint64_t>(offset);
            }
            check_call(policy, program, data);
        }
    }
    for (const int number : {0, 59, 250, 500}) {
        check_call(policy, program, {.nr = number, .arch = test::kNativeArch, .instruction_pointer = 0, .args = {}});
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto policy = parse_policy(text, "/p");
    if (!policy) {
        require(std::string_view(policy.error().text).starts_with("/p:"), "an error does not begin with its place");
        return 0;
    }
    const auto again = parse_policy(policy_text(*policy), "/p");
    require(again && without_lines(*again) == without_lines(*policy), "the text of a policy is another policy");
#if defined(__x86_64__)
    if (const auto program = compile_policy(*policy, "/p")) {
        check_program(*policy, *program);
    }
#endif
    return 0;
}
