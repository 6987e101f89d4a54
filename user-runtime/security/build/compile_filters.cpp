// Build-time program: turns the tables of syscalls.h into BPF and prints it as C++ initialisers.
//
// libseccomp gives the numbers of the names on each architecture.  The program itself is a binary search over ranges of
// numbers: an allow-list covers nearly all of them, so about a hundred ranges say what libseccomp's exporter says in 1,400
// comparisons, and the kernel, which runs a new filter once for every system call (seccomp_cache_prepare), takes a
// tenth of the time to load it.

#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "security/build/syscalls.h"

namespace {

using Program = std::vector<sock_filter>;

constexpr uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr uint32_t answer(int error) { return SECCOMP_RET_ERRNO | static_cast<uint32_t>(error); }

sock_filter statement(unsigned code, uint32_t value) { return {static_cast<uint16_t>(code), 0, 0, value}; }

// What one system call leads to: a verdict, or a look at one argument's low 32 bits.
struct Verdict {
    uint32_t action = kAllow;
    unsigned argument = 0;          // with `refused`: which one
    std::vector<uint32_t> refused;  // EPERM for these values
    uint32_t refused_bits = 0;      // EPERM where one of these bits is set
    std::vector<uint32_t> only;     // where given: `action` for these values, `other` for all that are in no list
    uint32_t other = kAllow;
    bool operator==(const Verdict&) const = default;
    [[nodiscard]] bool plain() const { return refused.empty() && refused_bits == 0 && only.empty(); }
};
using Table = std::map<uint32_t, Verdict>;  // number → verdict; the rest gets the default

int number_of(uint32_t arch, const char* name) {
    const auto listed = [name](const auto& table) {
        for (const auto& each : table) {
            if (strcmp(each.name, name) == 0) {
                return each.number;
            }
        }
        return __NR_SCMP_ERROR;
    };
    const int number = seccomp_syscall_resolve_name_arch(arch, name);
    if (number == __NR_SCMP_ERROR) {  // newer than this libseccomp
        return listed(cubby::policy::kRecent);
    }
    // There, libseccomp answers with a name that stands for a part of socketcall or ipc.
    return arch == SCMP_ARCH_X86 && number < 0 ? listed(cubby::policy::kDirect32) : number;
}

void add(Table& table, uint32_t arch, const char* name, const Verdict& verdict) {
    const int number = number_of(arch, name);
    if (number >= 0) {  // negative: not on this architecture
        table[static_cast<uint32_t>(number)] = verdict;
    }
}

void emit_verdict(const Verdict& verdict, Program& out) {
    if (verdict.plain()) {
        out.push_back(statement(BPF_RET | BPF_K, verdict.action));
        return;
    }
    // Little-endian only, as every architecture that cubby-init knows: the low half stands first.
    const auto offset = static_cast<uint32_t>(offsetof(seccomp_data, args) + sizeof(uint64_t) * verdict.argument);
    out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offset));
    // The checks, and after them three answers: what none of them caught, `action` for `only`, and EPERM.
    size_t left = verdict.refused.size() + (verdict.refused_bits != 0 ? 1 : 0) + verdict.only.size();
    const auto check = [&](unsigned code, uint32_t value, size_t answer_at) {
        --left;
        out.push_back(
            {static_cast<uint16_t>(BPF_JMP | BPF_K | code), static_cast<uint8_t>(left + answer_at), 0, value});
    };
    for (const uint32_t value : verdict.refused) {
        check(BPF_JEQ, value, 2);
    }
    if (verdict.refused_bits != 0) {
        check(BPF_JSET, verdict.refused_bits, 2);
    }
    for (const uint32_t value : verdict.only) {
        check(BPF_JEQ, value, 1);
    }
    out.push_back(statement(BPF_RET | BPF_K, verdict.only.empty() ? verdict.action : verdict.other));
    out.push_back(statement(BPF_RET | BPF_K, verdict.action));
    out.push_back(statement(BPF_RET | BPF_K, answer(EPERM)));
}

struct Range {
    uint32_t first;
    Verdict verdict;
};

