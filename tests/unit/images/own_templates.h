#pragma once
// A store and a folder of templates for a test, in a home that nobody but the user may walk.

#include <sys/stat.h>

#include <memory>
#include <string>
#include <string_view>

#include "images/store.h"
#include "tests/unit/storage/own_holder.h"

namespace cubby::test {

class StoreTest : public HolderTest {
  protected:
    void SetUp() override;
    // TEMPLATES/recipes/NAME: `body` follows a line that reads --rootfs into $rootfs.  Mode as with umask 077.
    void put_template(const char* name, std::string_view body, std::string_view directives = "") const;
    [[nodiscard]] BuildRequest request(const std::string& name, std::vector<std::string> args = {}) const;
    [[nodiscard]] ImageStore store() const;
    // A file of a finished image, as the container's root sees it; empty where there is none.
    [[nodiscard]] static std::string text_in(const Image& image, const char* path);
    // What is in STORE itself, beside its four folders.
    [[nodiscard]] std::vector<std::string> leftovers() const;
    [[nodiscard]] std::string home() const { return tree_->path(); }

    std::unique_ptr<TemporaryTree> tree_;
    ContainerIds ids_;
};

}  // namespace cubby::test
