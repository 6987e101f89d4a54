#pragma once
// The version, as CMakeLists.txt has it.

#ifndef CUBBY_VERSION
#define CUBBY_VERSION "unknown"  // a header is also compiled alone
#endif

namespace cubby::cli {

inline constexpr char kVersionNumber[] = CUBBY_VERSION;
inline constexpr char kVersionLine[] = "cubby " CUBBY_VERSION "\n";
// What lxc-… --version prints: the LXC whose behaviour these commands have, as scripts compare it.
inline constexpr char kLxcVersionLine[] = "7.0.0\n";

}  // namespace cubby::cli
