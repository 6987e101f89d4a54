// Building an image: the part of ImageStore that runs templates.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>

#include "base/parse.h"
#include "images/store.h"
#include "images/template_run.h"
#include "images/tree_digest.h"
#include "kernel/userns_process.h"

namespace cubby {
namespace {

constexpr size_t kMaxConfig = 65536;

// The last line that says something.
std::string last_line(int log) {
    std::array<char, 4096> bytes{};
    const off_t size = lseek(log, 0, SEEK_END);
    const off_t begin = size > static_cast<off_t>(bytes.size()) ? size - static_cast<off_t>(bytes.size()) : 0;
    const ssize_t got = pread(log, bytes.data(), bytes.size(), begin);
    std::string_view text(bytes.data(), static_cast<size_t>(got > 0 ? got : 0));
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    const auto newline = text.rfind('\n');
    return printable(newline == std::string_view::npos ? text : text.substr(newline + 1));
}

// The exit statuses of templates/CONTRACT.md.
Code code_of(const ExitStatus& ended) {
    constexpr int kUsage = 2;
    constexpr int kLacking = 3;
    if (ended.signaled) {
        return Code::child_failed;
    }
    if (ended.value == kUsage) {
        return Code::usage;
    }
    return ended.value == kLacking ? Code::unsupported : Code::child_failed;
}

Status failure(const TemplateProgram& program, const ExitStatus& ended, int log, const std::string& log_path) {
    if (ended.signaled) {
        return FAIL(Code::child_failed, "template %.60s was killed by signal %d; its log is %s", program.name.c_str(),
                    ended.value, log_path.c_str());
    }
    const std::string said = last_line(log);
    if (said.empty()) {
        return FAIL(code_of(ended), "template %.60s ended with exit status %d and said nothing", program.name.c_str(),
                    ended.value);
    }
    return FAIL(code_of(ended), "%.150s; its log is %s", said.c_str(), log_path.c_str());
}

std::string machine() {
    utsname names{};
    return uname(&names) == 0 ? names.machine : "unknown";
}

std::string log_name(const TemplateProgram& program, const std::string& key) {
    return program.program.substr(program.program.rfind('/') + 1) + "-" + key.substr(0, 12) + ".log";
}

}  // namespace

Status ImageStore::run(const BuildRequest& request, const TemplateProgram& program, const std::string& key,
                       const Root& place, const BuildProgress& progress) const {
    const BuildGround ground = TRY(look_at_ground(program, request.ids));
    TRY(prepare_place(place, program, ground, request.ids));
    const RelPath log_file = TRY(RelPath::parse("logs/" + log_name(program, key)));
    const Fd log = TRY(root_.open(log_file, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0600));
    std::vector<std::string> args;
    if (!request.architecture.empty()) {
        args.push_back("--arch=" + request.architecture);
    }
    args.insert(args.end(), request.args.begin(), request.args.end());
    const ExitStatus ended =
        TRY(run_template({program, args, request.ids, ground, path_ + "/building-" + key, log.get()}, progress));
    if (ended.signaled || ended.value != 0) {
        return failure(program, ended, log.get(), path_ + "/" + log_file.str());
    }
    return root_.rename(log_file, TRY(RelPath::parse("building-" + key + "/log")));
}

Result<Image> ImageStore::fill(const BuildRequest& request, const TemplateProgram& program, const std::string& key,
                               const Root& place, const BuildProgress& progress) const {
    TRY(run(request, program, key, place, progress));
    Image image;
    image.template_name = program.name;
    image.args = request.args;
    image.architecture = request.architecture.empty() ? machine() : request.architecture;
    image.created = time(nullptr);
    const auto config = place.read(TRY(RelPath::parse("box/config")), kMaxConfig);
    if (config) {
        take_settings(*config, image);
    } else if (config.error().code != Code::not_found) {
        return std::unexpected(prefixed(config.error(), "template %s", program.name.c_str()));
    }
    if (progress) {
        progress(0, 0, "checking and storing the image");
    }
    const Fd rootfs = TRY(place.open(TRY(RelPath::component("rootfs")), O_PATH | O_DIRECTORY));
    const auto digest =
        TRY(ask_user_namespace<TreeDigest>({holder_, &request.ids.maps, {}}, [&]() -> Result<TreeDigest> {
            TRY(become_root());
            return digest_tree(rootfs.get());
        }));
    if (digest.entries == 0) {
        return FAIL(Code::child_failed, "template %s ended well but made no files", program.name.c_str());
    }
    // The same tree under other host ids is another image: its files on disk belong to others.
    Sha256Hasher id;
    id.add_sized(digest.id.hex());
    id.add_sized(ids_text(request));
    image.id = "sha256-" + id.finish().hex();
    image.bytes = digest.bytes;
    image.entries = digest.entries;
    image.rootfs = path_ + "/images/" + image.id + "/rootfs";
    TRY(delete_entry(place, TRY(RelPath::component("box"))));
    TRY(publish(key, place, image));
    return image;
}

// Data first, then the name: after a power loss an image is whole or not there.
Status ImageStore::publish(const std::string& key, const Root& place, const Image& image) const {
    const std::string text = TRY(metadata_text(image));
    const RelPath meta = TRY(RelPath::component("meta"));
    const RelPath final_place = TRY(RelPath::parse("images/" + image.id));
    TRY(place.replace(meta, text));
    const Fd readable = TRY(place.open(meta, O_RDONLY));
    if (syncfs(readable.get()) != 0) {
        return FAIL_ERRNO("sync the image");
    }
    const FileLock lock = TRY(lock_uses());
    auto moved = root_.rename(TRY(RelPath::component("building-" + key)), final_place, RENAME_NOREPLACE);
    if (!moved && moved.error().code == Code::exists) {
        // The same tree by another way; it was renewed now.
        moved = root_.replace(final_place / meta, text);
    }
    TRY(std::move(moved));
    return root_.replace(TRY(RelPath::parse("index/" + key)), image.id + "\n");
}

Result<Image> ImageStore::build(const BuildRequest& request, const TemplateProgram& program, const std::string& key,
                                const BuildProgress& progress) const {
    const RelPath name = TRY(RelPath::component("building-" + key));
    TRY(delete_entry(root_, name));  // what an earlier, killed build of the same image left
    TRY(root_.mkdir(name, 0700));
    auto image = fill(request, program, key, TRY(root_.enter(name)), progress);
    // Left over after an error, and where the same tree was there already.
    auto cleared = delete_entry(root_, name);
    return cleared || !image ? image : std::unexpected(cleared.error());
}

}  // namespace cubby
