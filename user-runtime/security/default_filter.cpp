#include "security/default_filter.h"

namespace cubby {
namespace {
#include "filters.inc"
}  // namespace

std::span<const sock_filter> allow_list_filter() noexcept { return kAllowList; }
std::span<const sock_filter> argument_filter() noexcept { return kArguments; }
std::span<const sock_filter> single_id_filter() noexcept { return kSingleId; }

}  // namespace cubby
