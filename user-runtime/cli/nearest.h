#pragma once
// Which known word a mistyped one was meant to be.

#include <span>
#include <string>
#include <string_view>

namespace cubby::cli {

// The candidate at the least distance: at most 2, and less than half of the word; else one that the word begins.
// Empty where nothing comes near.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

// What follows an error about a mistyped word: "; did you mean 'start'? NEXT", or "; NEXT" where `near` is empty.
[[nodiscard]] std::string advice(const std::string& near, std::string_view next);

}  // namespace cubby::cli
