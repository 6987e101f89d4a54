#include "container/passwd.h"

#include <algorithm>
#include <optional>

#include "base/parse.h"

namespace cubby {
namespace {

constexpr size_t kMaxFile = size_t{1} << 20;
constexpr size_t kMaxLine = size_t{1} << 16;
constexpr uint64_t kMaxId = UINT32_MAX - 1;

std::optional<uint32_t> number(std::string_view text) {
    const auto value = parse_unsigned(text, kMaxId, "id");
    return value ? std::optional<uint32_t>(static_cast<uint32_t>(*value)) : std::nullopt;
}

// Lines with exactly `fields` parts; others, and overlong ones, are passed over as libc does.
std::vector<std::vector<std::string_view>> rows(std::string_view text, size_t fields) {
    std::vector<std::vector<std::string_view>> out;
    for (const auto line : split_words(text, "\n")) {
        auto parts = split_fields(line, ':');
        if (line.size() <= kMaxLine && parts.size() == fields) {
            out.push_back(std::move(parts));
        }
    }
    return out;
}

Result<uint32_t> find_group(std::string_view group_file, std::string_view text) {
    if (const auto gid = number(text)) {
        return *gid;
    }
    for (const auto& row : rows(group_file, 4)) {
        if (const auto gid = number(row[2]); gid && row[0] == text) {
            return *gid;
        }
    }
    return FAIL(Code::not_found, "no group '%.60s' in the container's /etc/group", printable(text).c_str());
}

// A field that will be a path in a command line of ours must be one.
std::string path_or(std::string_view field, const char* otherwise) {
    return field.starts_with('/') && !has_control(field) ? std::string(field) : std::string(otherwise);
}

}  // namespace

Result<GuestUser> find_user_in(std::string_view passwd, std::string_view group, std::string_view text) {
    const auto colon = text.find(':');
    const std::string_view wanted = text.empty() ? "0" : text.substr(0, colon);
    const auto wanted_uid = number(wanted);
    GuestUser user;
    std::string_view name;
    bool found = false;
    for (const auto& row : rows(passwd, 7)) {
        const auto uid = number(row[2]);
        const auto gid = number(row[3]);
        if (uid && gid && (wanted_uid ? *uid == *wanted_uid : row[0] == wanted)) {
            user = {*uid, *gid, {}, path_or(row[5], "/"), path_or(row[6], "/bin/sh")};
            name = row[0];
            found = true;
            break;
        }
    }
    if (!found) {
        if (!wanted_uid) {
            return FAIL(Code::not_found, "no user '%.60s' in the container's /etc/passwd", printable(wanted).c_str());
        }
        user.uid = *wanted_uid;
    }
    if (colon != std::string_view::npos) {
        user.gid = TRY(find_group(group, text.substr(colon + 1)));
        user.groups = {user.gid};  // an explicit group stands alone
        return user;
    }
    // Also the primary one, as initgroups(3) does: else a set-group-id program would be a way out of a group that a file
    // shuts out (CVE-2022-36109).
    user.groups = {user.gid};
    for (const auto& row : rows(group, 4)) {
        const auto gid = number(row[2]);
        if (gid && *gid != user.gid && !name.empty() && std::ranges::count(split_fields(row[3], ','), name) > 0) {
            user.groups.push_back(*gid);
        }
    }
    return user;
}

Result<GuestUser> find_guest_user(const Root& root, std::string_view text) {
    const auto passwd = root.read(TRY(RelPath::parse("etc/passwd")), kMaxFile);
    const auto group = root.read(TRY(RelPath::parse("etc/group")), kMaxFile);
    return find_user_in(passwd ? std::string_view(*passwd) : "", group ? std::string_view(*group) : "", text);
}

}  // namespace cubby
