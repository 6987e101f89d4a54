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

// What the network namespace of a running container shows; one in the host's own has no addresses of its own.
std::vector<Interface> interfaces_of(const ListedContainer& one) {
    const auto name = ContainerName::parse(one.summary.name);
    if (!name || one.summary.pid <= 0) {
        return {};
    }
    auto found = interfaces(one.places, *name);
    return found ? std::move(*found) : std::vector<Interface>{};
}

std::string addresses(const ListedContainer& one, bool six) {
    std::vector<std::string> out;
    for (const Interface& interface : interfaces_of(one)) {
        for (const std::string& address : interface.addresses) {
            if (!interface.loopback && (address.find(':') != std::string::npos) == six) {
                out.push_back(address);
            }
        }
    }
    return joined(out);
}

std::string names(const ListedContainer& one) {
    std::vector<std::string> out;
    for (const Interface& interface : interfaces_of(one)) {
        out.push_back(interface.name);
    }
    return joined(out);
}

std::string value(const ListedContainer& one, const char* key) {
    const auto name = ContainerName::parse(one.summary.name);
    return name && one.summary.defined ? value_of(one.places, *name, key) : "";
}

std::string groups(const ListedContainer& one) {
    const auto name = ContainerName::parse(one.summary.name);
    return name && one.summary.defined ? joined(groups_of(one.places, *name)) : "";
}

struct LsColumn {
    std::string_view title;
    std::string (*text)(const ListedContainer& one);
};
constexpr LsColumn kColumns[] = {
    {"NAME", [](const ListedContainer& one) { return one.summary.name; }},
    {"STATE", [](const ListedContainer& one) { return std::string(state_name(one.summary.state)); }},
    {"PID", [](const ListedContainer& one) { return one.summary.pid > 0 ? std::to_string(one.summary.pid) : ""; }},
    {"RAM", [](const ListedContainer&) { return std::string(); }},
    {"SWAP", [](const ListedContainer&) { return std::string(); }},
    {"AUTOSTART",
     [](const ListedContainer& one) { return std::string(value(one, "lxc.start.auto") == "1" ? "1" : "0"); }},
    {"GROUPS", groups},
    {"INTERFACE", names},
    {"IPV4", [](const ListedContainer& one) { return addresses(one, false); }},
    {"IPV6", [](const ListedContainer& one) { return addresses(one, true); }},
    {"UNPRIVILEGED", [](const ListedContainer&) { return std::string("true"); }},
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
        std::vector<std::string>& row = rows.emplace_back();
        for (const LsColumn* column : columns) {
            row.push_back(or_dash(shown(column->text(one))));
        }
    }
    std::string out;
    for (const auto& row : rows) {
        for (size_t at = 0; at < columns.size(); ++at) {
            const auto longer = [at](const auto& left, const auto& right) {
                return width(left[at]) < width(right[at]);
            };
            out += padded(row[at], width((*std::ranges::max_element(rows, longer))[at])) + " ";
        }
        out += "\n";
    }
    return out;
}

}  // namespace cubby::cli
