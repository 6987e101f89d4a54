#pragma once
// Texts and lists as C callers get them: theirs to free(3).

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cubby::capi {

// A copy by malloc(3).
Result<char*> handed(std::string_view text);
// A NULL-ended array of copies.
Result<char**> handed(const std::vector<std::string>& texts);
void release(char** texts) noexcept;

// Puts a text into the caller's buffer, cut to `inlen` bytes with the NUL; its whole length comes back.  `retv` may be
// NULL, `inlen` 0: only the length.
[[nodiscard]] int copied(std::string_view text, char* retv, int inlen) noexcept;

// The words of a NULL-ended array, which may be NULL.
[[nodiscard]] std::vector<std::string> words_of(const char* const* words);

}  // namespace cubby::capi