std::vector<Range> ranges_of(const Table& table, const Verdict& otherwise) {
    std::vector<Range> ranges{{0, otherwise}};
    const auto begin_range = [&](uint32_t first, const Verdict& verdict) {
        if (ranges.back().first == first) {
            ranges.back().verdict = verdict;
        } else if (ranges.back().verdict != verdict) {
            ranges.push_back({first, verdict});
        }
    };
    uint32_t next = 0;
    for (const auto& [number, verdict] : table) {
        if (number != next) {
            begin_range(next, otherwise);
        }
        begin_range(number, verdict);
        next = number + 1;
    }
    begin_range(next, otherwise);
    return ranges;
}

// A binary search whose leaves are jumps: every verdict stands once, behind the comparisons.  The kernel compiles a filter
// at each start of a container, so half the instructions is half the time.
class Search {
  public:
    explicit Search(std::span<const Range> ranges) {
        compare(ranges);
        std::vector<std::pair<Verdict, size_t>> placed;
        for (const Leaf& leaf : leaves_) {
            auto found = std::ranges::find(placed, leaf.verdict, &std::pair<Verdict, size_t>::first);
            if (found == placed.end()) {
                placed.emplace_back(leaf.verdict, program_.size());
                found = placed.end() - 1;
                emit_verdict(leaf.verdict, program_);
            }
            const size_t distance = found->second - leaf.node - 1;
            fits_ = fits_ && distance <= kReach;
            (leaf.above ? program_[leaf.node].jt : program_[leaf.node].jf) = static_cast<uint8_t>(distance);
        }
    }
    // Where a jump would be too long: the halves stand apart, each with its own verdicts.
    [[nodiscard]] bool fits() const { return fits_; }
    [[nodiscard]] const Program& program() const { return program_; }

  private:
    static constexpr size_t kReach = 255;  // of a conditional jump
    struct Leaf {
        size_t node;
        bool above;
        Verdict verdict;
    };

    // At least two ranges.  The lower half follows its comparison; the upper one is jumped to.
    // NOLINTNEXTLINE(misc-no-recursion): halves the ranges each time
    void compare(std::span<const Range> ranges) {
        const size_t middle = ranges.size() / 2;
        const size_t node = program_.size();
        program_.push_back({BPF_JMP | BPF_JGE | BPF_K, 0, 0, ranges[middle].first});
        if (middle == 1) {
            leaves_.push_back({node, false, ranges.front().verdict});
        } else {
            compare(ranges.first(middle));
        }
        if (ranges.size() - middle == 1) {
            leaves_.push_back({node, true, ranges.back().verdict});
        } else {
            const size_t distance = program_.size() - node - 1;
            fits_ = fits_ && distance <= kReach;
            program_[node].jt = static_cast<uint8_t>(distance);
            compare(ranges.subspan(middle));
        }
    }

    Program program_;
    std::vector<Leaf> leaves_;
    bool fits_ = true;
};

// NOLINTNEXTLINE(misc-no-recursion): halves the ranges each time
Program search(std::span<const Range> ranges) {
    Program out;
    if (ranges.size() == 1) {
        emit_verdict(ranges.front().verdict, out);
        return out;
    }
    if (const Search whole(ranges); whole.fits()) {
        return whole.program();
    }
    const size_t middle = ranges.size() / 2;
    const Program below = search(ranges.first(middle));
    const Program above = search(ranges.subspan(middle));
    // An unconditional jump reaches as far as is needed (BPF_JA).
    out.push_back({BPF_JMP | BPF_JGE | BPF_K, 0, 1, ranges[middle].first});
    out.push_back(statement(BPF_JMP | BPF_JA, static_cast<uint32_t>(below.size())));
    out.insert(out.end(), below.begin(), below.end());
    out.insert(out.end(), above.begin(), above.end());
    return out;
}

struct Architecture {
    uint32_t token;  // AUDIT_ARCH_*, as seccomp_data.arch
    Program program;
};

