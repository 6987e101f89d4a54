#pragma once
// Environments as lists of KEY=VALUE.

#include <string>
#include <vector>

namespace cubby {

// Of entries with the same key only the last stays: getenv(3) would take the first.
void keep_last(std::vector<std::string>& environment);

}  // namespace cubby
