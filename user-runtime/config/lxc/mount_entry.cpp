#include "config/lxc/mount_entry.h"

#include <sys/mount.h>

#include <algorithm>
#include <climits>

#include "base/names.h"
#include "base/parse.h"
#include "config/lxc/codec.h"
#include "config/lxc/document.h"

namespace cubby::lxc {
namespace {

// Mount attributes by fstab's words: what each sets and clears (mount_setattr(2)).  The access time mode is one field
// of the attributes, so each of its words clears all of it first.
struct Attribute {
    std::string_view word;
    uint64_t set;
    uint64_t clear;
};
constexpr Attribute kAttributes[] = {
    {"ro", MOUNT_ATTR_RDONLY, 0},
    {"rw", 0, MOUNT_ATTR_RDONLY},
    {"nosuid", MOUNT_ATTR_NOSUID, 0},
    {"suid", 0, MOUNT_ATTR_NOSUID},
    {"nodev", MOUNT_ATTR_NODEV, 0},
    {"dev", 0, MOUNT_ATTR_NODEV},
    {"noexec", MOUNT_ATTR_NOEXEC, 0},
    {"exec", 0, MOUNT_ATTR_NOEXEC},
    {"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
    {"diratime", 0, MOUNT_ATTR_NODIRATIME},
    {"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0},
    {"symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW},
    {"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
    {"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
    {"relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
    {"atime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
    {"norelatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
};

struct Propagation {
    std::string_view word;
    uint64_t flag;
};
constexpr Propagation kPropagations[] = {
    {"private", MS_PRIVATE}, {"rprivate", MS_PRIVATE}, {"shared", MS_SHARED},         {"rshared", MS_SHARED},
    {"slave", MS_SLAVE},     {"rslave", MS_SLAVE},     {"unbindable", MS_UNBINDABLE}, {"runbindable", MS_UNBINDABLE},
};

// Replaces \NNN, three octal digits, by the byte; any other backslash stays.
Result<std::string> unescape(std::string_view field) {
    const auto octal = [](char byte) { return byte >= '0' && byte <= '7'; };
    std::string out;
    for (size_t at = 0; at < field.size(); ++at) {
        const std::string_view digits = field.substr(at + 1, 3);
        if (field[at] != '\\' || digits.size() != 3 || !std::ranges::all_of(digits, octal)) {
            out += field[at];
            continue;
        }
        const auto byte = parse_octal(digits, 255, "escape");
        if (!byte || *byte == 0) {
            return FAIL(Code::usage, "'\\%s' is not the escape of a byte", std::string(digits).c_str());
        }
        out += static_cast<char>(static_cast<unsigned char>(*byte));
        at += 3;
    }
    return out;
}

// What the options say that is not in the entry itself.
struct Options {
    bool bind = false;
    bool relative = false;
    std::vector<std::string_view> unknown;
};

bool take_attribute(MountEntry& entry, std::string_view word) {
    const auto* const found = std::ranges::find(kAttributes, word, &Attribute::word);
    if (found == std::end(kAttributes)) {
        return false;
    }
    entry.set_attributes = (entry.set_attributes & ~found->clear) | found->set;
    entry.clear_attributes = (entry.clear_attributes & ~found->set) | found->clear;
    return true;
}

}  // namespace

Result<std::string> parse_id_map(std::string_view value) {
    if (value != "container" && (!value.starts_with('/') || value.size() >= PATH_MAX)) {
        return FAIL(Code::usage, "'idmap=%s' is neither idmap=container nor the absolute path of a user namespace",
                    shown(value).c_str());
    }
    return std::string(value);
}

namespace {

Result<bool> take_lxc_option(MountEntry& entry, Options& options, std::string_view word) {
    if (word == "create=dir" || word == "create=file") {
        entry.create = word == "create=dir" ? CreateTarget::directory : CreateTarget::file;
    } else if (word == "optional") {
        entry.optional = true;
    } else if (word == "relative") {
        options.relative = true;
    } else if (word.starts_with("create=")) {
        return FAIL(Code::usage, "'%s' is neither create=dir nor create=file", shown(word).c_str());
    } else if (word.starts_with("idmap=")) {
        entry.id_map = TRY(parse_id_map(word.substr(word.find('=') + 1)));
    } else {
        return false;
    }
    return true;
}

Result<Options> take_options(MountEntry& entry, std::string_view text) {
    Options options;
    for (const std::string_view word : split_words(text, ",")) {
        if (word == "defaults" || take_attribute(entry, word) || TRY(take_lxc_option(entry, options, word))) {
            continue;
        }
        if (word == "bind" || word == "rbind" || word == "move") {
            // What is moved is the container's copy of a mount, and the place that it was at is let go with the old root.
            options.bind = true;
            entry.recursive = entry.recursive || word != "bind";
            continue;
        }
        const auto* const propagation = std::ranges::find(kPropagations, word, &Propagation::word);
        if (propagation != std::end(kPropagations)) {
            entry.propagation = propagation->flag;
        } else {
            options.unknown.push_back(word);
        }
    }
    return options;
}

Status finish_bind(MountEntry& entry, const Options& options) {
    if (!options.unknown.empty()) {
        return FAIL(Code::usage, "a bind mount has no option '%s'", shown(options.unknown.front()).c_str());
    }
    entry.type.clear();
    if (options.relative) {
        if (!entry.id_map.empty()) {
            return FAIL(Code::usage, "the options 'relative' and 'idmap' do not go together");
        }
        entry.source = TRY(RelPath::guest(entry.source)).str();
        entry.source_in_root = true;
    }
    return {};
}

Status finish_filesystem(MountEntry& entry, const Options& options) {
    if (entry.type == "none" || entry.type == "bind") {
        return FAIL(Code::usage, "type '%s' needs the option bind or rbind", entry.type.c_str());
    }
    if (options.relative) {
        return FAIL(Code::usage, "the option 'relative' is for binds only");
    }
    if (!entry.id_map.empty()) {
        return FAIL(Code::usage, "the option 'idmap' is for binds; a new file system has the container's ids");
    }
    for (const std::string_view word : options.unknown) {
        entry.data.append(entry.data.empty() ? "" : ",").append(word);
    }
    return {};
}

}  // namespace

Result<MountEntry> parse_mount_entry(std::string_view line) {
    const auto words = split_words(line);
    if (words.size() < 4 || words.size() > 6) {
        return FAIL(Code::usage, "'%s' is not a line of fstab: write SOURCE TARGET TYPE OPTIONS, blanks as \\040",
                    shown(line).c_str());
    }
    for (size_t index = 4; index < words.size(); ++index) {
        TRY(parse_unsigned(words[index], UINT32_MAX, index == 4 ? "fifth field" : "sixth field"));
    }
    std::vector<std::string> fields;
    fields.reserve(4);
    for (size_t index = 0; index < 4; ++index) {
        fields.push_back(TRY(unescape(words[index])));
    }
    return make_mount_entry(std::move(fields[0]), std::move(fields[1]), std::move(fields[2]), fields[3]);
}

Result<MountEntry> make_mount_entry(std::string source, std::string target, std::string type,
                                    std::string_view option_words) {
    MountEntry entry;
    entry.source = std::move(source);
    entry.target = std::move(target);
    entry.type = std::move(type);
    TRY(RelPath::guest(entry.target));
    const Options options = TRY(take_options(entry, option_words));
    if (options.bind) {
        TRY(finish_bind(entry, options));
    } else {
        TRY(finish_filesystem(entry, options));
    }
    return entry;
}

Result<std::vector<MountEntry>> parse_fstab(std::string_view text, const std::string& name) {
    std::vector<MountEntry> entries;
    unsigned number = 0;
    for (const std::string_view line : split_fields(text, '\n')) {
        ++number;
        const std::string_view content = trim(line);
        if (content.empty() || content.front() == '#') {
            continue;
        }
        const std::string at = place({name, number});
        if (number > kMaxLines || line.size() > kMaxLineBytes || breaks_line(line)) {
            return FAIL(Code::invalid_config, "%s: the line is over a limit or holds a control character", at.c_str());
        }
        auto entry = parse_mount_entry(content);
        if (!entry) {
            return std::unexpected(prefixed(entry.error(), "%s", at.c_str()));
        }
        entries.push_back(std::move(*entry));
    }
    return entries;
}

}  // namespace cubby::lxc
