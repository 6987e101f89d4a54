#pragma once
// Running a program to its end and taking what it prints, within limits of time and size.

#include <string>

#include "base/result.h"
#include "kernel/process.h"

namespace cubby {

struct ProgramOutput {
    ExitStatus status;
    std::string text;
};

enum class Listen : uint8_t { output, errors, both };

// Starts `command` with a pipe as its standard output, standard error, or both (in/out/err of `command` that are not
// listened to stay as given).  Ends when the program has ended, whoever else may still hold the pipe.  After `timeout_ms`
// the program is killed: Code::timeout.  More than `limit` bytes: it is killed, Code::usage.
Result<ProgramOutput> run_and_collect(Command command, Listen listen, size_t limit, int timeout_ms);

}  // namespace cubby
