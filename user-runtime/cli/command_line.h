#pragma once
// A command line taken apart after the rows of cli/command.h.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace cubby::cli {

class Parsed {
  public:
    using Given = std::vector<std::pair<const Option*, std::string>>;

    Parsed() = default;
    Parsed(Given given, std::vector<std::string> operands, std::vector<std::string> tail)
        : operands_(std::move(operands)), tail_(std::move(tail)), given_(std::move(given)) {}

    // Options by their long name.
    [[nodiscard]] bool has(std::string_view option) const noexcept { return value(option) != nullptr; }
    // The last value given; nullptr: the option is not there.
    [[nodiscard]] const std::string* value(std::string_view option) const noexcept;
    [[nodiscard]] std::string value_or(std::string_view option, std::string_view otherwise) const;
    // Every value given, in order.
    [[nodiscard]] std::vector<std::string> values(std::string_view option) const;

    // With an option that stands for the first operand, that comes first.
    [[nodiscard]] const std::vector<std::string>& operands() const noexcept { return operands_; }
    // Options that were given before these, such as the program's: a later one wins.
    void put_before(const Parsed& earlier) {
        given_.insert(given_.begin(), earlier.given_.begin(), earlier.given_.end());
    }

    // The words after "--", or of the inner command.
    [[nodiscard]] const std::vector<std::string>& tail() const noexcept { return tail_; }

  private:
    std::vector<std::string> operands_;
    std::vector<std::string> tail_;
    Given given_;
};

// `words` without the command itself.  Errors: Code::usage, naming the option and the nearest one.  How many operands
// there are is checked by check_operands, so that --help works without any.
Result<Parsed> parse(const Command& command, std::span<const std::string> words);

Status check_operands(const Command& command, const Parsed& line);

// The verb of a command that has some: the first operand, or the first row where there is none.
Result<const Verb*> chosen_verb(const Command& command, const Parsed& line);

// "cubby create [OPTIONS] NAME [-- TEMPLATE-ARGUMENTS...]"; with a verb, its form.
[[nodiscard]] std::string usage_line(const Command& command, const Verb* verb = nullptr);

}  // namespace cubby::cli
