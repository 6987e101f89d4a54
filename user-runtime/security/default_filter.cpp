#include "security/default_filter.h"

namespace cubby {
namespace {
#include "filters.inc"
}  // namespace

std::span<const sock_filter> default_filter() noexcept { return kDefault; }
std::span<const sock_filter> nesting_filter() noexcept { return kNesting; }
std::span<const sock_filter> single_id_filter() noexcept { return kSingleId; }

}  // namespace cubby
