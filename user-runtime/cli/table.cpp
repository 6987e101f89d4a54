#include "cli/table.h"

#include <algorithm>
#include <numeric>

namespace cubby::cli {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kLeastWidth = 8;  // of a column that shrinks, before others become narrower too

std::string padded(const std::string& text, size_t columns, bool right) {
    const size_t used = width(text);
    const std::string blanks(columns > used ? columns - used : 0, ' ');
    return right ? blanks + text : text + blanks;
}

// The widest column that may lose one character, or nothing.
std::vector<size_t>::iterator victim(std::vector<size_t>& widths, const std::vector<Column>& columns) {
    auto best = widths.end();
    for (const bool only_shrinking : {true, false}) {
        const size_t least = only_shrinking ? kLeastWidth : 1;
        for (auto one = widths.begin(); one != widths.end(); ++one) {
            const bool allowed = !only_shrinking || columns[static_cast<size_t>(one - widths.begin())].shrinks;
            if (allowed && *one > least && (best == widths.end() || *one > *best)) {
                best = one;
            }
        }
        if (best != widths.end()) {
            break;
        }
    }
    return best;
}

}  // namespace

void Table::add(std::vector<Cell> cells) {
    cells.resize(columns_.size(), Cell(""));
    for (Cell& cell : cells) {
        cell.text = shown(cell.text);
    }
    rows_.push_back(std::move(cells));
}

std::vector<size_t> Table::widths(const Terminal& terminal) const {
    std::vector<size_t> out;
    for (size_t at = 0; at < columns_.size(); ++at) {
        size_t most = width(columns_[at].title);
        for (const auto& row : rows_) {
            most = std::max(most, width(row[at].text));
        }
        out.push_back(most);
    }
    const auto total = [&] { return std::accumulate(out.begin(), out.end(), kGap * (out.size() - 1)); };
    while (terminal.columns > 0 && !out.empty() && total() > terminal.columns) {
        const auto narrower = victim(out, columns_);
        if (narrower != out.end()) {
            --*narrower;
        } else {
            out.pop_back();
        }
    }
    return out;
}

std::string Table::text(const Terminal& terminal) const {
    const std::vector<size_t> room = widths(terminal);
    std::string out;
    const auto add_line = [&](const auto& cell_of) {
        for (size_t at = 0; at < room.size(); ++at) {
            const Cell cell = cell_of(at);
            const std::string cut = fitted(cell.text, room[at], terminal);
            const bool last = at + 1 == room.size();
            const std::string filled = last && !columns_[at].right ? cut : padded(cut, room[at], columns_[at].right);
            out += coloured(filled, cut.empty() ? Colour::none : cell.colour, terminal.colour);
            out += last ? "" : std::string(kGap, ' ');
        }
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    };
    add_line([&](size_t at) { return Cell(columns_[at].title, Colour::bold); });
    for (const auto& row : rows_) {
        add_line([&](size_t at) { return row[at]; });
    }
    return out;
}

void Labels::add(std::string label, Cell value) {
    value.text = shown(value.text);
    lines_.emplace_back(std::move(label), std::move(value));
}

std::string Labels::text(const Terminal& terminal) const {
    size_t widest = 0;
    for (const auto& [label, value] : lines_) {
        widest = std::max(widest, width(label) + 1);
    }
    std::string out;
    for (const auto& [label, value] : lines_) {
        const size_t left = widest + kGap;
        const size_t room = terminal.columns > left + kLeastWidth ? terminal.columns - left : kLeastWidth;
        const std::string text = terminal.columns == 0 ? value.text : fitted(value.text, room, terminal);
        out.append(padded(label + ":", left, false)).append(coloured(text, value.colour, terminal.colour)).append("\n");
    }
    return out;
}

}  // namespace cubby::cli
