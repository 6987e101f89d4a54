#pragma once
// Strict parsing of numbers and small texts.  All of the input must be consumed; there is no leading space, sign or zero.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace cubby {

// ^(0|[1-9][0-9]{0,18})$ and at most `max`.  `what` names the value in the error.
Result<uint64_t> parse_unsigned(std::string_view text, uint64_t max, const char* what);

// As parse_unsigned, with an optional leading '-'.
Result<int64_t> parse_signed(std::string_view text, int64_t min, int64_t max, const char* what);

// "0" or "1".
Result<bool> parse_flag(std::string_view text, const char* what);

// Octal digits only, at most `max`; for file modes and umasks.
Result<uint32_t> parse_octal(std::string_view text, uint32_t max, const char* what);

// A size in bytes: a number with an optional suffix k/K, m/M, g/G, t/T (powers of 1024), optionally followed by B.
Result<uint64_t> parse_size(std::string_view text, const char* what);

// Removes spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

// Splits at any run of the given separators; empty parts are dropped.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text, std::string_view separators = " \t");

// Splits at each occurrence of one separator; empty parts are kept.
[[nodiscard]] std::vector<std::string_view> split_fields(std::string_view text, char separator);

// Not of a string that is gone before the words are looked at: a range-based for keeps only the words (C++23, P2718, which
// GCC 12 has not).
template <class Text>
concept PassingString = std::same_as<std::remove_const_t<Text>, std::string>;
template <PassingString Text, class... More>
std::vector<std::string_view> split_words(Text&&, More&&...) = delete;
template <PassingString Text, class... More>
std::vector<std::string_view> split_fields(Text&&, More&&...) = delete;

// Splits a command line as lxc.init.cmd and hooks are written: words by blanks, '…' and "…" quote, \ escapes one byte.
Result<std::vector<std::string>> split_command(std::string_view text);

// A text with C0, DEL and non-ASCII control bytes shown as \xNN: fit for a terminal (CWE-150).
[[nodiscard]] std::string printable(std::string_view text);

// Whether the text holds a byte below 0x20 or 0x7f.
[[nodiscard]] bool has_control(std::string_view text) noexcept;

}  // namespace cubby
