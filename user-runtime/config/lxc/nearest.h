#pragma once
// "Did you mean …?": the one of some names that needs the fewest edits to become what was written.

#include <cstddef>
#include <string>
#include <string_view>

namespace cubby::lxc {

// The number of single bytes to insert, remove, replace or swap with their neighbour that lead from one to the other.
// Texts of more than 96 bytes are cut.
[[nodiscard]] size_t edit_distance(std::string_view from, std::string_view to);

class Nearest {
  public:
    explicit Nearest(std::string_view wanted);
    void offer(std::string_view candidate);
    // The best candidate, or an empty string where none is nearer than a third of the length.
    [[nodiscard]] const std::string& name() const noexcept { return best_; }
    // "; did you mean NAME?", or an empty string.
    [[nodiscard]] std::string hint() const;

  private:
    std::string wanted_;
    std::string best_;
    size_t distance_;  // of the best, or one more than is accepted
};

}  // namespace cubby::lxc
