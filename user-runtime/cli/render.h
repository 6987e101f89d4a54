#pragma once
// What the looking commands print for people.

#include <string>
#include <vector>

#include "assembly/doctor.h"
#include "cli/templates.h"
#include "cli/terminal.h"
#include "container/operations.h"

namespace cubby::cli {

[[nodiscard]] Colour colour_of(State state) noexcept;

[[nodiscard]] std::string list_text(const std::vector<Summary>& containers, const Terminal& terminal);
// `now`: seconds since 1970.
[[nodiscard]] std::string info_text(const Info& info, const Terminal& terminal, int64_t now);
[[nodiscard]] std::string plan_text(const PlanView& plan, const Terminal& terminal);
[[nodiscard]] std::string keys_text(const std::vector<ConfigKey>& keys, const Terminal& terminal);
[[nodiscard]] std::string images_text(const std::vector<ImageSummary>& images, const Terminal& terminal, int64_t now);
[[nodiscard]] std::string templates_text(const std::vector<TemplateSummary>& templates, const Terminal& terminal);
[[nodiscard]] std::string doctor_text(const std::vector<DoctorRow>& rows, const Terminal& terminal);

// An image's id as the table shows it, which `cubby images rm` takes too: the first 12 digits.
[[nodiscard]] std::string short_id(const std::string& id);

}  // namespace cubby::cli
