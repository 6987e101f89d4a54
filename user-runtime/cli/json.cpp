#include "cli/json.h"

#include <nlohmann/json.hpp>

namespace cubby::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string written(const Json& value) { return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

template <class Number>
Json positive_or_null(Number number) {
    return number > 0 ? Json(number) : Json(nullptr);
}

Json summary_of(const Summary& one) {
    return {{"name", one.name},           {"state", state_name(one.state)}, {"pid", positive_or_null(one.pid)},
            {"ephemeral", one.ephemeral}, {"defined", one.defined},         {"broken", text_or_null(one.broken)}};
}

Json ranges_of(const IdRanges& ranges) {
    Json out = Json::array();
    for (const IdRange& range : ranges) {
        out.push_back({{"inside", range.inside}, {"outside", range.outside}, {"count", range.count}});
    }
    return out;
}

}  // namespace

std::string json_of(const std::vector<Summary>& containers) {
    Json out = Json::array();
    for (const Summary& one : containers) {
        out.push_back(summary_of(one));
    }
    return written(out);
}

std::string json_of(const Info& info) {
    Json out = summary_of(info.summary);
    out["started"] = positive_or_null(info.started_unix);
    out["last_exit"] = info.last_exit ? Json(*info.last_exit) : Json(nullptr);
    out["image"] = text_or_null(info.image);
    out["rootfs"] = text_or_null(info.rootfs);
    out["config_path"] = text_or_null(info.config_path);
    out["uids"] = ranges_of(info.idmap.uids);
    out["gids"] = ranges_of(info.idmap.gids);
    out["lost"] = info.lost;
    out["unsupported"] = info.unsupported;
    return written(out);
}

std::string json_of(const std::vector<AutoContainer>& containers) {
    Json out = Json::array();
    for (const AutoContainer& one : containers) {
        out.push_back({{"name", one.name.str()}, {"order", one.order}, {"delay_s", one.delay}});
    }
    return written(out);
}

std::string json_of(const PlanView& plan) {
    Json steps = Json::array();
    for (const PlannedLine& line : plan.steps) {
        steps.push_back(
            {{"number", steps.size() + 1}, {"phase", line.phase}, {"kind", line.kind}, {"text", line.text}});
    }
    return written({{"namespaces", plan.namespaces}, {"steps", std::move(steps)}});
}

std::string json_of(const std::vector<ConfigKey>& keys) {
    Json out = Json::array();
    for (const ConfigKey& key : keys) {
        out.push_back({{"key", key.name}, {"sample", key.sample}, {"doc", key.doc}});
    }
    return written(out);
}

std::string json_of(const std::vector<ImageSummary>& images) {
    Json out = Json::array();
    for (const ImageSummary& image : images) {
        out.push_back({{"id", image.id},
                       {"made_by", image.made_by},
                       {"created", positive_or_null(image.created_unix)},
                       {"bytes", image.bytes},
                       {"used_by", image.used_by}});
    }
    return written(out);
}

std::string json_of(const std::vector<TemplateSummary>& templates) {
    Json out = Json::array();
    for (const TemplateSummary& one : templates) {
        out.push_back({{"name", one.name}, {"summary", text_or_null(one.summary)}});
    }
    return written(out);
}

std::string json_of(const std::vector<DoctorRow>& rows, bool usable) {
    Json out = Json::array();
    for (const DoctorRow& row : rows) {
        out.push_back({{"id", row.id},
                       {"status", status_name(row.status)},
                       {"found", row.found},
                       {"meaning", row.meaning},
                       {"cure", text_or_null(row.cure)}});
    }
    return written({{"usable", usable}, {"rows", std::move(out)}});
}

}  // namespace cubby::cli
