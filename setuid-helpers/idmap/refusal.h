#pragma once
// Why nothing is done.  Each has one exit status and one fixed line (main.cpp), whatever the case was in detail: an answer
// must not tell what exists and what is forbidden (CVE-2022-47952).

#include <cstdint>

namespace cubby::idmap {

enum class Refusal : uint8_t {
    none,
    usage,
    number,
    range,
    too_many,
    too_long,
    ids,
    target,
    privilege,
    files,
    descriptor,
    kernel
};

}  // namespace cubby::idmap
