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

// The containers of a table, and what its columns show of them.  Networks are looked up for all of them at once, and a
// configuration is read once.
class Table {
  public:
    explicit Table(const std::vector<ListedContainer>& containers) noexcept : containers_(containers) {}
    [[nodiscard]] const Summary& summary(size_t at) const noexcept { return containers_[at].summary; }

    // Of a running container: the host's, where it shares the host's network.
    const std::vector<Interface>& interfaces(size_t at) {
        if (interfaces_.empty()) {
            look_up();
        }
        return interfaces_[at];
    }
    // lxc.start.auto and lxc.group.
    const std::vector<std::string>& values(size_t at) {
        if (read_ != at) {
            read_ = at;
            const auto name = ContainerName::parse(summary(at).name);
            values_.assign(2, "");
            if (name && summary(at).defined) {
                values_ = values_of(containers_[at].places, *name, {"lxc.start.auto", "lxc.group"});
            }
        }
        return values_;
    }

  private:
    void look_up();

    const std::vector<ListedContainer>& containers_;
    std::vector<std::vector<Interface>> interfaces_;
    std::vector<std::string> values_;
    size_t read_ = SIZE_MAX;
};

void Table::look_up() {
    interfaces_.resize(containers_.size());
    std::vector<Whose> running;
    std::vector<size_t> places;
    for (size_t at = 0; at < containers_.size(); ++at) {
        auto name = ContainerName::parse(summary(at).name);
        if (name && summary(at).pid > 0) {
            running.push_back({containers_[at].places, std::move(*name)});
            places.push_back(at);
        }
    }
    if (auto found = cubby::interfaces(running)) {
        for (size_t at = 0; at < places.size(); ++at) {
            interfaces_[places[at]] = std::move((*found)[at]);
        }
    }
}

std::string addresses(Table& table, size_t at, bool six) {
    std::vector<std::string> out;
    for (const Interface& interface : table.interfaces(at)) {
        for (const std::string& address : interface.addresses) {
            if (!interface.loopback && (address.find(':') != std::string::npos) == six) {
                out.push_back(address);
            }
        }
    }
    return joined(out);
}

std::string names(Table& table, size_t at) {
    std::vector<std::string> out;
    for (const Interface& interface : table.interfaces(at)) {
        out.push_back(interface.name);
    }
    return joined(out);
}

std::string pid(Table& table, size_t at) {
    const pid_t pid = table.summary(at).pid;
    return pid > 0 ? std::to_string(pid) : "";
}

struct LsColumn {
    std::string_view title;
    std::string (*text)(Table& table, size_t at);
};
constexpr LsColumn kColumns[] = {
    {"NAME", [](Table& table, size_t at) { return table.summary(at).name; }},
    {"STATE", [](Table& table, size_t at) { return std::string(state_name(table.summary(at).state)); }},
    {"PID", pid},
    {"RAM", [](Table&, size_t) { return std::string(); }},
    {"SWAP", [](Table&, size_t) { return std::string(); }},
    {"AUTOSTART", [](Table& table, size_t at) { return std::string(table.values(at)[0] == "1" ? "1" : "0"); }},
    {"GROUPS", [](Table& table, size_t at) { return joined(groups_of(table.values(at)[1])); }},
    {"INTERFACE", names},
    {"IPV4", [](Table& table, size_t at) { return addresses(table, at, false); }},
    {"IPV6", [](Table& table, size_t at) { return addresses(table, at, true); }},
    {"UNPRIVILEGED", [](Table&, size_t) { return std::string("true"); }},
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
    Table table(containers);
    for (size_t at = 0; at < containers.size(); ++at) {
        std::vector<std::string> row;
        row.reserve(columns.size());
        for (const LsColumn* column : columns) {
            row.push_back(or_dash(shown(column->text(table, at))));
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
