// What --json prints, and that its keys are documented.

#include "cli/json.h"

#include "cli/registry.h"
#include "tests/unit/cli/words.h"

namespace cubby::cli {
namespace {

using ::testing::HasSubstr;

Summary running() { return {.name = "p1", .state = State::running, .broken = "", .pid = 12}; }

// Every key of a printed text, in order, is named somewhere in the command's documentation.
void expect_documented(const char* command, const std::string& json) {
    std::string documented;
    for (const JsonKey& key : find_command(command)->json) {
        documented.append(" ").append(key.key).append(",");
    }
    size_t keys = 0;
    for (size_t at = json.find("\": "); at != std::string::npos; at = json.find("\": ", at + 1)) {
        const size_t start = json.rfind('"', at - 1) + 1;
        const std::string key = json.substr(start, at - start);
        const bool known = documented.find(" " + key + ",") != std::string::npos ||
                           documented.find("." + key + ",") != std::string::npos || key == "inside" ||
                           key == "outside" || key == "count" || key == "rows" || key == "steps";
        EXPECT_TRUE(known) << command << ": " << key;
        ++keys;
    }
    EXPECT_GT(keys, 1U) << command;
}

TEST(CliJson, OfContainers) {
    Summary broken{.name = "b\xff\n",
                   .state = State::stopped,
                   .broken = "no \"config\"",
                   .defined = false,
                   .pid = -1,
                   .ephemeral = true};
    EXPECT_EQ(json_of(std::vector<Summary>{running(), broken}),
              "[\n"
              "  {\n"
              "    \"name\": \"p1\",\n"
              "    \"state\": \"RUNNING\",\n"
              "    \"pid\": 12,\n"
              "    \"ephemeral\": false,\n"
              "    \"defined\": true,\n"
              "    \"broken\": null\n"
              "  },\n"
              "  {\n"
              "    \"name\": \"b\xef\xbf\xbd\\n\",\n"
              "    \"state\": \"STOPPED\",\n"
              "    \"pid\": null,\n"
              "    \"ephemeral\": true,\n"
              "    \"defined\": false,\n"
              "    \"broken\": \"no \\\"config\\\"\"\n"
              "  }\n"
              "]\n");
    EXPECT_EQ(json_of(std::vector<Summary>{}), "[]\n");
}

TEST(CliJson, OfOneContainer) {
    Info info;
    info.summary = running();
    info.started_unix = 1700000000;
    info.idmap.uids = {{0, 100000, 65536}};
    info.lost = {"x"};
    const std::string text = json_of(info);
    EXPECT_THAT(text, HasSubstr("\"started\": 1700000000,"));
    EXPECT_THAT(text, HasSubstr("\"last_exit\": null,"));
    EXPECT_THAT(text, HasSubstr("\"uids\": [\n    {\n      \"inside\": 0,\n      \"outside\": 100000,\n"
                                "      \"count\": 65536\n    }\n  ],"));
    EXPECT_THAT(text, HasSubstr("\"gids\": [],"));
    EXPECT_THAT(text, HasSubstr("\"lost\": [\n    \"x\"\n  ],"));
    info.last_exit = 0;
    EXPECT_THAT(json_of(info), HasSubstr("\"last_exit\": 0,"));
}

TEST(CliJson, OfAnEmptyPlanAndNoKeys) {
    EXPECT_EQ(json_of(PlanView{}), "{\n  \"namespaces\": \"\",\n  \"steps\": []\n}\n");
    EXPECT_EQ(json_of(std::vector<ConfigKey>{}), "[]\n");
}

TEST(CliJson, NumbersStepsFromOne) {
    EXPECT_THAT(json_of(PlanView{"user", {{"a", "b", "c"}, {"d", "e", "f"}}}),
                HasSubstr("\"number\": 2,\n      \"phase\": \"d\""));
}

TEST(CliJson, KeysAreDocumented) {
    Info info;
    info.summary = running();
    info.idmap.uids = {{0, 100000, 65536}};
    std::string documented_by_ls = json_of(std::vector<Summary>{running()});
    expect_documented("ls", documented_by_ls);
    // `info` says of the first six that they are as in `ls`: they stand there by name.
    expect_documented("info", json_of(info));
    expect_documented("plan", json_of(PlanView{"user", {{"a", "b", "c"}}}));
    expect_documented("config", json_of(std::vector<ConfigKey>{{"a", "b", "c"}}));
    expect_documented("images", json_of(std::vector<ImageSummary>{{.id = "x", .made_by = "y", .used_by = {}}}));
    expect_documented("images", json_of(std::vector<TemplateSummary>{{"a", "b"}}));
    expect_documented("doctor", json_of(std::vector<DoctorRow>{{"a", DoctorStatus::ok, "b", "c", ""}}, true));
}

TEST(CliJson, OfTheDoctor) {
    const std::string text = json_of(std::vector<DoctorRow>{{"a", DoctorStatus::degraded, "b", "c", "d"}}, false);
    EXPECT_EQ(text,
              "{\n  \"usable\": false,\n  \"rows\": [\n    {\n      \"id\": \"a\",\n      \"status\": \"degraded\",\n"
              "      \"found\": \"b\",\n      \"meaning\": \"c\",\n      \"cure\": \"d\"\n    }\n  ]\n}\n");
}

}  // namespace
}  // namespace cubby::cli
