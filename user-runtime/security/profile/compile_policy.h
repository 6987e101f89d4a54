#pragma once
// From a policy to a BPF program, by libseccomp.  Only cubby-seccomp and the tests link this.

#include <linux/filter.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "security/seccomp_policy.h"

namespace cubby::security {

// Compiles for this machine's ABI and those that its kernel runs besides.  Version 1 knows the machine's own ABI only,
// and calls of another kill the process.  Errors begin with "FILE:LINE: ".
//
// Refused, since the container could not be what was asked for: a rule that forbids a system call that libseccomp does
// not know, two rules that contradict each other, and a policy under which the last steps of a start cannot be made.
Result<std::vector<sock_filter>> compile_policy(const Policy& policy, const std::string& file);

}  // namespace cubby::security
