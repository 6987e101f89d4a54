#pragma once
// What a fuzz target must be able to rely on; a broken promise ends the program, which the fuzzer takes for a finding.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

inline void require(bool holds, const char* what) {
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

inline std::string_view text_of(const uint8_t* data, size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
