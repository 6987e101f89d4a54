#pragma once
// What stands behind a struct lxc_container: the caller sees the structure, the library the rest.

#include <memory>
#include <mutex>
#include <string>

#include "base/names.h"
#include "base/result.h"
#include "capi/include/lxc/lxccontainer.h"
#include "capi/settings.h"
#include "container/places.h"

namespace cubby::capi {

struct Object : lxc_container {
    Object(ContainerName container, const std::string& lxcpath);
    ~Object();
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    // Guards all members.  Never held while something is waited for.
    std::recursive_mutex guard;

    // The container and where it is, as they are now: a rename in another thread may change them.
    [[nodiscard]] ContainerName identity();
    Result<Places> places();
    void rename_to(ContainerName container);
    void move_to(const std::string& lxcpath);

    // The configuration in memory; nullptr where none is loaded, or where the caller has set lxc_conf to NULL.
    [[nodiscard]] Settings* settings();
    void set_settings(std::unique_ptr<Settings> loaded);
    // As settings(), made empty where there is none.
    Result<Settings*> ensure_settings();

    // Leaves an error for the caller in error_string and error_num.
    void fail(const Error& error) noexcept;

  private:
    void name_files();

    ContainerName identity_;
    std::unique_ptr<Settings> settings_;
};

}  // namespace cubby::capi
