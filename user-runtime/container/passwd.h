#pragma once
// The user database inside a container, read by our own bounded parser: no NSS, no locale, nothing of the container is
// loaded (CVE-2019-14271).

#include <cstdint>
#include <string>
#include <vector>

#include "kernel/root.h"

namespace cubby {

struct GuestUser {
    uint32_t uid = 0;
    uint32_t gid = 0;
    std::vector<uint32_t> groups;  // those of the container's group file that name the user
    std::string home = "/";
    std::string shell = "/bin/sh";
};

// Looks up "USER", "UID", "USER:GROUP", "UID:GID" in etc/passwd and etc/group below `root` (Trust::guest).  An empty
// text means user 0.  A number needs no entry; an unknown name is an error.
Result<GuestUser> find_guest_user(const Root& root, std::string_view text);

// The pure half, on the files' texts.
Result<GuestUser> find_user_in(std::string_view passwd, std::string_view group, std::string_view text);

}  // namespace cubby
