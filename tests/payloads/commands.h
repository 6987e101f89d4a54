#pragma once
// The probe's sub-commands.  Each takes the words after its name and answers the exit status.

#include <span>
#include <string>

namespace probe {

using Words = std::span<const std::string>;

int report(Words words);      // what this process has: descriptors, ids, capabilities, namespaces, mounts
int call(Words words);        // one attack by a system call, by name: prints its result and errno
int compat(Words words);      // the same system call by number in another ABI: i386 or x32
int hunt(Words words);        // for N seconds, reaches into every process that appears
int race(Words words);        // swaps two names for N seconds or swaps, whichever ends first
int reach(Words words);       // opens the files named for writing, each in every way there is
int connect_to(Words words);  // connects to a socket and sends one frame
int shim(Words words);        // runs a command under a kernel that lacks something

}  // namespace probe
