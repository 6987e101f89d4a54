#include "cli/render.h"

#include <algorithm>

#include "cli/human.h"
#include "cli/table.h"

namespace cubby::cli {
namespace {

constexpr std::string_view kDigestPrefix = "sha256-";
constexpr size_t kShortDigits = 12;
constexpr size_t kMarkColumns = 10;  // "degraded" and the gap
constexpr size_t kGapColumns = 2;

Colour colour_of(DoctorStatus status) noexcept {
    switch (status) {
        case DoctorStatus::ok: return Colour::green;
        case DoctorStatus::degraded: return Colour::yellow;
        case DoctorStatus::missing: return Colour::red;
    }
    return Colour::none;
}

std::string remark_of(const Summary& one) {
    if (!one.broken.empty()) {
        return "broken: " + one.broken;
    }
    if (!one.defined) {
        return "cubby run --rootfs";
    }
    return one.ephemeral ? "ephemeral" : "";
}

std::string age(int64_t then, int64_t now) { return human_duration(now - then); }

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        out.append(out.empty() ? "" : ", ").append(word);
    }
    return out;
}

}  // namespace

Colour colour_of(State state) noexcept {
    switch (state) {
        case State::running: return Colour::green;
        case State::stopped: return Colour::dim;
        case State::starting:
        case State::stopping:
        case State::aborting:
        case State::freezing:
        case State::frozen:
        case State::thawed: return Colour::yellow;
    }
    return Colour::none;
}

std::string list_text(const std::vector<Summary>& containers, const Terminal& terminal) {
    Table table({{.title = "NAME", .shrinks = true},
                 {.title = "STATE"},
                 {.title = "PID", .right = true},
                 {.title = "REMARK", .shrinks = true}});
    for (const Summary& one : containers) {
        table.add({one.name,
                   {state_name(one.state), colour_of(one.state)},
                   one.pid > 0 ? std::to_string(one.pid) : "-",
                   {remark_of(one), one.broken.empty() ? Colour::none : Colour::red}});
    }
    return table.text(terminal);
}

std::string info_text(const Info& info, const Terminal& terminal, int64_t now) {
    const Summary& summary = info.summary;
    Labels labels;
    const auto add_known = [&](const char* label, const std::string& value) {
        if (!value.empty()) {
            labels.add(label, value);
        }
    };
    labels.add("Name", summary.name);
    labels.add("State", {state_name(summary.state), colour_of(summary.state)});
    if (!summary.broken.empty()) {
        labels.add("Broken", {summary.broken, Colour::red});
    }
    if (summary.pid > 0) {
        labels.add("PID", std::to_string(summary.pid));
    }
    if (info.started_unix > 0) {
        labels.add("Started", local_time(info.started_unix) + " (" + age(info.started_unix, now) + " ago)");
    }
    if (info.last_exit) {
        labels.add("Last exit", std::to_string(*info.last_exit));
    }
    if (summary.ephemeral) {
        labels.add("Ephemeral", std::string("yes, it is removed when it stops"));
    }
    add_known("Image", info.image);
    add_known("Root fs", info.rootfs);
    add_known("Config", info.config_path);
    if (!info.idmap.uids.empty() || !info.idmap.gids.empty()) {
        labels.add("User ids", human_ranges(info.idmap.uids));
        labels.add("Group ids", human_ranges(info.idmap.gids));
    }
    for (const std::string& one : info.lost) {
        labels.add("Not isolated", {one, Colour::yellow});
    }
    for (const std::string& one : info.unsupported) {
        labels.add("No effect", {one, Colour::yellow});
    }
    return labels.text(terminal);
}

std::string plan_text(const PlanView& plan, const Terminal& terminal) {
    Table table(
        {{.title = "STEP", .right = true}, {.title = "PHASE"}, {.title = "KIND"}, {.title = "WHAT", .shrinks = true}});
    size_t number = 0;
    for (const PlannedLine& line : plan.steps) {
        table.add({std::to_string(++number), {line.phase, Colour::dim}, line.kind, line.text});
    }
    Labels head;
    head.add("New namespaces", plan.namespaces.empty() ? "none" : plan.namespaces);
    return head.text(terminal) + table.text(terminal);
}

std::string keys_text(const std::vector<ConfigKey>& keys, const Terminal& terminal) {
    Table table({{.title = "SAMPLE", .shrinks = true}, {.title = "MEANING", .shrinks = true}});
    for (const ConfigKey& key : keys) {
        table.add({key.sample, key.doc});
    }
    return table.text(terminal);
}

std::string images_text(const std::vector<ImageSummary>& images, const Terminal& terminal, int64_t now) {
    Table table({{.title = "ID"},
                 {.title = "MADE BY", .shrinks = true},
                 {.title = "SIZE", .right = true},
                 {.title = "AGE", .right = true},
                 {.title = "USED BY", .shrinks = true}});
    for (const ImageSummary& image : images) {
        table.add({short_id(image.id), image.made_by, human_size(image.bytes),
                   image.created_unix > 0 ? age(image.created_unix, now) : "-",
                   image.used_by.empty() ? "-" : joined(image.used_by)});
    }
    return table.text(terminal);
}

std::string templates_text(const std::vector<TemplateSummary>& templates, const Terminal& terminal) {
    Table table({{.title = "NAME"}, {.title = "MAKES", .shrinks = true}});
    for (const TemplateSummary& one : templates) {
        table.add({one.name, one.summary});
    }
    return table.text(terminal);
}

std::string doctor_text(const std::vector<DoctorRow>& rows, const Terminal& terminal) {
    size_t widest = 0;
    for (const DoctorRow& row : rows) {
        widest = std::max(widest, width(row.id));
    }
    const std::string left(kMarkColumns + widest + kGapColumns, ' ');
    const size_t room = terminal.columns > left.size() + kMarkColumns ? terminal.columns - left.size() : 0;
    std::string out;
    for (const DoctorRow& row : rows) {
        const std::string mark = status_name(row.status);
        const std::string found = shown(row.found);
        out += coloured(mark, colour_of(row.status), terminal.colour) + std::string(kMarkColumns - width(mark), ' ');
        out += row.id + std::string(widest - width(row.id) + kGapColumns, ' ');
        out += (room > 0 ? fitted(found, room, terminal) : found) + "\n";
        if (row.status != DoctorStatus::ok) {
            // None of the reason may be missing: it goes on in the next line.
            out += room > 0 ? wrapped(shown(row.meaning), terminal.columns, left) : left + shown(row.meaning) + "\n";
        }
        if (!row.cure.empty()) {
            // To be copied into a shell: never cut.
            out += left + coloured("cure:", Colour::bold, terminal.colour) + " " + shown(row.cure) + "\n";
        }
    }
    return out;
}

std::string short_id(const std::string& id) {
    return id.starts_with(kDigestPrefix) ? id.substr(kDigestPrefix.size(), kShortDigits) : id;
}

}  // namespace cubby::cli
