#include "container/places.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "config/lxc/global.h"

namespace cubby {

namespace {

Result<std::string> home_directory() {
    if (const char* home = getenv("HOME"); home != nullptr && *home == '/') {
        return home;
    }
    if (const passwd* entry = getpwuid(getuid());
        entry != nullptr && entry->pw_dir != nullptr && *entry->pw_dir == '/') {
        return entry->pw_dir;
    }
    return FAIL(Code::not_found, "HOME is not set and user %u has no entry in passwd; set HOME", getuid());
}

}  // namespace

Result<Places> find_places(const std::string& lxcpath) {
    Places places;
    places.home = TRY(home_directory());
    places.config = places.home + "/.config/lxc";
    places.images = places.home + "/.local/share/cubby/images";
    if (!lxcpath.empty()) {
        if (lxcpath.front() != '/') {
            return FAIL(Code::usage, "-P %s: the container directory is an absolute path", lxcpath.c_str());
        }
        places.lxcpath = lxcpath;
    } else {
        places.lxcpath = TRY(lxc::read_global(places.home)).lxcpath;
    }
    while (places.lxcpath.size() > 1 && places.lxcpath.ends_with('/')) {
        places.lxcpath.pop_back();
    }
    return places;
}

}  // namespace cubby
