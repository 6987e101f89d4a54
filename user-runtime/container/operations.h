#pragma once
// Everything that can be done with containers, for the faces above: the command line, later the C ABI and OCI.
// Each call is one operation; each either happens whole or leaves things as they were.  Errors name the container.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/id_range.h"
#include "base/names.h"
#include "base/result.h"
#include "container/places.h"
#include "kernel/interfaces.h"
#include "kernel/namespaces.h"
#include "monitor/state.h"
#include "spec/container_spec.h"

namespace cubby {

// --- making and removing ----------------------------------------------------------------------------------------------

// Long work reports here: done and total (0: unknown) in any unit, and what is going on.
using Progress = std::function<void(uint64_t done, uint64_t total, std::string_view what)>;

enum class UserNs : uint8_t { automatic, keep_id };  // keep_id: the user's own id appears inside as itself

struct CreateRequest {
    ContainerName name;
    std::string image = "busybox";  // a template's name, or the absolute path of one; "none": no root file system
    std::vector<std::string> template_args;
    std::string backend = "overlay";       // "overlay" on the cached image, or "dir": a full copy
    std::string config_file;               // -f: further configuration lines, host path
    std::optional<std::string> base = {};  // the text to begin with, instead of a file or the user's default.conf
    UserNs userns = UserNs::automatic;
    bool lxc_templates = false;  // a template of LXC comes before one of cubby of the same name
    std::string rootfs = {};  // absolute host path of the root file system, free or an empty directory of the user's;
                              // empty: in the container's own directory
};
Status create(const Places& places, const CreateRequest& request, const Progress& progress);

Status destroy(const Places& places, const ContainerName& name, bool force);
Status rename(const Places& places, const ContainerName& name, const ContainerName& new_name);

// --- running ----------------------------------------------------------------------------------------------------------

struct StepTime {
    std::string step;
    uint32_t microseconds = 0;
};

struct StartRequest {
    ContainerName name;
    std::vector<std::string> init;  // replaces lxc.init.cmd
    bool timings = false;
    std::optional<std::string> document = {};  // the configuration's text, instead of the saved one
    bool long_lived =
        false;  // this process will be there when the container ends, and is not its monitor's parent then
    std::string config_file = {};        // a host path: this configuration instead of the container's own
    std::vector<Setting> settings = {};  // added to the configuration for this start
    bool pipes = false;                  // in the foreground: without a terminal the caller's 0-2 go in as they are
};
struct Started {
    pid_t pid = -1;
    std::vector<std::string> lost;  // isolation that the host did not allow
    std::vector<StepTime> timings;
};
Result<Started> start(const Places& places, const StartRequest& request);
// In the foreground: the console is the caller's terminal; returns the exit status as a shell shows it.  With a
// config_file the container need not exist.
Result<int> start_foreground(const Places& places, const StartRequest& request);

struct Volume {
    std::string source;  // absolute host path
    std::string target;  // guest path
    bool read_only = false;
};
struct RunRequest {
    std::string what;                      // an image (template) name or the name of a container; empty with rootfs
    std::string rootfs;                    // --rootfs DIR, absolute
    std::optional<ContainerName> name;     // else one is made up
    std::vector<std::string> argv;         // empty: /bin/sh
    std::vector<std::string> environment;  // KEY=VALUE
    std::vector<Volume> volumes;
    std::string workdir;
    std::string user;  // UID[:GID] or names of the container's passwd and group
    std::string hostname;
    UserNs userns = UserNs::automatic;
    bool keep_groups = false;
    bool network_none = false;  // --network none: only loopback; else the host's
    bool interactive = false;   // -i: standard input goes in
    bool terminal = false;      // -t
    bool keep = false;          // --keep: the container stays after its end
    bool no_init = false;       // the command itself is PID 1
    bool timings = false;
};
struct RunResult {
    int exit_code = 0;  // of the command, 128 + signal
    std::vector<std::string> lost;
    std::vector<StepTime> timings;
};
Result<RunResult> run(const Places& places, const RunRequest& request, const Progress& progress);

struct AttachRequest {
    ContainerName name;
    std::vector<std::string> argv;              // empty: the login shell of the user, from the container's passwd
    std::vector<std::string> environment;       // added
    std::vector<std::string> keep_environment;  // names of the caller's variables that go in
    std::string workdir;
    std::string user;
    bool force_terminal = false;  // else a pty only when stdin and stdout are terminals
    bool no_terminal = false;
    bool lxc_terminal = false;             // as lxc-attach: a pty where any of 0-2 is a terminal
    bool whole_environment = false;        // all of the caller's variables go in, before those above
    std::optional<NsSet> namespaces = {};  // only these of the container's; the user namespace is one of them
    bool remount_proc_sys = false;         // without its mount namespace: /proc and /sys of those that are entered
    bool more_capabilities = false;        // all that the container's user namespace has, and no no_new_privs
    bool no_confinement = false;           // without the container's filters, labels and Landlock
    std::string label = {};                // instead of the container's, for the module that this host runs
    std::optional<bool> linux32 = {};      // uname(2) tells 32 bits, or not; else as in the container
    std::string terminal_log = {};         // a host file to which all that its pty shows is appended
};
// The exit status as a shell shows it.
Result<int> attach(const Places& places, const AttachRequest& request);

// Joins the console, or a terminal beside it, until the escape (^a q, or the given control letter) or the container's end.
struct ConsoleRequest {
    int tty = 0;  // 0: the console; from 1: a terminal beside it (lxc.tty.max); -1: the first of those that is free
    char escape_letter = 'a';
    std::function<void(int tty)> joined = {};  // told which it is, before anything of it is shown
};
Status console(const Places& places, const ContainerName& name, const ConsoleRequest& request);

struct CopyRequest {
    ContainerName name;
    ContainerName new_name;
    bool snapshot = false;  // an overlay on the original's files, which must not change from then on
    bool keep_hostname = false;
    bool ephemeral = false;                        // goes with its end
    std::vector<std::string> hook_arguments = {};  // of lxc.hook.clone
    std::optional<Places> to = {};                 // where the copy goes, instead of beside the original
};
// A copy of a stopped container.
Status copy(const Places& places, const CopyRequest& request, const Progress& progress);

struct StopRequest {
    ContainerName name;
    int timeout_s = 60;    // before the whole pid namespace is killed
    bool kill = false;     // at once
    bool no_kill = false;  // Code::timeout instead of a kill
    bool reboot = false;
};
// False: it was not running.
Result<bool> stop(const Places& places, const StopRequest& request);

// Waits until the container is in one of the states; false after the timeout (-1: for ever).
Result<bool> wait(const Places& places, const ContainerName& name, const std::vector<State>& states, int timeout_s);

// The console's output so far (ring buffer of a running container, else the log file), and on, until it ends.
Status logs(const Places& places, const ContainerName& name, bool follow,
            const std::function<void(std::string_view)>& out);

// --- looking ----------------------------------------------------------------------------------------------------------

struct Summary {
    std::string name;
    State state = State::stopped;
    std::string broken;   // why it is listed as broken, else empty
    bool defined = true;  // false: only a running one without a directory (cubby run --rootfs)
    pid_t pid = -1;
    bool ephemeral = false;
};
// All containers, sorted by name.  Reads no configuration: 1,000 containers take milliseconds.
Result<std::vector<Summary>> list(const Places& places);

struct Info {
    Summary summary;
    pid_t monitor_pid = -1;  // of the process that watches over it
    std::string config_path;
    std::string rootfs;
    std::string image;
    IdMaps idmap;
    int64_t started_unix = 0;              // seconds, 0 when stopped
    std::optional<int> last_exit;          // as a shell shows it
    std::vector<std::string> lost;         // isolation that the host did not allow at the last start
    std::vector<std::string> unsupported;  // keys that are accepted without effect: "lxc.x: why"
};
Result<Info> inspect(const Places& places, const ContainerName& name);

// The network interfaces of a running container, and their addresses.
Result<std::vector<Interface>> interfaces(const Places& places, const ContainerName& name);
struct Whose {
    const Places& places;
    ContainerName name;
};
// Of many at once, in their order; nothing where one has ended.
Result<std::vector<std::vector<Interface>>> interfaces(const std::vector<Whose>& containers);

struct PlannedLine {
    std::string phase;
    std::string kind;
    std::string text;
};
struct PlanView {
    std::string namespaces;  // "user mnt pid …"
    std::vector<PlannedLine> steps;
};
Result<PlanView> plan(const Places& places, const ContainerName& name);

// --- mounts of a running container: until it stops ------------------------------------------------------------------------

struct MountRequest {
    std::string source;             // a host path to bind, absolute, or the source word of a new file system
    std::string target;             // in the container; made where it is missing
    std::string type;               // of a new file system; empty for a bind
    std::string options = "rbind";  // of lxc.mount.entry
};
Status mount_into(const Places& places, const ContainerName& name, const MountRequest& request);
// Also where it is in use: it is gone from the tree at once, and ends with its last user (MNT_DETACH).
Status unmount_from(const Places& places, const ContainerName& name, const std::string& target);
// A device of the host's, with the rights that its file gives to the user.
Status add_device(const Places& places, const ContainerName& name, const std::string& device,
                  const std::string& target);
// The empty file that was made for it goes, too.
Status remove_device(const Places& places, const ContainerName& name, const std::string& target);

// --- the user's own namespace -----------------------------------------------------------------------------------------

// A command in the user's id-mapped namespace, where his containers' files are his to see and remove, or in one of its
// own below that.  It has the caller's environment and terminal: it is the user himself.
struct MappedRequest {
    // Ids inside → host ids, all of them the user's own or subordinate, for a new namespace; nothing: the user's itself.
    std::optional<IdMaps> maps = {};
    NsSet more = {};                  // further new namespaces; of a pid namespace the command is process 1
    std::optional<uint32_t> uid = 0;  // ids to take on inside; nothing: those that come
    std::optional<uint32_t> gid = 0;
    std::string hostname = {};       // with Ns::uts
    std::string first_in_path = {};  // a folder before all others of PATH
    // With Ns::mnt: an own /dev/shm, with Ns::pid and Ns::ipc a /proc and a /dev/mqueue of the new namespaces.
    bool remount = false;
    bool background = false;  // nobody waits for its end
    std::vector<std::string> argv;
};
// The exit status as a shell shows it; in the background 0, once the command runs.
Result<int> run_mapped(const MappedRequest& request);
// The user's subordinate ids as a container gets them: 0 → the first one.
Result<IdMaps> subordinate_maps();

// --- configuration ----------------------------------------------------------------------------------------------------

struct ConfigKey {
    std::string name;
    std::string sample;
    std::string doc;
};
[[nodiscard]] std::vector<ConfigKey> config_keys();
Result<std::string> config_get(const Places& places, const ContainerName& name, const std::string& key);
// Of several keys, in their order; an empty text where one is not known.
Result<std::vector<std::string>> config_get(const Places& places, const ContainerName& name,
                                            const std::vector<std::string>& keys);
Status config_set(const Places& places, const ContainerName& name, const std::string& key, const std::string& value);
Status config_unset(const Places& places, const ContainerName& name, const std::string& key);
// The configuration file's text, and putting back an edited one after it was checked whole.
Result<std::string> config_text(const Places& places, const ContainerName& name);
Status config_replace(const Places& places, const ContainerName& name, const std::string& text);

// What lxc.conf says of a key, or its default; an empty text where there is none.
Result<std::string> global_setting(const Places& places, const std::string& key);

// --- images -----------------------------------------------------------------------------------------------------------

struct ImageSummary {
    std::string id;       // "sha256-…"
    std::string made_by;  // template and arguments
    int64_t created_unix = 0;
    uint64_t bytes = 0;
    std::vector<std::string> used_by;
};
Result<std::vector<ImageSummary>> images(const Places& places);
Status remove_image(const Places& places, const std::string& id);

}  // namespace cubby
