// The interfaces and addresses of a running container.

#include <cstring>

#include "capi/functions.h"
#include "capi/gate.h"
#include "capi/guard.h"
#include "capi/handover.h"
#include "container/operations.h"

namespace cubby::capi {
namespace {

Result<std::vector<Interface>> ask_interfaces(Object& object) {
    const std::shared_lock gate(fork_gate());
    return cubby::interfaces(TRY(object.places()), object.identity());
}

bool is_family(const std::string& address, const char* family) {
    const bool six = address.find(':') != std::string::npos;
    return family == nullptr || strcmp(family, six ? "inet6" : "inet") == 0;
}

}  // namespace

char** fn_get_interfaces(lxc_container* c) noexcept {
    return enter<char**>(c, nullptr, [](Object& object) -> Result<char**> {
        std::vector<std::string> names;
        for (Interface& each : TRY(ask_interfaces(object))) {
            names.push_back(std::move(each.name));
        }
        return handed(names);
    });
}

// Addresses of the link alone (scope 1 and more, of inet6) are never among them.
char** fn_get_ips(lxc_container* c, const char* interface, const char* family, int /*scope*/) noexcept {
    return enter<char**>(c, nullptr, [&](Object& object) -> Result<char**> {
        std::vector<std::string> found;
        for (const Interface& each : TRY(ask_interfaces(object))) {
            if (interface != nullptr ? each.name != interface : each.loopback) {
                continue;
            }
            for (const std::string& address : each.addresses) {
                if (is_family(address, family)) {
                    found.push_back(address);
                }
            }
        }
        if (found.empty()) {
            return FAIL(Code::not_found, "%s has no such address", object.identity().c_str());
        }
        return handed(found);
    });
}

}  // namespace cubby::capi
