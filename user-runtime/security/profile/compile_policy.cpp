#include "security/profile/compile_policy.h"

#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "kernel/root.h"

namespace cubby::security {
namespace {

struct Abi {
    uint32_t token;
    const char* name;  // of its section
};

// The machine's own first.
#if defined(__x86_64__)
// x32 as well: with a policy that allows what it does not name, its numbers would be a way around the rules.
constexpr Abi kAbis[] = {{SCMP_ARCH_X86_64, "x86_64"}, {SCMP_ARCH_X86, "x86"}, {SCMP_ARCH_X32, "x32"}};
#elif defined(__aarch64__)
constexpr Abi kAbis[] = {{SCMP_ARCH_AARCH64, "arm64"}, {SCMP_ARCH_ARM, "arm"}};
#else
#error "compile_policy has no table of ABIs for this architecture yet"
#endif

// What a start does after the filter is loaded: capabilities, descriptors, the two execs.
constexpr const char* kNeeded[] = {"capget",   "capset", "close_range", "dup3", "execve",
                                   "execveat", "fcntl",  "newfstatat",  "prctl"};

class Filter {
  public:
    static Result<Filter> make(const Action& otherwise, const Abi& abi) {
        Filter filter(seccomp_init(code_of(otherwise)));
        if (!filter.context_) {
            return FAIL(Code::no_space, "libseccomp makes no filter");
        }
        if (abi.token != seccomp_arch_native() && (seccomp_arch_add(filter.get(), abi.token) != 0 ||
                                                   seccomp_arch_remove(filter.get(), SCMP_ARCH_NATIVE) != 0)) {
            return FAIL(Code::unsupported, "libseccomp does not know the ABI %s", abi.name);
        }
        seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_NNP, 0);
        // Calls of an ABI that no rule can be about: forbidden, as libseccomp's own default has it.
        seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
        // A binary tree over the numbers instead of a chain.
        seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
        return filter;
    }
    [[nodiscard]] scmp_filter_ctx get() const noexcept { return context_.get(); }
    // Takes the other's rules and ABI.
    [[nodiscard]] bool merge(Filter&& other) const {
        return seccomp_merge(get(), other.get()) == 0 && other.context_.release() != nullptr;
    }
    static uint32_t code_of(const Action& action) {
        switch (action.act) {
            case Act::kill: return SCMP_ACT_KILL_PROCESS;
            case Act::trap: return SCMP_ACT_TRAP;
            case Act::error: return SCMP_ACT_ERRNO(action.number);
            case Act::log: return SCMP_ACT_LOG;
            case Act::notify: return SCMP_ACT_NOTIFY;
            case Act::allow: return SCMP_ACT_ALLOW;
        }
        __builtin_unreachable();
    }

