#pragma once
// Steps that label a process for AppArmor or SELinux; `key` is what asked for it, for errors.

#include <string>

#include "base/result.h"
#include "kernel/lsm.h"
#include "plan/step.h"

namespace cubby::security {

// With its next exec the process is under this profile; "unconfined" asks nothing of a host without AppArmor.
[[nodiscard]] LabelStep apparmor_label(std::string key, const std::string& profile);
// With its next exec the process has this context.
[[nodiscard]] LabelStep selinux_label(std::string key, const std::string& context);
// For the module that this host runs; Code::unsupported where it runs neither.
Result<LabelStep> label_for(LabelModule module, std::string key, const std::string& label);

// The same label, taken on by the process as it is (LXC_ATTACH_LSM_NOW) rather than with its next exec.
[[nodiscard]] LabelStep taken_on_now(LabelStep label);

}  // namespace cubby::security
