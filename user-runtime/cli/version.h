#pragma once
// The version, as CMakeLists.txt has it.

#ifndef CUBBY_VERSION
#define CUBBY_VERSION "unknown"  // a header is also compiled alone
#endif

namespace cubby::cli {

inline constexpr char kVersionNumber[] = CUBBY_VERSION;
inline constexpr char kVersionLine[] = "cubby " CUBBY_VERSION "\n";

}  // namespace cubby::cli
