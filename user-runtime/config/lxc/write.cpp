#include "config/lxc/write.h"

#include "config/lxc/legacy.h"

namespace cubby::lxc {

Result<Document> make_document(const NewContainer& container) {
    Document document = TRY(Document::parse(container.base.text, container.base.name));
    const std::vector<Line> lines = document.lines();
    const std::vector<std::string> names = modern_names(lines);
    for (size_t index = 0; index < lines.size(); ++index) {
        if (names[index].ends_with(".hwaddr") && lines[index].value.find_first_of("xX") != std::string::npos) {
            TRY(document.set(names[index], lines[index].value));  // chooses the digits
        }
    }
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
