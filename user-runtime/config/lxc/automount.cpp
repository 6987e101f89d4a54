#include "config/lxc/automount.h"

#include <algorithm>

namespace cubby::lxc {
namespace {

struct Token {
    std::string_view word;   // as written
    std::string_view shown;  // as LXC prints it
};
constexpr Token kProc[] = {{"proc", "proc:mixed"}, {"proc:mixed", "proc:mixed"}, {"proc:rw", "proc:rw"}};
constexpr Token kSys[] = {{"sys", "sys:mixed"}, {"sys:mixed", "sys:mixed"}, {"sys:ro", "sys:ro"}, {"sys:rw", "sys:rw"}};
constexpr std::string_view kCgroup[] = {
    "cgroup",  "cgroup:mixed",      "cgroup:ro",      "cgroup:rw",      "cgroup-full",
    "cgroup2", "cgroup-full:mixed", "cgroup-full:ro", "cgroup-full:rw", "cgroup2:ro",
};

template <size_t Count>
bool take(const Token (&table)[Count], std::string_view word, std::string& into) {
    const auto found = std::ranges::find(table, word, &Token::word);
    if (found == std::end(table)) {
        return false;
    }
    into = found->shown;
    return true;
}

}  // namespace

bool add_token(AutoMountTokens& tokens, std::string_view word) {
    constexpr std::string_view force = ":force";
    constexpr std::string_view shared = "shmounts:/";
    if (take(kProc, word, tokens.proc) || take(kSys, word, tokens.sys)) {
        return true;
    }
    const std::string_view plain = word.ends_with(force) ? word.substr(0, word.size() - force.size()) : word;
    if (std::ranges::find(kCgroup, plain) != std::end(kCgroup)) {
        tokens.cgroup = word;
        return true;
    }
    if (word.starts_with(shared)) {
        tokens.shared = word;
        return true;
    }
    return false;
}

std::string token_text(const AutoMountTokens& tokens) {
    std::string text;
    for (const std::string* each : {&tokens.proc, &tokens.sys, &tokens.cgroup, &tokens.shared}) {
        if (!each->empty()) {
            text.append(text.empty() ? "" : " ").append(*each);
        }
    }
    return text;
}

AutoMount automount_mode(std::string_view token, bool administrates) {
    if (token.empty()) {
        return AutoMount::none;
    }
    const size_t colon = token.find(':');
    const std::string_view mode = colon == std::string_view::npos ? std::string_view{} : token.substr(colon + 1);
    if (mode.starts_with("ro")) {
        return AutoMount::read_only;
    }
    if (mode.starts_with("rw")) {
        return AutoMount::read_write;
    }
    if (mode.starts_with("mixed") || !token.starts_with("cgroup")) {
        return AutoMount::mixed;
    }
    return administrates ? AutoMount::read_write : AutoMount::mixed;
}

}  // namespace cubby::lxc
