// Every key of the configuration: whether it works here, and the test that shows it.  The section of keys in
// docs/lxc-compat.md is made from the key tables and from this list; CUBBY_GOLDEN_UPDATE=1 writes it anew.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "config/lxc/key.h"
#include "config/lxc/legacy.h"
#include "config/lxc/listing.h"
#include "config/lxc/net_values.h"
#include "kernel/root.h"
#include "tests/page_section.h"

namespace cubby::lxc {
namespace {

struct Shown {
    const char* key;   // a row's own name
    const char* file;  // below tests/
    const char* test;
};

// Sorted by key.
constexpr Shown kShown[] = {
    {"cubby.image", "unit/config/compile_test.cpp", "HarmlessKeysAreReported"},
    {"cubby.init.keep_groups", "security/test_config.py", "test_cve_2026_62313_absent_is_the_default"},
    {"cubby.init.reaper", "integration/test_key_effects.py", "test_reaper"},
    {"cubby.landlock.readable", "integration/test_confinement.py", "test_landlock"},
    {"cubby.landlock.writable", "integration/test_confinement.py", "test_landlock"},
    {"cubby.limit.inotify_instances", "integration/test_limits.py", "test_given_ones"},
    {"cubby.limit.namespaces", "integration/test_limits.py", "test_given_ones"},
    {"cubby.limit.processes", "integration/test_limits.py", "test_given_ones"},
    {"cubby.limit.user_namespaces", "integration/test_key_effects.py", "test_limit_of_user_namespaces"},
    {"cubby.nesting", "integration/test_limits.py", "test_nesting_is_by_choice"},
    {"cubby.seccomp.default", "integration/test_confinement.py", "test_without_the_default_filter"},
    {"lxc.apparmor.allow_incomplete", "unit/config/legacy_test.cpp", "EachOldNameIsTakenForTheNewOne"},
    {"lxc.apparmor.allow_nesting", "unit/config/lxc_text_test.cpp", "OfKeysWithOneValue"},
    {"lxc.apparmor.profile", "integration/test_confinement.py", "test_labels"},
    {"lxc.apparmor.raw", "unit/config/compile_test.cpp", "KeysThatWouldWeakenTheContainerStopIt"},
    {"lxc.arch", "integration/test_config_keys.py", "test_architecture"},
    {"lxc.autodev", "security/test_config.py", "test_cve_2026_62313_absent_is_the_default"},
    {"lxc.autodev.tmpfs.size", "integration/test_key_effects.py", "test_size_of_dev"},
    {"lxc.cap.drop", "integration/test_confinement.py", "test_capabilities"},
    {"lxc.cap.keep", "integration/test_confinement.py", "test_capabilities"},
    {"lxc.cgroup.dir", "unit/config/lxc_text_test.cpp", "OfKeysWithOneValue"},
    {"lxc.cgroup.dir.container", "unit/config/lxc_text_test.cpp", "OfKeysWithOneValue"},
    {"lxc.cgroup.dir.container.inner", "unit/config/lxc_text_test.cpp", "OfKeysWithOneValue"},
    {"lxc.cgroup.dir.monitor", "unit/config/lxc_text_test.cpp", "OfKeysWithOneValue"},
    {"lxc.cgroup.dir.monitor.pivot", "unit/config/lxc_text_test.cpp", "OfKeysWithOneValue"},
    {"lxc.cgroup.relative", "unit/config/lxc_text_test.cpp", "OfKeysWithOneValue"},
    {"lxc.cgroup2.", "integration/test_config_keys.py", "test_a_configuration_of_lxc_1"},
    {"lxc.console.buffer.size", "integration/test_key_effects.py", "test_size_of_the_consoles_history"},
    {"lxc.console.logfile", "security/test_mounts.py", "test_cve_2015_3627_standard_output_is_a_path_that_changes"},
    {"lxc.console.path", "integration/test_console_path.py", "test_a_terminal_shows_it_and_types_into_it"},
    {"lxc.console.rotate", "security/test_state.py", "test_cve_2026_48750_twin_log_is_kept_and_turned"},
    {"lxc.console.size", "security/test_state.py", "test_cve_2026_48750_twin_log_is_kept_and_turned"},
    {"lxc.environment", "integration/test_config_keys.py", "test_environment"},
    {"lxc.environment.hooks", "integration/test_hooks.py", "test_variables"},
    {"lxc.environment.runtime", "integration/test_config_keys.py", "test_environment"},
    {"lxc.ephemeral", "integration/test_config_keys.py", "test_a_configuration_of_lxc_1"},
    {"lxc.execute.cmd", "integration/test_lxc_life.py", "test_execute"},
    {"lxc.group", "integration/test_lxc_more.py", "test_order_and_groups"},
    {"lxc.hook.autodev", "integration/test_hooks.py", "test_all_in_their_order_with_the_arguments_of_version_0"},
    {"lxc.hook.clone", "integration/test_hooks.py", "test_a_clone_hook_sees_the_copy_as_its_root"},
    {"lxc.hook.destroy", "integration/test_hooks.py", "test_a_destroy_hook_can_keep_the_container"},
    {"lxc.hook.mount", "integration/test_hooks.py", "test_a_mount_hook_mounts_into_the_root"},
    {"lxc.hook.post-stop", "integration/test_hooks.py", "test_all_in_their_order_with_the_arguments_of_version_0"},
    {"lxc.hook.pre-mount", "integration/test_hooks.py", "test_all_in_their_order_with_the_arguments_of_version_0"},
    {"lxc.hook.pre-start", "integration/test_hooks.py", "test_what_a_pre_start_hook_makes_is_found"},
    {"lxc.hook.start", "integration/test_hooks.py", "test_a_start_hook_is_the_containers_own_program"},
    {"lxc.hook.start-host", "integration/test_hooks.py", "test_all_in_their_order_with_the_arguments_of_version_0"},
    {"lxc.hook.stop", "integration/test_hooks.py", "test_all_in_their_order_with_the_arguments_of_version_0"},
    {"lxc.hook.version", "integration/test_hooks.py", "test_variables"},
    {"lxc.idmap", "integration/test_bad_input.py", "test_id_map_that_the_host_does_not_allow"},
    {"lxc.include", "integration/test_config_keys.py", "test_the_fragments_of_images"},
    {"lxc.init.cmd", "integration/test_bad_input.py", "test_rootfs_without_init"},
    {"lxc.init.cwd", "integration/test_config_keys.py", "test_ids_of_the_first_process"},
    {"lxc.init.gid", "integration/test_config_keys.py", "test_ids_of_the_first_process"},
    {"lxc.init.groups", "integration/test_config_keys.py", "test_ids_of_the_first_process"},
    {"lxc.init.uid", "integration/test_config_keys.py", "test_ids_of_the_first_process"},
    {"lxc.keyring.session", "security/test_config.py", "test_cve_2026_62313_absent_is_the_default"},
    {"lxc.log.file", "integration/test_config_keys.py", "test_the_log_names_the_failure"},
    {"lxc.log.level", "integration/test_config_keys.py", "test_the_log_names_the_failure"},
    {"lxc.log.syslog", "integration/test_key_effects.py", "test_system_log"},
    {"lxc.monitor.signal.pdeath", "unit/config/lxc_text_test.cpp", "OfKeysWithOneValue"},
    {"lxc.monitor.unshare", "integration/test_hooks.py", "test_in_the_monitors_own_mount_namespace_hooks_mount"},
    {"lxc.mount.auto", "integration/test_config_keys.py", "test_debians_own_common_conf"},
    {"lxc.mount.entry", "integration/test_config_keys.py", "test_a_relative_bind_is_of_the_containers_own"},
    {"lxc.mount.fstab", "security/test_templates.py", "test_cve_2022_23648_mounts_of_an_image"},
    {"lxc.namespace.clone", "integration/test_key_effects.py", "test_namespaces_that_are_not_made"},
    {"lxc.namespace.keep", "integration/test_hosts.py", "test_kept"},
    {"lxc.namespace.share.", "integration/test_hosts.py", "test_shared_with_another_container"},
    {"lxc.net.", "unit/config/lxc_text_test.cpp", "OfInterfaces"},
    {"lxc.no_new_privs", "security/test_config.py", "test_cve_2026_62313_absent_is_the_default"},
    {"lxc.prlimit.", "integration/test_hosts.py", "test_sysctl_limit_and_mount_entry"},
    {"lxc.proc.", "security/test_config.py", "test_cve_2026_33945_keys_that_are_paths"},
    {"lxc.pty.max", "integration/test_key_effects.py", "test_number_of_ptys"},
    {"lxc.rootfs.managed", "security/test_config.py", "test_cve_2015_6927_backend_is_not_guessed_from_the_tree"},
    {"lxc.rootfs.mount", "integration/test_hooks.py", "test_variables"},
    {"lxc.rootfs.options", "integration/test_key_effects.py", "test_read_only_root"},
    {"lxc.rootfs.path", "integration/test_config_keys.py", "test_a_configuration_of_lxc_1"},
    {"lxc.sched.core", "integration/test_config_keys.py", "test_core_scheduling"},
    {"lxc.seccomp.allow_nesting", "unit/config/lxc_text_test.cpp", "OfKeysThatAreNotSet"},
    {"lxc.seccomp.notify.cookie", "integration/test_notify.py", "test_a_program_answers"},
    {"lxc.seccomp.notify.proxy", "integration/test_notify.py", "test_a_program_answers"},
    {"lxc.seccomp.profile", "integration/test_confinement.py", "test_policies_that_cannot_be_honoured_stop_the_start"},
    {"lxc.selinux.context", "integration/test_confinement.py", "test_labels"},
    {"lxc.selinux.context.keyring", "unit/config/compile_test.cpp", "KeysThatWouldWeakenTheContainerStopIt"},
    {"lxc.signal.halt", "integration/test_key_effects.py", "test_signal_of_a_halt"},
    {"lxc.signal.reboot", "integration/test_key_effects.py", "test_signal_of_a_reboot"},
    {"lxc.signal.stop", "integration/test_key_effects.py", "test_signal_of_a_stop"},
    {"lxc.start.auto", "integration/test_lxc_more.py", "test_order_and_groups"},
    {"lxc.start.delay", "integration/test_lxc_more.py", "test_order_and_groups"},
    {"lxc.start.order", "integration/test_lxc_more.py", "test_order_and_groups"},
    {"lxc.sysctl.", "integration/test_hosts.py", "test_sysctl_limit_and_mount_entry"},
    {"lxc.time.offset.boot", "integration/test_hosts.py", "test_every_kind_shared_by_name_and_by_path"},
    {"lxc.time.offset.monotonic", "integration/test_key_effects.py", "test_clock"},
    {"lxc.tty.dir", "integration/test_ttys.py", "test_in_a_directory_of_their_own"},
    {"lxc.tty.max", "integration/test_ttys.py", "test_bytes_both_ways_and_size"},
    {"lxc.uts.name", "integration/test_config_keys.py", "test_a_configuration_of_lxc_1"},
};

// Where LXC refuses a user without root, or does nothing for him, and cubby does it.
constexpr std::string_view kBeyond[] = {"lxc.rootfs.path"};

const Shown* shown_by(std::string_view key) {
    const auto* const at = std::ranges::find(kShown, key, [](const Shown& each) { return std::string_view(each.key); });
    return at == std::end(kShown) ? nullptr : at;
}

std::string row_of(const KeyInfo& info) {
    const std::string name = find_key(info.name).key->name;
    const bool beyond = std::ranges::find(kBeyond, name) != std::end(kBeyond);
    std::string standing = beyond ? "works where LXC refuses users" : "works";
    if (info.support == Support::noted) {
        standing = "accepted and reported: " + info.missing;
    } else if (info.support == Support::refused) {
        standing = "cannot; a start is refused: " + info.missing;
    }
    const Shown* const test = shown_by(name);
    return "| `" + name + (info.family ? "*" : "") + "` | " + standing + " | " +
           (test == nullptr ? "" : std::string("`") + test->file + "` " + test->test) + " |\n";
}

std::string section() {
    std::string text = "| key | here | shown by |\n| --- | --- | --- |\n";
    for (const KeyInfo& info : list_keys()) {
        text += row_of(info);
    }
    text +=
        "\n`lxc.hook` clears all hooks, `lxc.net` and `lxc.net.N` interfaces, the name of a family all of its keys.\n\n"
        "### Keys of one interface, `lxc.net.N.…`\n\n"
        "Interfaces of the types `none` and `empty` are made. The others, and the keys below, are accepted and reported: the\n"
        "container has its loopback interface then.\n\n| key | of type | where it is not set |\n| --- | --- | --- |\n";
    for (const NetSubkey& subkey : net_subkeys()) {
        text += std::string("| `") + subkey.name + "` | " + (subkey.type == nullptr ? "any" : subkey.type) + " | " +
                subkey.value + " |\n";
    }
    text +=
        "\n### Names of LXC 1.0 and 2.0\n\n"
        "They are read directly, and stay in the file as they were written (`tests/unit/config/legacy_test.cpp`).\n\n"
        "| old | today |\n| --- | --- |\n";
    for (const LegacyName& each : legacy_names()) {
        std::string today =
            each.name == nullptr ? "given up by LXC; accepted and reported" : std::string("`") + each.name + "`";
        if (std::string_view(each.old_name) == "lxc.rootfs.backend") {
            today = "the type of an `lxc.rootfs.path` without one";
        }
        if (!std::string_view(each.old_name).ends_with('.')) {
            text += std::string("| `") + each.old_name + "` | " + today + " |\n";
        }
    }
    text +=
        "| `lxc.network.KEY` | `lxc.net.N.KEY`; each `lxc.network.type` begins the next interface |\n"
        "| `lxc.cgroup.FILE` | `lxc.cgroup2.FILE` of version 2, its value converted |\n";
    return text;
}

TEST(KeysPage, IsCurrent) {
    const auto folder = Root::at(SOURCE_DIR "/docs");
    ASSERT_TRUE(folder);
    const auto file = *RelPath::component("lxc-compat.md");
    auto text = folder->read(file, 1 << 20);
    ASSERT_TRUE(text) << text.error().text;
    const std::string made = with_section(*text, "keys", section());
    if (getenv("CUBBY_GOLDEN_UPDATE") != nullptr) {
        ASSERT_TRUE(folder->replace(file, made, 0644));
        text = made;
    }
    EXPECT_EQ(made, *text);
    EXPECT_NE(made.find(section()), std::string::npos);
}

TEST(KeysPage, EveryKeyIsShownByATestThatIsThere) {
    for (const Key* key : all_keys()) {
        EXPECT_NE(shown_by(key->name), nullptr) << key->name << ": name a test in kShown";
    }
    const auto tests = Root::at(SOURCE_DIR "/tests");
    ASSERT_TRUE(tests);
    for (const Shown& each : kShown) {
        EXPECT_NE(find_key(each.key).key, nullptr) << each.key << " is no key";
        const auto text = tests->read(*RelPath::parse(each.file), 1 << 20);
        ASSERT_TRUE(text) << each.file;
        EXPECT_NE(text->find(each.test), std::string::npos) << each.file << " has no test " << each.test;
    }
    EXPECT_TRUE(std::ranges::is_sorted(kShown, {}, [](const Shown& each) { return std::string_view(each.key); }));
}

}  // namespace
}  // namespace cubby::lxc
