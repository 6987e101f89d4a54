#include "config/lxc/document.h"

#include <algorithm>

#include "base/parse.h"
#include "config/lxc/key.h"
#include "config/lxc/legacy.h"
#include "config/lxc/net_values.h"

namespace cubby::lxc {
namespace {

constexpr size_t kMaxPlaceBytes = 72;

bool key_byte(char byte) noexcept {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '.' || byte == '_' || byte == '-' || byte == '/';
}

bool ours(std::string_view line) noexcept { return line.starts_with("lxc.") || line.starts_with("cubby."); }

std::string_view without_quotes(std::string_view value) noexcept {
    const bool quoted =
        value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.front() == value.back();
    return quoted ? value.substr(1, value.size() - 2) : value;
}

std::string line_text(std::string_view key, std::string_view value) {
    std::string text(key);
    text += " =";
    if (!value.empty()) {
        const bool quote = trim(value) != value || without_quotes(value) != value;
        text.append(quote ? " \"" : " ").append(value).append(quote ? "\"" : "");
    }
    return text;
}

// Today's name of a key, and of an un-indexed lxc.network.* the one that it has behind these lines.
std::string wanted_name(std::string_view key, const std::vector<Line>& lines) {
    LegacyNics nics;
    for (const Line& line : lines) {
        count_nics(nics, line.key, line.value);
    }
    const auto modern = modern_name(key, nics);
    return modern && !modern->empty() ? *modern : std::string(key);
}

// A line of lxc.network.* that has no number belongs to an interface that was begun above it.
Status check_with_nics(std::string_view key, std::string_view value, const std::vector<Line>& lines) {
    const auto named = [&](const Line& line) { return line.key == "lxc.network.type" && !line.value.empty(); };
    return check_item(key, value, std::ranges::any_of(lines, named));
}

// An x in an interface's address is a digit by chance, chosen once: when the line is written (as LXC does).
Result<std::string> written_value(std::string_view key, std::string_view value) {
    const bool network = is_below(key, "lxc.net") || is_below(key, "lxc.network");
    return network && key.ends_with(".hwaddr") ? filled_hwaddr(value) : Result<std::string>(std::string(value));
}

Result<Line> checked_line(std::string_view key, std::string_view wanted, const std::vector<Line>& lines) {
    const std::string value = TRY(written_value(key, wanted));
    if (breaks_line(value)) {
        return FAIL(Code::usage, "%.80s: the value holds a control character", printable(key).c_str());
    }
    TRY(check_with_nics(key, value, lines));
    Line line = TRY(parse_line(line_text(key, value)));
    if (line.key != key || line.value != value) {
        return FAIL(Code::usage, "%.80s: this value cannot be written in a configuration file", printable(key).c_str());
    }
    return line;
}

Status check_room(const std::vector<Line>& lines, const Line& extra) {
    size_t bytes = extra.text.size() + 1;
    for (const Line& line : lines) {
        bytes += line.text.size() + 1;
    }
    if (bytes > kMaxTextBytes || lines.size() >= kMaxLines) {
        return FAIL(Code::usage, "the configuration would be over its limit of %zu bytes and %zu lines", kMaxTextBytes,
                    kMaxLines);
    }
    return {};
}

}  // namespace

bool breaks_line(std::string_view text) {
    const bool control =
        std::ranges::any_of(text, [](char byte) { return (byte >= 0 && byte < 0x20 && byte != '\t') || byte == 0x7f; });
    return control || text.find("\xe2\x80\xa8") != std::string_view::npos ||
           text.find("\xe2\x80\xa9") != std::string_view::npos || text.find("\xc2\x85") != std::string_view::npos;
}

std::string place(const Origin& origin) {
    const bool fits = origin.file.size() <= kMaxPlaceBytes;
    std::string text = fits ? origin.file : "..." + origin.file.substr(origin.file.size() - kMaxPlaceBytes);
    return printable(text) + ":" + std::to_string(origin.line);
}

Result<Line> parse_line(std::string_view text) {
    if (text.size() > kMaxLineBytes) {
        return FAIL(Code::invalid_config, "the line is longer than %zu bytes", kMaxLineBytes);
    }
    if (text.find('\0') != std::string_view::npos) {
        return FAIL(Code::invalid_config, "the line holds a NUL byte: this is not a text file");
    }
    Line line{.text = std::string(text), .key = {}, .value = {}};
    const std::string_view content = trim(text);
    if (content.empty() || content.front() == '#' || content == "\r") {
        return line;
    }
    if (!ours(content)) {
        line.foreign = true;
        return line;
    }
    if (breaks_line(content)) {
        const bool dos = content.back() == '\r';
        return FAIL(Code::invalid_config, "the line holds a control character%s",
                    dos ? " (a carriage return at its end: remove it with sed -i 's/\\r$//')" : "");
    }
    const size_t equals = content.find('=');
    const std::string_view key = trim(content.substr(0, equals));
    if (equals == std::string_view::npos) {
        return FAIL(Code::invalid_config, "'%.60s' has no '='; write KEY = VALUE", printable(key).c_str());
    }
    if (!std::ranges::all_of(key, key_byte)) {
        return FAIL(Code::invalid_config, "'%.60s' is not the name of a key", printable(key).c_str());
    }
    line.key = key;
    line.value = without_quotes(trim(content.substr(equals + 1)));
    return line;
}

Result<Document> Document::parse(std::string_view text, std::string name) {
    Document document;
    document.name_ = std::move(name);
    if (text.size() > kMaxTextBytes) {
        return FAIL(Code::invalid_config, "%s is larger than %zu bytes", place({document.name_, 1}).c_str(),
                    kMaxTextBytes);
    }
    for (unsigned number = 1; !text.empty(); ++number) {
        const Origin here{document.name_, number};
        const size_t end = std::min(text.find('\n'), text.size());
        if (number == 1 && text.starts_with("\xef\xbb\xbf")) {
            return FAIL(Code::invalid_config,
                        "%s: the file begins with a byte order mark; remove its first three bytes",
                        place(here).c_str());
        }
        if (number > kMaxLines) {
            return FAIL(Code::invalid_config, "%s: more than %zu lines", place(here).c_str(), kMaxLines);
        }
        auto line = parse_line(text.substr(0, end));
        if (!line) {
            return std::unexpected(prefixed(line.error(), "%s", place(here).c_str()));
        }
        // "KEY =" clears the key; cut off behind the '=', a file would say less than was meant.
        if (end == text.size() && !line->key.empty() && line->value.empty()) {
            return FAIL(Code::invalid_config, "%s: the file ends within '%.60s ='; end the line or remove it",
                        place(here).c_str(), line->key.c_str());
        }
        document.lines_.push_back(std::move(*line));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return document;
}

std::string Document::to_text() const {
    std::string text;
    for (const Line& line : lines_) {
        text.append(line.text).append("\n");
    }
    return text;
}

std::vector<std::string> Document::get(std::string_view key) const {
    const std::vector<std::string> names = modern_names(lines_);
    const std::string wanted = wanted_name(key, lines_);
    std::vector<std::string> values;
    for (size_t index = 0; index < lines_.size(); ++index) {
        if (names[index] != wanted) {
            continue;
        }
        if (lines_[index].value.empty()) {
            values.clear();
        } else {
            values.push_back(lines_[index].value);
        }
    }
    return values;
}

Status Document::set(std::string_view key, std::string_view value) {
    Line line = TRY(checked_line(key, value, lines_));
    TRY(check_room(lines_, line));
    const std::vector<std::string> names = modern_names(lines_);
    const std::string wanted = wanted_name(key, lines_);
    // Its last line, where no include behind it could set the key again, and win.
    size_t keep = lines_.size();
    for (size_t index = 0; index < lines_.size(); ++index) {
        if (names[index] == wanted) {
            keep = index;
        } else if (lines_[index].key == "lxc.include") {
            keep = lines_.size();
        }
    }
    std::vector<Line> kept;
    for (size_t index = 0; index < lines_.size(); ++index) {
        if (index == keep) {
            kept.push_back(line);
        } else if (names[index] != wanted) {
            kept.push_back(std::move(lines_[index]));
        }
    }
    if (keep == lines_.size()) {
        kept.push_back(std::move(line));
    }
    lines_ = std::move(kept);
    return {};
}

Status Document::append(std::string_view key, std::string_view value) {
    Line line = TRY(checked_line(key, value, lines_));
    TRY(check_room(lines_, line));
    lines_.push_back(std::move(line));
    return {};
}

size_t Document::unset(std::string_view key) {
    const bool below = is_group(key);
    const std::vector<std::string> names = modern_names(lines_);
    const std::string wanted = wanted_name(key, lines_);
    std::vector<Line> kept;
    for (size_t index = 0; index < lines_.size(); ++index) {
        const std::string& name = names[index];
        if (name.empty() || (name != wanted && !(below && is_below(name, wanted)))) {
            kept.push_back(std::move(lines_[index]));
        }
    }
    const size_t removed = lines_.size() - kept.size();
    lines_ = std::move(kept);
    return removed;
}

Status Document::comment(std::string_view text) {
    if (has_control(text)) {
        return FAIL(Code::usage, "a comment holds a control character");
    }
    const Line line = TRY(parse_line(text.empty() ? std::string() : "# " + std::string(text)));
    TRY(check_room(lines_, line));
    lines_.push_back(line);
    return {};
}

}  // namespace cubby::lxc
