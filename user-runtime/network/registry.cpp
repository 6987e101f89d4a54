#include "network/driver.h"
#include "network/types.h"

namespace cubby::network {
namespace {

constexpr Driver kDrivers[] = {
    {NetType::none, "none", false, contribute_host},
    {NetType::empty, "empty", true, contribute_empty},
};

}  // namespace

std::span<const Driver> drivers() noexcept { return kDrivers; }

const Driver& driver_of(NetType type) noexcept {
    for (const Driver& driver : kDrivers) {
        if (driver.type == type) {
            return driver;
        }
    }
    __builtin_unreachable();
}

}  // namespace cubby::network
