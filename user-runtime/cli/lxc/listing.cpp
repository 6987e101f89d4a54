#include "cli/lxc/listing.h"

#include <algorithm>

#include "base/parse.h"
#include "cli/lxc/selection.h"
#include "cli/terminal.h"

namespace cubby::cli {
namespace {

std::string or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        out.append(out.empty() ? "" : ", ").append(word);
    }
    return out;
}

// One container, and what its network namespace shows: looked up once, since it takes a process of its own.
class Line {
  public:
    explicit Line(const ListedContainer& container) noexcept : one(container) {}
    const ListedContainer& one;

    // Of a running container; one in the host's own has no addresses of its own.
    const std::vector<Interface>& interfaces() {
        const auto name = ContainerName::parse(one.summary.name);
        if (!looked_ && name && one.summary.pid > 0) {
            interfaces_ = cubby::interfaces(one.places, *name).value_or(std::vector<Interface>{});
        }
        looked_ = true;
        return interfaces_;
    }

  private:
    bool looked_ = false;
    std::vector<Interface> interfaces_;
};

std::string addresses(Line& line, bool six) {
    std::vector<std::string> out;
    for (const Interface& interface : line.interfaces()) {
        for (const std::string& address : interface.addresses) {
            if (!interface.loopback && (address.find(':') != std::string::npos) == six) {
                out.push_back(address);
            }
        }
    }
    return joined(out);
}

std::string names(Line& line) {
    std::vector<std::string> out;
    for (const Interface& interface : line.interfaces()) {
        out.push_back(interface.name);
    }
    return joined(out);
}

std::string value(const ListedContainer& one, const char* key) {
    const auto name = ContainerName::parse(one.summary.name);
    return name && one.summary.defined ? value_of(one.places, *name, key) : "";
}

std::string groups(Line& line) {
    const ListedContainer& one = line.one;
    const auto name = ContainerName::parse(one.summary.name);
    return name && one.summary.defined ? joined(groups_of(one.places, *name)) : "";
}

struct LsColumn {
    std::string_view title;
    std::string (*text)(Line& line);
};
constexpr LsColumn kColumns[] = {
    {"NAME", [](Line& line) { return line.one.summary.name; }},
    {"STATE", [](Line& line) { return std::string(state_name(line.one.summary.state)); }},
    {"PID", [](Line& line) { return line.one.summary.pid > 0 ? std::to_string(line.one.summary.pid) : ""; }},
    {"RAM", [](Line&) { return std::string(); }},
    {"SWAP", [](Line&) { return std::string(); }},
    {"AUTOSTART", [](Line& line) { return std::string(value(line.one, "lxc.start.auto") == "1" ? "1" : "0"); }},
    {"GROUPS", groups},
    {"INTERFACE", names},
    {"IPV4", [](Line& line) { return addresses(line, false); }},
    {"IPV6", [](Line& line) { return addresses(line, true); }},
    {"UNPRIVILEGED", [](Line&) { return std::string("true"); }},
};

constexpr size_t kNarrowest = 4;  // LXC's columns are never narrower

std::string padded(const std::string& text, size_t columns) {
    return text + std::string(columns > width(text) ? columns - width(text) : 0, ' ');
}

}  // namespace

std::string plain_listing(const std::vector<ListedContainer>& containers, size_t line_width) {
    size_t widest = kNarrowest;
    for (const ListedContainer& one : containers) {
        widest = std::max(widest, one.summary.name.size());
    }
    const size_t cell = widest + 2;
    const size_t columns = line_width > 1 ? std::max<size_t>(1, line_width / cell) : 1;
    std::string out;
    for (size_t at = 0; at < containers.size(); ++at) {
        const std::string name = shown(containers[at].summary.name);
        const bool last = (at + 1) % columns == 0 || at + 1 == containers.size();
        out += line_width == 1 ? name : padded(name, columns == 1 ? widest : cell);
        out += last ? "\n" : "";
    }
    return out;
}

Result<std::string> fancy_listing(const std::vector<ListedContainer>& containers, std::string_view wanted) {
    std::vector<const LsColumn*> columns;
    for (const std::string_view word : split_words(wanted, ", ")) {
        const auto* found = std::ranges::find(kColumns, word, &LsColumn::title);
        if (found == std::end(kColumns)) {
            return FAIL(Code::usage, "Invalid key: %s", printable(word.substr(0, 60)).c_str());
        }
        columns.push_back(found);
    }
    if (containers.empty()) {
        return std::string();
    }
    std::vector<std::vector<std::string>> rows(1);
    for (const LsColumn* column : columns) {
        rows.front().emplace_back(column->title);
    }
    for (const ListedContainer& one : containers) {
        Line line(one);
        std::vector<std::string> row;
        row.reserve(columns.size());
        for (const LsColumn* column : columns) {
            row.push_back(or_dash(shown(column->text(line))));
        }
        rows.push_back(std::move(row));
    }
    std::vector<size_t> widths(columns.size());
    for (const auto& row : rows) {
        for (size_t at = 0; at < columns.size(); ++at) {
            widths[at] = std::max(widths[at], width(row[at]));
        }
    }
    std::string out;
    for (const auto& row : rows) {
        for (size_t at = 0; at < columns.size(); ++at) {
            out.append(padded(row[at], widths[at])).append(" ");
        }
        out += "\n";
    }
    return out;
}

}  // namespace cubby::cli
