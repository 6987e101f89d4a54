#pragma once
// The tokens of lxc.mount.auto.

#include <string>
#include <string_view>

#include "config/lxc/draft.h"

namespace cubby::lxc {

// Takes one token; a later one of the same kind replaces the earlier.  False: there is no such token.
[[nodiscard]] bool add_token(AutoMountTokens& tokens, std::string_view word);

// The tokens, as LXC prints them: "proc:mixed sys:ro cgroup:rw:force".
[[nodiscard]] std::string token_text(const AutoMountTokens& tokens);

// What a token stands for.  "cgroup" without a mode is read-write where the container keeps CAP_SYS_ADMIN
// (`administrates`), else mixed.  An empty token is AutoMount::none.
[[nodiscard]] AutoMount automount_mode(std::string_view token, bool administrates);

}  // namespace cubby::lxc