void print(const char* name, const std::vector<Architecture>& architectures) {
    Program out{statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch))};
    for (const Architecture& architecture : architectures) {
        const Program load{statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
        out.push_back({BPF_JMP | BPF_JEQ | BPF_K, 1, 0, architecture.token});
        out.push_back(statement(BPF_JMP | BPF_JA, static_cast<uint32_t>(architecture.program.size() + load.size())));
        out.insert(out.end(), load.begin(), load.end());
        out.insert(out.end(), architecture.program.begin(), architecture.program.end());
    }
    out.push_back(statement(BPF_RET | BPF_K, answer(ENOSYS)));  // another ABI
    printf("constexpr sock_filter %s[] = {\n", name);
    for (const sock_filter& instruction : out) {
        printf("    {0x%04x, %u, %u, 0x%08x},\n", instruction.code, instruction.jt, instruction.jf, instruction.k);
    }
    printf("};\n");
}

// The libseccomp name of each ABI that this machine's kernel runs, and the token that a filter sees.
std::vector<uint32_t> abis() {
#if defined(__x86_64__)
    return {SCMP_ARCH_X86_64, SCMP_ARCH_X86};
#elif defined(__aarch64__)
    return {SCMP_ARCH_AARCH64, SCMP_ARCH_ARM};
#else
#error "compile_filters has no table of ABIs for this architecture yet"
#endif
}

Table default_table(uint32_t arch) {
    using namespace cubby::policy;
    Table table;
    for (const char* name : kAllowed) {
        add(table, arch, name, {});
    }
    for (const char* name : kRefused) {
        add(table, arch, name, {.action = answer(EPERM), .refused = {}, .only = {}});
    }
    // socketpair as well: the kernel makes sockets of the family, and loads its module, before it says no.
    for (const char* name : {"socket", "socketpair"}) {
        add(table, arch, name,
            {.argument = 0,
             .refused = {std::begin(kRefusedFamilies), std::end(kRefusedFamilies)},
             .only = {std::begin(kFamilies), std::end(kFamilies)},
             .other = answer(EAFNOSUPPORT)});
    }
    add(table, arch, "ioctl",
        {.argument = 1, .refused = {std::begin(kRefusedIoctls), std::end(kRefusedIoctls)}, .only = {}});
    // Nested user namespaces open the whole mount and network code to the container.  clone3's flags are in memory that
    // a filter cannot read: it is absent from the table, answers ENOSYS, and C libraries use clone then.
    add(table, arch, "clone", {.argument = 0, .refused = {}, .refused_bits = CLONE_NEWUSER, .only = {}});
    add(table, arch, "unshare", {.argument = 0, .refused = {}, .refused_bits = CLONE_NEWUSER, .only = {}});
    return table;
}

// By choice: containers inside, and sandboxes of browsers and of builds.
Table nesting_table(uint32_t arch) {
    Table table = default_table(arch);
    for (const char* name : {"clone", "clone3", "unshare"}) {
        add(table, arch, name, {.refused = {}, .only = {}});
    }
    return table;
}

// With one id only, changing an owner to anybody else cannot work.  Answering success without doing it lets package
// managers unpack; the files stay the user's own.
Table single_id_table(uint32_t arch) {
    Table table;
    for (const char* name :
         {"chown",      "chown32",     "fchown",     "fchown32",  "lchown",      "lchown32",  "fchownat",
          "setgroups",  "setgroups32", "setuid",     "setuid32",  "setgid",      "setgid32",  "setreuid",
          "setreuid32", "setregid",    "setregid32", "setresuid", "setresuid32", "setresgid", "setresgid32",
          "setfsuid",   "setfsuid32",  "setfsgid",   "setfsgid32"}) {
        add(table, arch, name, {.action = answer(0), .refused = {}, .only = {}});
    }
    return table;
}

std::vector<Architecture> compile(Table (*table)(uint32_t), const Verdict& otherwise) {
    std::vector<Architecture> out;
    for (const uint32_t arch : abis()) {
        const auto ranges = ranges_of(table(arch), otherwise);
        out.push_back({arch, search(ranges)});
    }
    return out;
}

}  // namespace

int main() {
    printf("// Generated by security/build/compile_filters.cpp\n");
    print("kDefault", compile(default_table, {.action = answer(ENOSYS), .refused = {}, .only = {}}));
    print("kNesting", compile(nesting_table, {.action = answer(ENOSYS), .refused = {}, .only = {}}));
    print("kSingleId", compile(single_id_table, {.action = kAllow, .refused = {}, .only = {}}));
    return 0;
}
