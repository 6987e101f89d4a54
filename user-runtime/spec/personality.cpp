#include "spec/personality.h"

#include <algorithm>
#include <iterator>

namespace cubby {
namespace {

constexpr std::string_view k32[] = {"arm",  "armel",   "armhf", "armv7l", "athlon", "i386",    "i486", "i586",
                                    "i686", "linux32", "mips",  "mipsel", "ppc",    "powerpc", "x32",  "x86"};
constexpr std::string_view k64[] = {"aarch64",     "amd64",   "arm64",    "linux64",   "loong64",
                                    "loongarch64", "mips64",  "mips64el", "powerpc64", "ppc64",
                                    "ppc64el",     "ppc64le", "riscv64",  "s390x",     "x86_64"};

}  // namespace

std::optional<Personality> parse_personality(std::string_view machine) noexcept {
    if (std::ranges::find(k32, machine) != std::end(k32)) {
        return Personality::linux32;
    }
    return std::ranges::find(k64, machine) != std::end(k64) ? std::optional(Personality::linux64) : std::nullopt;
}

}  // namespace cubby
