#pragma once
// Ending what a killed command has left half done.

#include "base/names.h"
#include "container/places.h"
#include "kernel/root.h"

namespace cubby {

// Whether recover() has something to look at: an intent, an ephemeral container (cubby run) whose monitor was killed, or
// a directory without a configuration.
Result<bool> is_interrupted(const Root& directory);

// A create is rolled back, a destroy is finished, a rename is finished or undone; a killed run is removed, and so is a
// directory in which nothing was made yet.  Waits at most `wait_ms` for a command that still works on it.
// True: it is some directory of the user's that is no container, and stays.  False: look again what the name leads to.
Result<bool> recover(const Places& places, const ContainerName& name, const Root& directory, int wait_ms);

// Removes the directory of a container that holds nothing but locks; with anything else in it, it stays.  True: it is
// gone.  The operation lock is held.
Result<bool> remove_if_empty(const Places& places, const ContainerName& name, const Root& directory);

// Deletes all files of a container, its directory and its socket, in the holder's namespace; the intent goes last.  The
// operation lock is held.
Status remove_files(const Places& places, const ContainerName& name, const Root& directory);

// Rewrites the container's paths in its configuration, which is in `directory` of the new name already.
Status rewrite_paths(const Places& old_places, const ContainerName& old_name, const Places& places,
                     const ContainerName& new_name, const Root& directory);

}  // namespace cubby
