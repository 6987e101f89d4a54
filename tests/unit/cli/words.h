#pragma once
// A command line as a test writes it, and what the command would be given.

// FAIL(code, ...) is the one of base/result.h.
#ifndef GTEST_DONT_DEFINE_FAIL
#define GTEST_DONT_DEFINE_FAIL 1
#endif
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/registry.h"

namespace cubby::cli::test {

// Of the words of a command line, without "cubby": the row and the parsed rest.
struct Line {
    const Command* command = nullptr;
    Parsed parsed;
    [[nodiscard]] Context context() const { return {*command, parsed, {}, {}, true}; }
};

// Parses and counts operands, as cubby does before it runs a command.
inline Result<Line> line_of(const std::vector<std::string>& words) {
    Line line{.command = find_command(words.at(0)), .parsed = {}};
    if (line.command == nullptr) {
        return FAIL(Code::not_found, "no command %s", words[0].c_str());
    }
    line.parsed = TRY(parse(*line.command, std::span(words).subspan(1)));
    TRY(check_operands(*line.command, line.parsed));
    return line;
}

// The error's text, or "" where all is well.
template <class T>
std::string text_of(const Result<T>& result) {
    return result ? "" : result.error().message();
}

}  // namespace cubby::cli::test
