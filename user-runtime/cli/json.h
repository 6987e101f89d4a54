#pragma once
// What --json prints.  The keys are documented in the command's row (Command::json) and stay as they are; new ones may
// be added.  Numbers are exact, times are seconds since 1970, what is not known is null.  Every text ends with a line
// feed; bytes that are no UTF-8 are replaced.

#include <string>
#include <vector>

#include "assembly/doctor.h"
#include "cli/lxc/autostart.h"
#include "cli/templates.h"
#include "container/operations.h"

namespace cubby::cli {

[[nodiscard]] std::string json_of(const std::vector<Summary>& containers);
[[nodiscard]] std::string json_of(const Info& info);
[[nodiscard]] std::string json_of(const PlanView& plan);
[[nodiscard]] std::string json_of(const std::vector<AutoContainer>& containers);
[[nodiscard]] std::string json_of(const std::vector<ConfigKey>& keys);
[[nodiscard]] std::string json_of(const std::vector<ImageSummary>& images);
[[nodiscard]] std::string json_of(const std::vector<TemplateSummary>& templates);
// `usable`: whether containers can run at all.
[[nodiscard]] std::string json_of(const std::vector<DoctorRow>& rows, bool usable);

}  // namespace cubby::cli
