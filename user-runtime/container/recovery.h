#pragma once
// Ending what a killed command has left half done.

#include "base/names.h"
#include "container/places.h"
#include "kernel/root.h"

namespace cubby {

// Looks at the container's intent: a create is rolled back, a destroy is finished, a rename is finished or undone.
// Waits for a command that still works on it.
Status recover(const Places& places, const ContainerName& name, const Root& directory);

// Removes ephemeral containers (cubby run) whose monitor was killed.  Errors are left for the next time.
void sweep_ephemeral(const Places& places);

// Deletes all files of a container and its directory, in the holder's namespace.  The operation lock is held.
Status remove_files(const Places& places, const ContainerName& name, const Root& directory);

// Rewrites the container's paths in its configuration after its directory went from `old_name` to `name`.
Status rewrite_paths(const Places& places, const ContainerName& old_name, const ContainerName& new_name,
                     const Root& directory);

}  // namespace cubby
