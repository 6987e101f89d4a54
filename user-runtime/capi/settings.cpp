#include "capi/settings.h"

#include <algorithm>

#include "config/lxc/compile.h"
#include "config/lxc/key.h"
#include "config/lxc/key_names.h"

namespace cubby::capi {
namespace {

// Whether a further value of the key stands beside those that it has, as lxc.environment's do.
Result<bool> adds_up(const lxc::Draft& draft, std::string_view key, std::string_view value) {
    if (key == "lxc.include") {
        return true;
    }
    lxc::Draft alone(draft.spec.name);
    TRY(lxc::assign(alone, key, value));
    lxc::Draft both = draft;
    TRY(lxc::assign(both, key, value));
    return TRY(lxc::get_item(alone, key)) != TRY(lxc::get_item(both, key));
}

}  // namespace

Result<Settings> Settings::read(lxc::Document document, ContainerName name, std::string directory) {
    auto draft = TRY(lxc::load(document, std::move(name), directory));
    return Settings(std::move(document), std::move(draft), std::move(directory));
}

Status Settings::replace(lxc::Document changed) {
    auto draft = TRY(lxc::load(changed, draft_.spec.name, directory_));
    document_ = std::move(changed);
    draft_ = std::move(draft);
    return {};
}

Status Settings::set(std::string_view key, std::string_view value) {
    if (value.empty()) {
        return clear(key);
    }
    lxc::Document changed = document_;
    if (TRY(adds_up(draft_, key, value))) {
        TRY(changed.append(key, value));
    } else {
        TRY(changed.set(key, value));
    }
    return replace(std::move(changed));
}

Status Settings::clear(std::string_view key) {
    TRY(lxc::get_item(draft_, key));
    lxc::Document changed = document_;
    changed.unset(key);
    TRY(replace(changed));
    // What an included file sets is cleared by a line behind it.
    const lxc::Draft fresh(draft_.spec.name);
    if (key != "lxc.include" && TRY(lxc::get_item(draft_, key)) != TRY(lxc::get_item(fresh, key))) {
        TRY(changed.append(key, ""));
        return replace(std::move(changed));
    }
    return {};
}

Status Settings::add(std::string_view text, const std::string& name) {
    const auto more = TRY(lxc::Document::parse(text, name));
    return replace(TRY(lxc::Document::parse(document_.to_text() + more.to_text(), document_.name())));
}

Result<std::string> Settings::get(std::string_view key) const { return lxc::get_item(draft_, key); }

Result<std::string> Settings::keys(std::string_view prefix) const { return lxc::key_names(draft_, prefix); }

}  // namespace cubby::capi
