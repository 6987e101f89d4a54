#include "config/lxc/codec.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

// Keys of our own.  LXC ignores lines that do not begin with "lxc.", so a configuration with them loads there too.

namespace cubby::lxc {
namespace {

constexpr auto kSpec = &Draft::spec;

constexpr Key kRows[] = {
    row<Text, &Draft::image>("cubby.image", "busybox", "the image that the root file system was made from"),
    row<Flag, kSpec, &ContainerSpec::process, &ProcessSpec::keep_groups>(
        "cubby.init.keep_groups", "1", "1: the first process keeps your own supplementary groups"),
    row<Flag, kSpec, &ContainerSpec::process, &ProcessSpec::reaper>(
        "cubby.init.reaper", "1", "1: a small init stays as process 1 and runs lxc.init.cmd below it"),
    row<Flag, kSpec, &ContainerSpec::security, &SecuritySpec::default_seccomp>(
        "cubby.seccomp.default", "0", "0: start without the system call filter that is built into cubby"),
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> cubby_keys() { return kRows; }

}  // namespace cubby::lxc