  private:
    explicit Filter(scmp_filter_ctx context) : context_(context, seccomp_release) {}
    std::unique_ptr<void, void (*)(void*)> context_;
};

// What is notified is answered while the start goes on.
bool lets_pass(const Action& action) {
    return action.act == Act::allow || action.act == Act::log || action.act == Act::notify;
}

// By it the listener itself comes out; nobody could answer before.
constexpr const char* kNeverNotified = "sendmsg";

scmp_arg_cmp argument_of(const Comparison& one) {
    scmp_arg_cmp out{};
    out.arg = one.argument;
    out.datum_a = one.compare == Compare::masked_equal ? one.mask : one.value;
    out.datum_b = one.compare == Compare::masked_equal ? one.value : 0;
    switch (one.compare) {
        case Compare::not_equal: out.op = SCMP_CMP_NE; break;
        case Compare::less: out.op = SCMP_CMP_LT; break;
        case Compare::less_equal: out.op = SCMP_CMP_LE; break;
        case Compare::equal: out.op = SCMP_CMP_EQ; break;
        case Compare::greater_equal: out.op = SCMP_CMP_GE; break;
        case Compare::greater: out.op = SCMP_CMP_GT; break;
        case Compare::masked_equal: out.op = SCMP_CMP_MASKED_EQ; break;
    }
    return out;
}

Status add_rule(const Filter& filter, const Abi& abi, const Rule& rule, const std::string& file) {
    int number = rule.number;
    if (rule.number < 0) {
        // As rule_add_array takes it: the number on this machine, or one below zero that stands for the name.
        number = seccomp_syscall_resolve_name(rule.name.c_str());
        if (number != __NR_SCMP_ERROR && seccomp_syscall_resolve_name_arch(abi.token, rule.name.c_str()) < 0) {
            return {};  // not on this ABI
        }
    }
    if (number == __NR_SCMP_ERROR) {
        return lets_pass(rule.action)
                   ? Status{}
                   : FAIL(Code::invalid_config,
                          "%s:%u: the system call %s is not known here; correct its name or remove the line",
                          file.c_str(), rule.line, rule.name.c_str());
    }
    std::vector<scmp_arg_cmp> arguments;
    std::ranges::transform(rule.comparisons, std::back_inserter(arguments), argument_of);
    const int error = -seccomp_rule_add_array(filter.get(), Filter::code_of(rule.action), number,
                                              static_cast<unsigned>(arguments.size()), arguments.data());
    if (error == EEXIST) {
        return FAIL(Code::invalid_config, "%s:%u: the rule contradicts an earlier one about %s", file.c_str(),
                    rule.line, rule.name.c_str());
    }
    if (error != 0) {
        return std::unexpected(sys_error(error, "%s:%u: libseccomp refuses the rule", file.c_str(), rule.line));
    }
    return {};
}

// Whether the same was said before, but for the line.
bool repeats(const Policy& policy, size_t at) {
    const auto same = [&](const Rule& earlier) {
        Rule moved = earlier;
        moved.line = policy.rules[at].line;
        return moved == policy.rules[at];
    };
    return std::any_of(policy.rules.begin(), policy.rules.begin() + static_cast<std::ptrdiff_t>(at), same);
}

Result<Filter> filter_of(const Policy& policy, const Abi& abi, const std::string& file) {
    Filter filter = TRY(Filter::make(policy.otherwise, abi));
    for (size_t at = 0; at < policy.rules.size(); ++at) {
        const Rule& rule = policy.rules[at];
        const bool elsewhere = !rule.abi.empty() && rule.abi != abi.name;
        // A rule that says what holds anyway is none (libseccomp refuses it).
        if (!elsewhere && rule.action != policy.otherwise && !repeats(policy, at)) {
            TRY(add_rule(filter, abi, rule, file));
        }
    }
    return filter;
}

Status check_notified(const Policy& policy, const std::string& file) {
    for (const Rule& rule : policy.rules) {
        const bool here = rule.abi.empty() || rule.abi == kAbis[0].name;
        if (here && rule.name == kNeverNotified && rule.action.act == Act::notify) {
            return FAIL(Code::invalid_config, "%s:%u: %s cannot be notified: a start needs it before anybody listens",
                        file.c_str(), rule.line, kNeverNotified);
        }
    }
    return {};
}

// A start that the policy itself would end without a word is refused before.
Status check_needed(const Policy& policy, const std::string& file) {
    for (const char* name : kNeeded) {
        const int number = seccomp_syscall_resolve_name(name);
        bool passes = lets_pass(policy.otherwise);
        for (const Rule& rule : policy.rules) {
            const bool here = rule.abi.empty() || rule.abi == kAbis[0].name;
            const bool about = rule.number >= 0 ? rule.number == number : rule.name == name;
            if (here && about && rule.comparisons.empty()) {
                passes = lets_pass(rule.action);
            } else if (here && about && lets_pass(rule.action)) {
                passes = true;  // for some arguments: the user's word
            }
        }
        if (number >= 0 && !passes) {
            return FAIL(Code::invalid_config,
                        "%s: %s is not allowed, and a start needs it after the policy is in force; allow it",
                        file.c_str(), name);
        }
    }
    return {};
}

Result<std::vector<sock_filter>> exported(const Filter& filter) {
    const Fd memory(memfd_create("cubby-filter", MFD_CLOEXEC));
    if (!memory) {
        return FAIL_ERRNO("make a memory file");
    }
    if (const int error = -seccomp_export_bpf(filter.get(), memory.get()); error != 0) {
        return std::unexpected(sys_error(error, "libseccomp writes no filter"));
    }
    if (lseek(memory.get(), 0, SEEK_SET) != 0) {
        return FAIL_ERRNO("rewind the filter");
    }
    constexpr size_t kLimit = size_t{64} * BPF_MAXINSNS * sizeof(sock_filter);
    const std::string bytes = TRY(read_all(memory.get(), kLimit, "the filter"));
    std::vector<sock_filter> program(bytes.size() / sizeof(sock_filter));
    std::copy_n(bytes.data(), program.size() * sizeof(sock_filter), reinterpret_cast<char*>(program.data()));
    return program;
}

}  // namespace

Result<std::vector<sock_filter>> compile_policy(const Policy& policy, const std::string& file) {
    TRY(check_notified(policy, file));
    TRY(check_needed(policy, file));
    Filter filter = TRY(filter_of(policy, kAbis[0], file));
    for (size_t at = 1; policy.version != 1 && at < std::size(kAbis); ++at) {
        if (!filter.merge(TRY(filter_of(policy, kAbis[at], file)))) {
            return FAIL(Code::system, "%s: libseccomp does not join the ABIs", file.c_str());
        }
    }
    std::vector<sock_filter> program = TRY(exported(filter));
    if (program.empty() || program.size() > BPF_MAXINSNS) {
        return FAIL(Code::invalid_config, "%s: the policy makes %zu instructions, the kernel takes %d; use fewer rules",
                    file.c_str(), program.size(), BPF_MAXINSNS);
    }
    return program;
}

}  // namespace cubby::security
