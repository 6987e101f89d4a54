#pragma once
// Result<T>: a value or an Error.  Nothing below the faces throws; a failure is returned with the object named.

#include <expected>
#include <utility>

#include "base/error.h"

namespace cubby {

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
  public:
    using std::expected<T, Error>::expected;
};

using Status = Result<void>;

// return FAIL(Code::usage, "…", …);  and  return FAIL_ERRNO("open %s", path);  The format is checked by the compiler.
#define FAIL(code, ...) ::std::unexpected<::cubby::Error>(::cubby::make_error((code), __VA_ARGS__))
#define FAIL_ERRNO(...) ::std::unexpected<::cubby::Error>(::cubby::sys_error(errno, __VA_ARGS__))

namespace detail {
template <class T>
T take(Result<T>&& result) {
    return *std::move(result);
}
inline void take(Status&&) {}
}  // namespace detail

}  // namespace cubby

// The value of a Result, or return its error from the enclosing function.  May be nested.  In braces only as the first
// value that owns anything: GCC 12 forgets to destroy the members before it when it returns.
#define TRY(...) CUBBY_TRY_AS(CUBBY_TRY_NAME(try_result_, __COUNTER__), __VA_ARGS__)
#define CUBBY_TRY_NAME(prefix, number) CUBBY_TRY_GLUE(prefix, number)
#define CUBBY_TRY_GLUE(prefix, number) prefix##number
#define CUBBY_TRY_AS(name, ...)                   \
    ({                                            \
        auto name = (__VA_ARGS__);                \
        if (!name) [[unlikely]]                   \
            return std::unexpected(name.error()); \
        ::cubby::detail::take(std::move(name));   \
    })
