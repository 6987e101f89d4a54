#pragma once
// An LXC configuration file as it was written: every line is kept, with comments, order and lines that mean nothing
// to us, so that an edit changes only what it names.  lxc.include lines stay lines here (config/lxc/include.h).

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cubby::lxc {

// Limits of one document and of everything that it includes, taken together.
inline constexpr size_t kMaxTextBytes = size_t{1} << 20;
inline constexpr size_t kMaxLineBytes = size_t{1} << 17;  // one environment word, MAX_ARG_STRLEN in execve(2)
inline constexpr size_t kMaxLines = 10000;

// Where a line stands.
struct Origin {
    std::string file;
    unsigned line = 0;
};
// "FILE:LINE"; the front of a long path is left out, so that an error's text has room for the reason.
[[nodiscard]] std::string place(const Origin& origin);

struct Line {
    std::string text;      // as written, without the newline
    std::string key;       // "lxc.uts.name"; empty for a comment, an empty line or a line that LXC ignores
    std::string value;     // without blanks around and without one pair of quotes; empty: the key is cleared
    bool foreign = false;  // neither comment nor empty, and its first word begins with neither "lxc." nor "cubby."
    bool operator==(const Line&) const = default;
};

class Document {
  public:
    Document() = default;
    // `name` stands in front of line numbers in errors: the file's path.  Refused, with the line: a key without '=',
    // NUL, control bytes in a setting, a byte order mark, a last line cut off behind its '=', and what is over the
    // limits.  Keys and values are not looked at: a document that compile() refuses can still be edited.
    static Result<Document> parse(std::string_view text, std::string name);

    // The text of the document; parse(to_text()) gives an equal document.
    [[nodiscard]] std::string to_text() const;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::vector<Line>& lines() const noexcept { return lines_; }

    // The values that this document itself gives to a key, in order, from its last empty ("cleared") one on.
    [[nodiscard]] std::vector<std::string> get(std::string_view key) const;

    // Makes `value` the only one of the key in this document: in place of its last line, or at the end where it has
    // none or an lxc.include comes after it.  An empty value writes "KEY =", which also clears what an included file
    // set.  A key or value that compile() would refuse is refused (check_item in config/lxc/key.h).
    Status set(std::string_view key, std::string_view value);
    // One more line with the key, at the end.
    Status append(std::string_view key, std::string_view value);
    // Removes the lines of a key; a group's name ("lxc.prlimit", "lxc.net.0") takes all keys below it.  Their number.
    size_t unset(std::string_view key);
    // Adds a comment line ("# TEXT") or, with an empty text, an empty line.
    Status comment(std::string_view text);

    bool operator==(const Document&) const = default;

  private:
    std::string name_;
    std::vector<Line> lines_;
};

// Whether a text holds a byte that could end a line for some reader of the file, or that a terminal would act on: all
// control bytes but the tab, and Unicode's line ends (CVE-2026-23953).
[[nodiscard]] bool breaks_line(std::string_view text);

// One line, read by LXC's rules.  The error names no file.
Result<Line> parse_line(std::string_view text);

}  // namespace cubby::lxc
