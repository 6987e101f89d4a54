#include "config/lxc/codec.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

namespace cubby::lxc {
namespace {

constexpr auto kSpec = &Draft::spec;
constexpr auto kSecurity = &ContainerSpec::security;

// Blank separated names or numbers, more with each line.
Status add_capabilities(std::vector<std::string>& field, const Item& item) {
    const size_t before = field.size();
    for (const std::string_view word : split_words(item.value)) {
        if (!capability_number(word)) {
            field.resize(before);
            return refuse(item, "'%s' is not a capability; write names such as sys_time", shown(word).c_str());
        }
        field.emplace_back(word);
    }
    return {};
}

struct Drop {
    static Status read(std::vector<std::string>& field, const Item& item) { return add_capabilities(field, item); }
    static std::string print(const std::vector<std::string>& field) { return TextList::print(field); }
};

// As Drop; "none" forgets what was named before it and keeps nothing.
struct Keep {
    static Status read(std::optional<std::vector<std::string>>& field, const Item& item) {
        constexpr std::string_view none = "none";
        std::string_view names = item.value;
        bool forget = false;
        for (const std::string_view word : split_words(item.value)) {
            if (word == none) {
                names = {word.data() + none.size(), item.value.data() + item.value.size()};
                forget = true;
            } else if (!capability_number(word)) {
                return refuse(item, "'%s' is not a capability; write names such as sys_time", shown(word).c_str());
            }
        }
        if (!field || forget) {
            field.emplace();
        }
        return add_capabilities(*field, {item.key, item.member, names});
    }
    static std::string print(const std::optional<std::vector<std::string>>& field) {
        return field && field->empty() ? "none\n" : TextList::print(field.value_or(std::vector<std::string>{}));
    }
};

// A profile's or a context's name: what goes to the kernel as it is.
struct Label {
    static Status read(std::string& field, const Item& item) {
        if (item.value.size() > 255 || has_control(item.value) || item.value.find(' ') != std::string_view::npos) {
            return refuse(item, "'%s' is not a label: at most 255 characters without blanks",
                          shown(item.value).c_str());
        }
        field = item.value;
        return {};
    }
    static std::string print(const std::string& field) { return field; }
};

// Where LXC sends notified system calls: unix:PATH, printed without its front as by LXC.
struct ProxySocket {
    static Status read(std::string& field, const Item& item) {
        constexpr std::string_view front = "unix:";
        const std::string_view path =
            item.value.starts_with(front) ? item.value.substr(front.size()) : std::string_view(item.value);
        if (!path.starts_with('/')) {
            return refuse(item, "'%s' is not unix:PATH", shown(item.value).c_str());
        }
        field = path;
        return {};
    }
    static std::string print(const std::string& field) { return field; }
};

constexpr Key kRows[] = {
    kept<Flag, bool, "lxc.apparmor.allow_incomplete", "0">(
        "1", "1: the container starts although AppArmor cannot confine mounts"),
    kept<Flag, bool, "lxc.apparmor.allow_nesting", "0">("1",
                                                        "1: a generated AppArmor profile allows containers inside"),
    row<Label, kSpec, kSecurity, &SecuritySpec::apparmor_profile>(
        "lxc.apparmor.profile", "container-default",
        "the AppArmor profile of its processes, loaded before: a name, unconfined or unchanged"),
    row<TextList, &Draft::apparmor_rules>("lxc.apparmor.raw", "deny /srv/** w,",
                                          "a line of a generated AppArmor profile"),
    row<Drop, &Draft::drop_capabilities>("lxc.cap.drop", "sys_time mac_admin",
                                         "capabilities that no process of the container can have"),
    row<Keep, &Draft::keep_capabilities>("lxc.cap.keep", "chown setuid setgid",
                                         "the only capabilities that its processes can have; none: no capability"),
    row<Flag, kSpec, kSecurity, &SecuritySpec::session_keyring>("lxc.keyring.session", "0",
                                                                "0: no new session keyring is made"),
    row<Flag, kSpec, kSecurity, &SecuritySpec::no_new_privs>("lxc.no_new_privs", "1",
                                                             "1: no program can gain privileges by being executed"),
    row<Flag, &Draft::seccomp_allow_nesting>(
        "lxc.seccomp.allow_nesting", "1", "for LXC only: here the policy is loaded under another one's filter as well"),
    row<Text, kSpec, kSecurity, &SecuritySpec::notify_cookie>("lxc.seccomp.notify.cookie", "web1",
                                                              "a text that goes to the proxy with each system call"),
    row<ProxySocket, kSpec, kSecurity, &SecuritySpec::notify_proxy>(
        "lxc.seccomp.notify.proxy", "unix:/run/proxy.socket",
        "the socket of a program that answers the system calls that the policy notifies"),
    row<HostPath, &Draft::seccomp_profile>(
        "lxc.seccomp.profile", "/etc/policy.seccomp",
        "a file with a system call policy in LXC's format, besides the built-in one"),
    row<Label, kSpec, kSecurity, &SecuritySpec::selinux_context>("lxc.selinux.context", "user_u:user_r:container_t:s0",
                                                                 "the SELinux context of its processes"),
    kept<Label, std::string, "lxc.selinux.context.keyring">("user_u:user_r:container_t:s0",
                                                            "the SELinux context of its session keyring"),
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> security_keys() { return kRows; }

}  // namespace cubby::lxc
