#pragma once
// Tables for people: aligned, never wider than the terminal, cut with an ellipsis rather than wrapped.

#include <string>
#include <vector>

#include "cli/terminal.h"

namespace cubby::cli {

struct Cell {
    Cell(std::string content, Colour tint = Colour::none) : text(std::move(content)), colour(tint) {}
    std::string text;
    Colour colour = Colour::none;
};

struct Column {
    const char* title = "";
    bool right = false;    // numbers
    bool shrinks = false;  // the first to become narrower
};

class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // One cell a column.  Control characters are shown, not sent.
    void add(std::vector<Cell> cells);
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    // The heading and the rows, a line each.  Columns that have no room even at one character are left out, from the
    // right.
    [[nodiscard]] std::string text(const Terminal& terminal) const;

  private:
    [[nodiscard]] std::vector<size_t> widths(const Terminal& terminal) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

// Lines of "Label:   value", as `cubby info` prints.
class Labels {
  public:
    void add(std::string label, Cell value);
    [[nodiscard]] std::string text(const Terminal& terminal) const;

  private:
    std::vector<std::pair<std::string, Cell>> lines_;
};

}  // namespace cubby::cli
