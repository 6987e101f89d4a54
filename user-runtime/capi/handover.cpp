#include "capi/handover.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace cubby::capi {

Result<char*> handed(std::string_view text) {
    auto* copy = static_cast<char*>(malloc(text.size() + 1));
    if (copy == nullptr) {
        return FAIL_ERRNO("copy a text of %zu bytes", text.size());
    }
    std::ranges::copy(text, copy);
    copy[text.size()] = '\0';
    return copy;
}

Result<char**> handed(const std::vector<std::string>& texts) {
    auto** list = static_cast<char**>(calloc(texts.size() + 1, sizeof(char*)));
    if (list == nullptr) {
        return FAIL_ERRNO("make a list of %zu", texts.size());
    }
    for (size_t at = 0; at < texts.size(); ++at) {
        auto copy = handed(texts[at]);
        if (!copy) {
            release(list);
            return std::unexpected(copy.error());
        }
        list[at] = *copy;
    }
    return list;
}

void release(char** texts) noexcept {
    for (char** text = texts; text != nullptr && *text != nullptr; ++text) {
        free(*text);
    }
    free(static_cast<void*>(texts));
}

int copied(std::string_view text, char* retv, int inlen) noexcept {
    if (retv != nullptr && inlen > 0) {
        const size_t room = std::min(text.size(), static_cast<size_t>(inlen) - 1);
        std::ranges::copy(text.substr(0, room), retv);
        retv[room] = '\0';
    }
    return text.size() > INT_MAX ? INT_MAX : static_cast<int>(text.size());
}

std::vector<std::string> words_of(const char* const* words) {
    std::vector<std::string> out;
    for (; words != nullptr && *words != nullptr; ++words) {
        out.emplace_back(*words);
    }
    return out;
}

}  // namespace cubby::capi
