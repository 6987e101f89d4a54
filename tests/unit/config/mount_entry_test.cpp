#include "config/lxc/mount_entry.h"

#include <sys/mount.h>

#include "tests/unit/config/texts.h"

namespace cubby::lxc {
namespace {

MountEntry entry(std::string_view line) {
    auto result = parse_mount_entry(line);
    EXPECT_TRUE(result) << line << ": " << result.error().text;
    return result ? *result : MountEntry();
}

std::string refused(std::string_view line) {
    const auto result = parse_mount_entry(line);
    return result ? "no error" : result.error().text;
}

TEST(LxcMountEntry, Bind) {
    const MountEntry bind = entry("/srv/data srv/data none bind,ro,create=dir,optional 0 0");
    EXPECT_EQ(bind.source, "/srv/data");
    EXPECT_EQ(bind.target, "srv/data");
    EXPECT_EQ(bind.type, "");
    EXPECT_EQ(bind.data, "");
    EXPECT_EQ(bind.set_attributes, uint64_t{MOUNT_ATTR_RDONLY});
    EXPECT_EQ(bind.clear_attributes, 0U);
    EXPECT_EQ(bind.create, CreateTarget::directory);
    EXPECT_TRUE(bind.optional);
    EXPECT_FALSE(bind.recursive);
    EXPECT_EQ(entry("/a b none rbind").recursive, true);
    EXPECT_EQ(entry("/a b none bind,rbind,bind").recursive, true);
    EXPECT_EQ(entry("/a b ext4 bind").type, "");
    EXPECT_EQ(entry("/a b none bind,create=file").create, CreateTarget::file);
}

TEST(LxcMountEntry, RelativeSourceIsAGuestPath) {
    const MountEntry relative = entry("/usr//lib/ mnt none bind,relative");
    EXPECT_TRUE(relative.source_in_root);
    EXPECT_EQ(relative.source, "usr/lib");
    EXPECT_FALSE(entry("usr mnt none bind").source_in_root);
    EXPECT_NE(refused("../etc mnt none bind,relative"), "no error");
    EXPECT_EQ(refused("x mnt tmpfs relative"), "the option 'relative' is for binds only");
}

TEST(LxcMountEntry, EveryAttribute) {
    struct Case {
        const char* options;
        uint64_t set;
        uint64_t clear;
    };
    const uint64_t atime = MOUNT_ATTR__ATIME;
    for (const Case& each : {Case{"ro", MOUNT_ATTR_RDONLY, 0},
                             {"rw", 0, MOUNT_ATTR_RDONLY},
                             {"nosuid,nodev,noexec", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0},
                             {"suid,dev,exec", 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC},
                             {"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
                             {"diratime", 0, MOUNT_ATTR_NODIRATIME},
                             {"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0},
                             {"symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW},
                             {"noatime", MOUNT_ATTR_NOATIME, atime},
                             {"relatime", 0, atime},
                             {"atime", 0, atime},
                             {"strictatime", MOUNT_ATTR_STRICTATIME, atime},
                             {"norelatime", MOUNT_ATTR_STRICTATIME, atime},
                             {"noatime,strictatime", MOUNT_ATTR_STRICTATIME, atime},
                             {"noatime,relatime", 0, atime},
                             {"ro,rw", 0, MOUNT_ATTR_RDONLY},
                             {"rw,ro", MOUNT_ATTR_RDONLY, 0},
                             {"defaults", 0, 0}}) {
        const MountEntry bind = entry("/a b none bind," + std::string(each.options));
        EXPECT_EQ(bind.set_attributes, each.set) << each.options;
        EXPECT_EQ(bind.clear_attributes & ~(each.set & atime), each.clear & ~(each.set & atime)) << each.options;
        // The kernel takes a new access time mode only where all of the field is cleared (mount_setattr(2)).
        EXPECT_EQ(bind.clear_attributes & atime, each.clear & atime) << each.options;
    }
}

TEST(LxcMountEntry, EveryPropagation) {
    EXPECT_EQ(entry("/a b none bind,private").propagation, uint64_t{MS_PRIVATE});
    EXPECT_EQ(entry("/a b none rbind,rprivate").propagation, uint64_t{MS_PRIVATE});
    EXPECT_EQ(entry("/a b none bind,slave").propagation, uint64_t{MS_SLAVE});
    EXPECT_EQ(entry("/a b none rbind,rslave").propagation, uint64_t{MS_SLAVE});
    EXPECT_EQ(entry("/a b none bind,shared").propagation, uint64_t{MS_SHARED});
    EXPECT_EQ(entry("/a b none bind,rshared").propagation, uint64_t{MS_SHARED});
    EXPECT_EQ(entry("/a b none bind,unbindable").propagation, uint64_t{MS_UNBINDABLE});
    EXPECT_EQ(entry("/a b none bind,runbindable").propagation, uint64_t{MS_UNBINDABLE});
    // Only rbind brings the mounts below the source along.
    EXPECT_FALSE(entry("/a b none bind,rslave").recursive);
}

TEST(LxcMountEntry, NewFileSystems) {
    const MountEntry tmpfs = entry("tmpfs tmp tmpfs defaults,nosuid,size=10m,mode=1777 0 0");
    EXPECT_EQ(tmpfs.type, "tmpfs");
    EXPECT_EQ(tmpfs.source, "tmpfs");
    EXPECT_EQ(tmpfs.data, "size=10m,mode=1777");
    EXPECT_EQ(tmpfs.set_attributes, uint64_t{MOUNT_ATTR_NOSUID});
    EXPECT_EQ(entry("none dev/mqueue mqueue rw").type, "mqueue");
    EXPECT_EQ(refused("proc proc none ro"), "type 'none' needs the option bind or rbind");
    EXPECT_EQ(refused("/a b bind ro"), "type 'bind' needs the option bind or rbind");
}

TEST(LxcMountEntry, OctalEscapes) {
    const MountEntry escaped = entry(R"(/a\040b c\011d\134 none bind)");
    EXPECT_EQ(escaped.source, "/a b");
    EXPECT_EQ(escaped.target, "c\td\\");
    EXPECT_EQ(entry("/a\\04 b none bind").source, "/a\\04");
    EXPECT_EQ(entry("/a\\ b none bind").source, "/a\\");
    EXPECT_EQ(entry("/\\303\\244 b none bind").source, "/\xc3\xa4");
    EXPECT_EQ(refused("/a\\000 b none bind"), "'\\000' is not the escape of a byte");
    EXPECT_EQ(refused("/a\\777 b none bind"), "'\\777' is not the escape of a byte");
    EXPECT_NE(refused("/a b/\\056\\056/c none bind"), "no error");  // ".." by escapes
}

TEST(LxcMountEntry, FieldsAndTargetsAreChecked) {
    for (const char* line : {"", "a", "/a b", "/a b none", "/a b none bind 0 0 0", "/a b none bind x",
                             "/a b none bind 0 -1", "/a .. none bind", "/a b/../../c none bind", "/a / none bind"}) {
        EXPECT_NE(refused(line), "no error") << line;
    }
    EXPECT_EQ(entry("\t/a   b\tnone  bind\t1\t2 ").target, "b");
    EXPECT_EQ(entry("/a /abs/target none bind").target, "/abs/target");
}

TEST(LxcMountEntry, OptionsAreChecked) {
    EXPECT_EQ(refused("/a b none bind,size=1"), "a bind mount has no option 'size=1'");
    EXPECT_EQ(refused("/a b none bind,noxec"), "a bind mount has no option 'noxec'");
    EXPECT_EQ(refused("/a b none bind,create=link"), "'create=link' is neither create=dir nor create=file");
    for (const char* map : {"", "root", "proc/1/ns/user"}) {
        EXPECT_EQ(refused(std::string("/a b none bind,idmap=") + map),
                  std::string("'idmap=") + map +
                      "' is neither idmap=container nor the absolute path of a user namespace");
    }
    EXPECT_EQ(refused("a b none bind,relative,idmap=container"),
              "the options 'relative' and 'idmap' do not go together");
    EXPECT_EQ(refused("tmpfs b tmpfs idmap=container"),
              "the option 'idmap' is for binds; a new file system has the container's ids");
}

TEST(LxcMountEntry, IdMaps) {
    EXPECT_EQ(entry("/a b none bind").id_map, "");
    EXPECT_EQ(entry("/a b none rbind,idmap=container").id_map, "container");
    EXPECT_EQ(entry("/a b none bind,idmap=/proc/1/ns/user").id_map, "/proc/1/ns/user");
}

TEST(LxcMountEntry, MoveIsABindOfAllBelow) { EXPECT_EQ(entry("/a b none move"), entry("/a b none rbind")); }

TEST(LxcFstab, SkipsCommentsAndNamesLines) {
    const auto entries = parse_fstab("# c\n\n/a b none bind\n  tmpfs tmp tmpfs rw\n", "/etc/f");
    ASSERT_TRUE(entries) << entries.error().text;
    ASSERT_EQ(entries->size(), 2U);
    EXPECT_EQ((*entries)[1].type, "tmpfs");
    const auto bad = parse_fstab("# c\n/a b none\n", "/etc/f");
    ASSERT_FALSE(bad);
    EXPECT_STREQ(bad.error().text,
                 "/etc/f:2: '/a b none' is not a line of fstab: write SOURCE TARGET TYPE OPTIONS, blanks as \\040");
    const auto dos = parse_fstab("/a b none bind\r\n", "/etc/f");
    ASSERT_FALSE(dos);
    EXPECT_STREQ(dos.error().text, "/etc/f:1: the line is over a limit or holds a control character");
    EXPECT_TRUE(parse_fstab("", "/etc/f")->empty());
}

}  // namespace
}  // namespace cubby::lxc
