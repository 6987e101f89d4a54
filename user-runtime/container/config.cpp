#include "config/lxc/compile.h"
#include "config/lxc/global.h"
#include "config/lxc/key.h"
#include "config/lxc/listing.h"
#include "container/operations.h"
#include "container/store.h"

namespace cubby {
namespace {

struct Editable {
    Root directory;
    OperationLock lock;
    lxc::Document document;
};

Result<Editable> open_for_edit(const Places& places, const ContainerName& name) {
    LockedContainer locked = TRY(lock_container(places, name));
    lxc::Document document = TRY(load_document(places, locked.directory, name));
    return Editable{std::move(locked.directory), std::move(locked.lock), std::move(document)};
}

// Nothing that could not be started again is saved.
Status save_checked(const Places& places, const ContainerName& name, const Editable& edited) {
    TRY(load_spec(places, name, edited.document));
    return save_document(edited.directory, edited.document);
}

Result<lxc::Draft> load_draft(const Places& places, const ContainerName& name) {
    const Root directory = TRY(open_container(places, name));
    const auto document = TRY(load_document(places, directory, name));
    return lxc::load(document, name, directory_of(places, name));
}

}  // namespace

std::vector<ConfigKey> config_keys() {
    std::vector<ConfigKey> keys;
    for (const lxc::KeyInfo& key : lxc::list_keys()) {
        const std::string_view own = lxc::find_key(key.name).key->name;
        const char* const outcome =
            key.support == lxc::Support::refused ? " (a start is refused: " : " (kept without effect: ";
        keys.push_back({std::string(own) + (key.family ? "*" : ""), key.name + " = " + key.sample,
                        key.missing.empty() ? key.doc : key.doc + outcome + key.missing + ")"});
    }
    return keys;
}

Result<std::string> config_get(const Places& places, const ContainerName& name, const std::string& key) {
    return lxc::get_item(TRY(load_draft(places, name)), key);
}

Result<std::vector<std::string>> config_get(const Places& places, const ContainerName& name,
                                            const std::vector<std::string>& keys) {
    const auto loaded = TRY(load_draft(places, name));
    std::vector<std::string> values;
    values.reserve(keys.size());
    for (const std::string& key : keys) {
        values.push_back(lxc::get_item(loaded, key).value_or(""));
    }
    return values;
}

Status config_set(const Places& places, const ContainerName& name, const std::string& key, const std::string& value) {
    Editable edited = TRY(open_for_edit(places, name));
    TRY(edited.document.set(key, value));
    return save_checked(places, name, edited);
}

Status config_unset(const Places& places, const ContainerName& name, const std::string& key) {
    Editable edited = TRY(open_for_edit(places, name));
    if (edited.document.unset(key) == 0) {
        return FAIL(Code::not_found, "%s is not set in the configuration of %s", key.c_str(), name.c_str());
    }
    return save_checked(places, name, edited);
}

Result<std::string> config_text(const Places& places, const ContainerName& name) {
    const Root directory = TRY(open_container(places, name));
    return TRY(load_document(places, directory, name)).to_text();
}

Result<std::string> global_setting(const Places& places, const std::string& key) {
    if (key == "lxc.lxcpath") {
        return places.lxcpath;
    }
    return lxc::global_item(TRY(lxc::read_global(places.home)), key);
}

Status config_replace(const Places& places, const ContainerName& name, const std::string& text) {
    Editable edited = TRY(open_for_edit(places, name));
    edited.document = TRY(lxc::Document::parse(text, directory_of(places, name) + "/config"));
    return save_checked(places, name, edited);
}

}  // namespace cubby
