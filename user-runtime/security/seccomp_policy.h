#pragma once
// LXC's seccomp policy texts, versions 1 and 2, read into values.  Pure: which system calls there are, and what a rule
// becomes, is said by security/profile.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cubby::security {

inline constexpr size_t kMaxPolicyBytes = size_t{1} << 20;
inline constexpr size_t kMaxPolicyRules = 8192;
inline constexpr size_t kMaxComparisons = 6;  // as many as a system call has arguments

enum class Act : uint8_t { kill, trap, error, log, notify, allow };

struct Action {
    Act act = Act::allow;
    uint16_t number = 0;  // of an error: the errno
    bool operator==(const Action&) const = default;
};

enum class Compare : uint8_t { not_equal, less, less_equal, equal, greater_equal, greater, masked_equal };

struct Comparison {
    uint32_t argument = 0;  // 0 to 5
    Compare compare = Compare::equal;
    uint64_t value = 0;
    uint64_t mask = 0;  // of masked_equal
    bool operator==(const Comparison&) const = default;
};

struct Rule {
    unsigned line = 0;
    std::string abi;   // of its section, lower case: "x86_64"; empty: all
    std::string name;  // of the system call, or
    int number = -1;   // its number (version 1)
    Action action;
    std::vector<Comparison> comparisons;  // all of them must hold
    bool operator==(const Rule&) const = default;
};

struct Policy {
    unsigned version = 2;
    Action otherwise;  // for what no rule is about
    std::vector<Rule> rules;
    bool operator==(const Policy&) const = default;
};

// Reads a policy.  Errors begin with "FILE:LINE: ".
Result<Policy> parse_policy(std::string_view text, std::string_view file);

// A text that parse_policy reads as the same policy, but for the numbers of the lines.
[[nodiscard]] std::string policy_text(const Policy& policy);

}  // namespace cubby::security
