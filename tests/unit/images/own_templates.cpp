#include "tests/unit/images/own_templates.h"

#include <fcntl.h>

#include <algorithm>

namespace cubby::test {

void StoreTest::SetUp() {
    HolderTest::SetUp();
    if (IsSkipped()) {
        return;
    }
    ids_ = container_ids();
    tree_ = std::make_unique<TemporaryTree>(holder_);
    ASSERT_TRUE(ok(tree_->root().make_dirs(*RelPath::parse("templates/recipes"), 0700)));
}

void StoreTest::put_template(const char* name, std::string_view body, std::string_view directives) const {
    const std::string text = "#!/bin/sh\n" + std::string(directives) +
                             "set -eu\nfor word; do case $word in --rootfs=*) rootfs=${word#*=} ;; esac; done\n" +
                             std::string(body);
    ASSERT_TRUE(ok(tree_->root().replace(*RelPath::parse("templates/recipes/" + std::string(name)), text, 0700)));
}

BuildRequest StoreTest::request(const std::string& name, std::vector<std::string> args) const {
    BuildRequest made;
    made.template_name = name;
    made.args = std::move(args);
    made.templates = home() + "/templates";
    made.ids = {ids_.holder, ids_.maps, nullptr};
    made.holder_maps = holder_.maps;
    return made;
}

ImageStore StoreTest::store() const { return *ImageStore::open(home() + "/cache/images", ids_.holder); }

std::string StoreTest::text_in(const Image& image, const char* path) {
    const auto root = Root::at(image.rootfs, Trust::guest);
    return root ? root->read(*RelPath::parse(path), 1U << 20U).value_or("") : "";
}

std::vector<std::string> StoreTest::leftovers() const {
    std::vector<std::string> names;
    const auto entries = Root::at(home() + "/cache/images").value().list();
    for (const DirEntry& entry : entries.value()) {
        if (entry.name != "images" && entry.name != "index" && entry.name != "locks" && entry.name != "logs") {
            names.push_back(entry.name);
        }
    }
    std::ranges::sort(names);
    return names;
}

}  // namespace cubby::test
