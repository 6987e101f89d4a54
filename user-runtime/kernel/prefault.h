#pragma once
// Pages that a program is about to use, mapped in one system call instead of one fault each: an exception costs 0.5 to 1 us,
// on virtual machines that intercept it more than 20, and a start of a container takes over a hundred.  Only hints: a kernel
// without them (before Linux 5.14, madvise(2)) lets the faults come.

namespace cubby {

// The heap as it is now.  The program's own image has been mapped at its entry, where it is linked with `-e cubby_enter`
// (program_entry.cpp); elsewhere nothing is done.
void prefault_heap() noexcept;

// What a container's child runs, and the top of the stack for writing: in a fresh copy of a process, whose tables have no
// code yet, and whose every first write would be a fault.  The heap it only reads.
void prefault_copy() noexcept;

}  // namespace cubby
