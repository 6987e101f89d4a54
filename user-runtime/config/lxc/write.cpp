#include "config/lxc/write.h"

namespace cubby::lxc {

Result<Document> make_document(const NewContainer& container) {
    Document document = TRY(Document::parse(container.base.text, container.base.name));
    TRY(document.comment({}));
    TRY(document.comment("written by cubby create"));
    // Each is taken out first, so that these lines stand together.
    const auto write = [&document](const char* key, const std::string& value) -> Status {
        if (value.empty()) {
            return {};
        }
        document.unset(key);
        return document.append(key, value);
    };
    TRY(write("cubby.image", container.image));
    TRY(write("lxc.uts.name", container.hostname));
    TRY(write("lxc.rootfs.path", container.rootfs));
    if (!container.idmap.empty()) {
        document.unset("lxc.idmap");
    }
    for (const std::string& range : container.idmap) {
        TRY(document.append("lxc.idmap", range));
    }
    for (const Setting& each : container.settings) {
        TRY(document.set(each.key, each.value));
    }
    return document;
}

}  // namespace cubby::lxc
