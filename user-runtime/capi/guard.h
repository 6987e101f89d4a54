#pragma once
// The one way in from C: no exception goes out, an Error ends in the container's error_string, and NULL is no container.

#include <exception>
#include <new>

#include "capi/object.h"

namespace cubby::capi {

// For functions without a container: `failure` where the body fails in any way.
template <class Value, class Body>
Value guarded(Value failure, const Body& body) noexcept {
    try {
        Result<Value> result = body();
        return result ? std::move(*result) : failure;
    } catch (...) {
        return failure;  // out of memory
    }
}

template <class Value, class Body>
Value enter(lxc_container* container, Value failure, const Body& body) noexcept {
    if (container == nullptr) {
        return failure;
    }
    auto& object = *static_cast<Object*>(container);
    return guarded(failure, [&]() -> Result<Value> {
        Result<Value> result(std::unexpected(Error{}));
        try {
            result = body(object);
        } catch (const std::bad_alloc&) {
            result = FAIL(Code::system, "out of memory");
        } catch (const std::exception& failed) {
            result = FAIL(Code::broken, "%s", failed.what());
        }
        if (!result) {
            object.fail(result.error());
        }
        return result;
    });
}

// For a body that returns a Status: whether it succeeded.
template <class Body>
bool enter(lxc_container* container, const Body& body) noexcept {
    return enter(container, false, [&](Object& object) -> Result<bool> {
        TRY(body(object));
        return true;
    });
}

}  // namespace cubby::capi
