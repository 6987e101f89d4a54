// Which containers there are.

#include <functional>

#include "capi/guard.h"
#include "capi/handover.h"
#include "container/operations.h"

namespace cubby::capi {
namespace {

void put_all(std::vector<lxc_container*>& objects) noexcept {
    for (lxc_container* object : objects) {
        lxc_container_put(object);
    }
}

Result<lxc_container**> objects_of(const std::vector<std::string>& names, const std::string& lxcpath) {
    std::vector<lxc_container*> made;
    for (const std::string& name : names) {
        lxc_container* object = lxc_container_new(name.c_str(), lxcpath.c_str());
        if (object == nullptr) {
            put_all(made);
            return FAIL(Code::system, "no object for container %s", name.c_str());
        }
        made.push_back(object);
    }
    auto** list = static_cast<lxc_container**>(calloc(made.size() + 1, sizeof(lxc_container*)));
    if (list == nullptr) {
        put_all(made);
        return FAIL(Code::system, "out of memory");
    }
    std::ranges::copy(made, list);
    return list;
}

int list_some(const char* lxcpath, char*** names, lxc_container*** cret, bool (*wanted)(const Summary&)) noexcept {
    return guarded(-1, [&]() -> Result<int> {
        const Places places = TRY(find_places(lxcpath != nullptr ? lxcpath : ""));
        std::vector<std::string> found;
        for (const Summary& each : TRY(cubby::list(places))) {
            if (wanted(each)) {
                found.push_back(each.name);
            }
        }
        if (names != nullptr) {
            *names = found.empty() ? nullptr : TRY(handed(found));
        }
        if (cret != nullptr) {
            *cret = nullptr;
            auto objects = found.empty() ? Result<lxc_container**>(nullptr) : objects_of(found, places.lxcpath);
            if (!objects) {
                release(names != nullptr ? std::exchange(*names, nullptr) : nullptr);
                return std::unexpected(objects.error());
            }
            *cret = *objects;
        }
        return static_cast<int>(found.size());
    });
}

}  // namespace
}  // namespace cubby::capi

using cubby::State;
using cubby::Summary;

int list_defined_containers(const char* lxcpath, char*** names, lxc_container*** cret) {
    return cubby::capi::list_some(lxcpath, names, cret, [](const Summary& each) { return each.defined; });
}

int list_active_containers(const char* lxcpath, char*** names, lxc_container*** cret) {
    return cubby::capi::list_some(lxcpath, names, cret,
                                  [](const Summary& each) { return each.state != State::stopped; });
}

int list_all_containers(const char* lxcpath, char*** names, lxc_container*** cret) {
    return cubby::capi::list_some(lxcpath, names, cret, [](const Summary&) { return true; });
}
