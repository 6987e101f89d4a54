#pragma once
// What LXC's commands need and is not there: one line for each, the same under LXC's name and cubby's.

#include <string_view>

#include "cli/context.h"

namespace cubby::cli {

enum class Missing : uint8_t { control_groups, snapshots, checkpoints, set_user_bits };

[[nodiscard]] const char* what_is_missing(Missing what) noexcept;

// Ends with what is missing, after the container was looked for: an unknown one is the first error.
template <Missing what>
Result<int> end_missing(const Context& context) {
    if (context.names_container() && !context.line.operands().empty()) {
        static_cast<void>(TRY(inspect(TRY(context.places()), TRY(context.name()))));
    }
    return FAIL(Code::unsupported, "%s", what_is_missing(what));
}

}  // namespace cubby::cli
