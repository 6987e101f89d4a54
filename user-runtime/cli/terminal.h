#pragma once
// What is known about where output goes, and the words written there.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cubby::cli {

enum class Colour : uint8_t { none, green, yellow, red, dim, bold };

struct Terminal {
    bool tty = false;
    bool colour = false;  // a tty, TERM is not "dumb", NO_COLOR is unset or empty (no-color.org)
    bool unicode = true;  // no locale variable says otherwise
    size_t columns = 0;   // 0: not a terminal, as wide as needed

    [[nodiscard]] const char* ellipsis() const noexcept { return unicode ? "\u2026" : "..."; }
    [[nodiscard]] size_t ellipsis_width() const noexcept { return unicode ? 1 : 3; }
};

// Looks at a descriptor and at TERM, NO_COLOR, COLUMNS, LC_ALL, LC_CTYPE and LANG.
[[nodiscard]] Terminal look_at(int fd);

// The text between the colour's escape sequences, or as it is.
[[nodiscard]] std::string coloured(std::string_view text, Colour colour, bool on);

// A text that came from somewhere else, fit for a terminal: control characters (C0, DEL, C1) and bytes that are no
// UTF-8 are shown as \xNN (CWE-150).
[[nodiscard]] std::string shown(std::string_view text);

// How many columns a text takes: one a code point.
[[nodiscard]] size_t width(std::string_view text) noexcept;

// At most `columns` wide; what is cut off shows as an ellipsis.
[[nodiscard]] std::string fitted(std::string_view text, size_t columns, const Terminal& terminal);

// Breaks into lines of at most `columns` at blanks.
[[nodiscard]] std::string wrapped(std::string_view text, size_t columns, std::string_view indent);

// Writes all of it to standard output, at once.
Status print(std::string_view text);
// One line on standard error, made fit for a terminal; a failure to write it is ignored.
void complain(std::string_view line) noexcept;

}  // namespace cubby::cli
