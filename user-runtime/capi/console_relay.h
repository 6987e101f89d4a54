#pragma once
// Bytes between a terminal of a container's and descriptors of the caller's.

#include "base/result.h"
#include "monitor/terminal.h"

namespace cubby::capi {

struct ConsoleEnds {
    int in;      // what is typed; a terminal is in raw mode meanwhile, and its size is the console's
    int out;     // what the container writes
    int escape;  // the control code of the letter that leaves, with q behind it (1: ^a); 0 or less: none does
};

// Returns at the escape, at the end of the container or of its terminal.  The end of another input leaves the output on.
Status relay_console(Terminal& inside, const ConsoleEnds& ends);

// The terminal of a process that was attached: a pty's master, until the process behind `pidfd` has ended.  An end of -1
// is none.  What the terminal shows is written to `log` as well (-1: nowhere).
struct AttachedTerminal {
    int master;
    int pidfd;
    int log;
};
Status relay_attached(const AttachedTerminal& inside, const ConsoleEnds& ends);

}  // namespace cubby::capi
