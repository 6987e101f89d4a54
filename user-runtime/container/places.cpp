#include "container/places.h"

#include <unistd.h>

#include <cstdlib>

#include "config/lxc/global.h"
#include "container/passwd.h"
#include "kernel/root.h"

namespace cubby {

namespace {

// HOME, else the entry of /etc/passwd; read here and not by NSS, which would load half a dozen libraries into every start.
Result<std::string> home_directory() {
    if (const char* home = secure_getenv("HOME"); home != nullptr && *home == '/') {
        return home;
    }
    const auto passwd = read_named("/etc/passwd", size_t{1} << 24);
    const auto user = find_user_in(passwd ? std::string_view(*passwd) : "", "", std::to_string(getuid()));
    if (user && user->home != "/") {
        return user->home;
    }
    return FAIL(Code::not_found, "HOME is not set and user %u has no home in /etc/passwd; set HOME", getuid());
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
