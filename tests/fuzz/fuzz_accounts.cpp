// Any texts as the passwd and group of a container, and any word as the user: nothing crashes, and whoever is found has ids
// that exist.  The input: the word, a NUL, passwd, a NUL, group.
#include "container/passwd.h"
#include "tests/fuzz/oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto text = text_of(data, size);
    const size_t first = text.find('\0');
    if (first == std::string_view::npos) {
        return 0;
    }
    const auto rest = text.substr(first + 1);
    const size_t second = rest.find('\0');
    const auto passwd = rest.substr(0, second);
    const auto group = second == std::string_view::npos ? std::string_view() : rest.substr(second + 1);
    const auto word = text.substr(0, first);
    const auto user = cubby::find_user_in(passwd, group, word);
    if (user) {
        require(user->uid != UINT32_MAX && user->gid != UINT32_MAX, "an id that means none");
        for (const uint32_t one : user->groups) {
            require(one != UINT32_MAX, "a group that means none");
        }
        require(!user->home.empty() && user->home.find('\n') == std::string::npos, "a home of several lines");
        require(!word.empty() || user->uid == 0, "nobody in particular is root");
    }
    return 0;
}
