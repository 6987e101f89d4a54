// Any text as /etc/subuid: what cubby-idmap grants of it is never more than libsubid does, and just as much where every line
// is as subuid(5) has it.  libsubid reads the file itself, so the text is put in its place, in a mount namespace of ours.
#include <fcntl.h>
#include <sched.h>
#include <shadow/subid.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "setuid-helpers/idmap/grants.h"
#include "tests/fuzz/oracle.h"

namespace {

using namespace cubby::idmap;

constexpr const char* kUser = "root";  // the one name that every passwd has

void write_file(const char* path, const std::string& text) {
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    require(fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()), path);
    close(fd);
}

// The file that /etc/subuid is from here on.
int make_ground() {
    const std::string uid = std::to_string(geteuid());
    const std::string gid = std::to_string(getegid());
    require(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, "a namespace of our own");
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/gid_map", "0 " + gid + " 1");
    write_file("/proc/self/uid_map", "0 " + uid + " 1");
    char path[] = "/tmp/cubby-fuzz-XXXXXX";
    const int file = mkstemp(path);
    require(file >= 0 && mount(path, "/etc/subuid", nullptr, MS_BIND, nullptr) == 0, "put a file in its place");
    unlink(path);
    subid_init("fuzz", fopen("/dev/null", "w"));
    return file;
}

// Before main(), where libFuzzer makes a second thread: a process with two gets no user namespace (unshare(2)).
const int kFile = make_ground();

struct Ours {
    std::vector<Range> grants;
    bool plain = true;  // every line is a grant, for whomever
};

Ours read_as_we_do(std::string_view text) {
    Ours out;
    const cubby::guard::Owner owner{0, Text::of(kUser)};
    Text rest(text.data(), text.size());
    while (rest.size() > 0) {
        const Text line = rest.next_field('\n');
        Text written;
        Range range;
        if (!parse_grant(line, written, range)) {
            out.plain = false;
        } else if (owner.is(written)) {
            out.grants.push_back(range);
        }
        out.plain = out.plain && line.size() < 1000 && written.size() > 0;
    }
    return out;
}

bool covers(const std::vector<Range>& grants, uint64_t id) {
    return std::ranges::any_of(grants,
                               [id](const Range& one) { return one.first <= id && id < one.first + one.count; });
}

std::vector<Range> read_as_libsubid() {
    subid_range* found = nullptr;
    const int count = subid_get_uid_ranges(kUser, &found);
    const std::unique_ptr<subid_range, void (*)(void*)> owned(found, std::free);
    std::vector<Range> out(static_cast<size_t>(std::max(count, 0)));
    for (size_t at = 0; at < out.size(); ++at) {
        out[at] = {found[at].start, found[at].count};
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto text = text_of(data, size);
    if (text.find('\0') != std::string_view::npos) {
        return 0;  // libsubid's lines end there
    }
    require(ftruncate(kFile, 0) == 0 && pwrite(kFile, data, size, 0) == static_cast<ssize_t>(size), "write the file");
    const Ours ours = read_as_we_do(text);
    const auto theirs = read_as_libsubid();
    for (const Range& grant : ours.grants) {
        require(covers(theirs, grant.first) && covers(theirs, grant.first + grant.count - 1),
                "we grant what libsubid does not");
    }
    for (const Range& grant : theirs) {
        require(!ours.plain || covers(ours.grants, grant.first), "libsubid grants a plain line that we do not");
    }
    return 0;
}
