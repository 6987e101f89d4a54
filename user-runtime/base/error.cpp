#include "base/error.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace cubby {
namespace {

Code code_of(int sys_errno) noexcept {
    switch (sys_errno) {
        case ENOENT: return Code::not_found;
        case EEXIST: return Code::exists;
        case EACCES:
        case EPERM:
        case EROFS: return Code::denied;
        case ENOSPC:
        case EDQUOT: return Code::no_space;
        case ENOSYS:
        case EOPNOTSUPP: return Code::unsupported;
        case ETIMEDOUT: return Code::timeout;
        case EBUSY: return Code::busy;
        default: return Code::system;
    }
}

void format_into(Error& error, const char* format, va_list args) noexcept {
    if (vsnprintf(error.text, sizeof error.text, format, args) < 0) {
        error.text[0] = '\0';
    }
}

}  // namespace

Error make_error(Code code, const char* format, ...) noexcept {
    Error error;
    error.code = code;
    va_list args;
    va_start(args, format);
    format_into(error, format, args);
    va_end(args);
    return error;
}

Error sys_error(int sys_errno, const char* format, ...) noexcept {
    Error error;
    error.code = code_of(sys_errno);
    error.sys_errno = sys_errno;
    va_list args;
    va_start(args, format);
    format_into(error, format, args);
    va_end(args);
    const size_t used = strlen(error.text);
    // strerrordesc_np and strerrorname_np never allocate and never translate (strerror(3)).
    const char* words = strerrordesc_np(sys_errno);
    const char* name = strerrorname_np(sys_errno);
    if (snprintf(error.text + used, sizeof error.text - used, ": %s (%s)", words != nullptr ? words : "unknown error",
                 name != nullptr ? name : "?") < 0) {
        error.text[used] = '\0';
    }
    return error;
}

Error prefixed(Error inner, const char* format, ...) noexcept {
    Error outer = inner;
    va_list args;
    va_start(args, format);
    format_into(outer, format, args);
    va_end(args);
    const size_t used = strlen(outer.text);
    if (snprintf(outer.text + used, sizeof outer.text - used, ": %s", inner.text) < 0) {
        outer.text[used] = '\0';
    }
    return outer;
}

}  // namespace cubby
