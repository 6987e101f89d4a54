#include "security/labels.h"

namespace cubby::security {
namespace {

constexpr const char* kAppArmorExec = "attr/apparmor/exec";

}  // namespace

LabelStep apparmor_label(std::string key, const std::string& profile) {
    return {std::move(key), kAppArmorExec, "exec " + profile, profile, profile == "unconfined"};
}

LabelStep selinux_label(std::string key, const std::string& context) {
    return {std::move(key), "attr/exec", context, context};
}

Result<LabelStep> label_for(LabelModule module, std::string key, const std::string& label) {
    switch (module) {
        case LabelModule::apparmor: return apparmor_label(std::move(key), label);
        case LabelModule::selinux: return selinux_label(std::move(key), label);
        case LabelModule::none: break;
    }
    return FAIL(Code::unsupported, "%s: %.60s: this host runs neither AppArmor nor SELinux", key.c_str(),
                label.c_str());
}

LabelStep taken_on_now(LabelStep label) {
    // A profile is changed by a word of its own (aa_change_profile(2)), a context by the entry alone.
    const bool apparmor = label.entry == kAppArmorExec;
    label.value = apparmor ? "changeprofile " + label.label : label.label;
    label.entry = apparmor ? "attr/apparmor/current" : "attr/current";
    return label;
}

}  // namespace cubby::security
