#pragma once
// The templates that are installed (templates/CONTRACT.md, "Where it is found").

#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/root.h"

namespace cubby::cli {

struct TemplateSummary {
    std::string name;
    std::string summary;  // what its "#:cubby summary" line says, or empty
};

// Sorted by name.
Result<std::vector<TemplateSummary>> installed_templates();
// Those of one templates folder.
Result<std::vector<TemplateSummary>> templates_in(const Root& folder);

}  // namespace cubby::cli
