#include "security/seccomp_policy.h"

#include <sys/mount.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <optional>

#include "base/parse.h"

namespace cubby::security {
namespace {

constexpr uint64_t kMaxErrno = 4095;  // MAX_ERRNO, include/linux/err.h
constexpr uint64_t kMaxNumber = 0xFFFF;
constexpr std::string_view kAbis[] = {"all",       "arm",    "arm64",    "loongarch64", "mips", "mips64",
                                      "mips64n32", "mipsel", "mipsel64", "mipsel64n32", "ppc",  "ppc64",
                                      "ppc64le",   "s390",   "s390x",    "x32",         "x86",  "x86_64"};

struct CompareName {
    std::string_view sign;
    std::string_view name;
    Compare compare;
};
constexpr CompareName kCompares[] = {
    {"!=", "SCMP_CMP_NE", Compare::not_equal},           {"<", "SCMP_CMP_LT", Compare::less},
    {"<=", "SCMP_CMP_LE", Compare::less_equal},          {"==", "SCMP_CMP_EQ", Compare::equal},
    {">=", "SCMP_CMP_GE", Compare::greater_equal},       {">", "SCMP_CMP_GT", Compare::greater},
    {"&=", "SCMP_CMP_MASKED_EQ", Compare::masked_equal},
};

std::string shown(std::string_view text) { return printable(text.substr(0, 60)); }

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(
        out, out.begin(), [](char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte; });
    return out;
}

// As strtoull(3) with base 0 reads them: 0x1f, 017, 15.  No sign, no blanks.
std::optional<uint64_t> any_base(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text.front() == '0') {
        base = 8;
        text.remove_prefix(1);
    }
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

class Reader {
  public:
    Reader(std::string_view text, std::string_view file) : rest_(text), file_(file) {}

    Result<Policy> read();

  private:
    [[gnu::format(printf, 2, 3)]] std::unexpected<Error> wrong(const char* format, ...) const;
    // The next line without its end and comment, trimmed; false at the end of the text.
    bool next(std::string_view& line);
    Status read_head(std::string_view line);
    Status read_number(std::string_view line);
    Status read_section(std::string_view line);
    Status read_rule(std::string_view line);
    Result<Action> read_action(std::string_view text) const;
    Result<Comparison> read_comparison(std::string_view text) const;
    Result<std::vector<Comparison>> read_comparisons(std::string_view text) const;
    Status add(Rule rule);

    std::string_view rest_;
    std::string file_;
    unsigned line_ = 0;
    std::string abi_;
    Action usual_;  // of a rule that names no action
    Policy policy_;
};

std::unexpected<Error> Reader::wrong(const char* format, ...) const {
    std::array<char, 200> text{};
    va_list args;
    va_start(args, format);
    vsnprintf(text.data(), text.size(), format, args);
    va_end(args);
    return FAIL(Code::invalid_config, "%.120s:%u: %s", file_.c_str(), line_, text.data());
}

bool Reader::next(std::string_view& line) {
    if (rest_.empty()) {
        return false;
    }
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    line = line.substr(0, line.find('#'));
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    line = trim(line);
    return true;
}

Result<Action> Reader::read_action(std::string_view text) const {
    const auto words = split_words(text);
    if (words.empty()) {
        return Action{};
    }
    const std::string_view word = words.front();
    if (word == "errno") {
        const auto number = words.size() == 2 ? any_base(words[1]) : std::nullopt;
        if (!number || *number > kMaxErrno) {
            return wrong("'%s': write errno and a number up to %u", shown(text).c_str(),
                         static_cast<unsigned>(kMaxErrno));
        }
        return Action{Act::error, static_cast<uint16_t>(*number)};
    }
    if (words.size() > 1) {
        return wrong("'%s' is too much after an action", shown(words[1]).c_str());
    }
    constexpr std::pair<std::string_view, Act> kActs[] = {
        {"kill", Act::kill}, {"trap", Act::trap}, {"log", Act::log}, {"notify", Act::notify}, {"allow", Act::allow}};
    for (const auto& [name, act] : kActs) {
        if (word == name) {
            return Action{act, 0};
        }
    }
    return wrong("'%s' is not an action; there are kill, trap, errno NUMBER, log, notify and allow",
                 shown(word).c_str());
}

// "allowlist", "denylist errno 38"
Status Reader::read_head(std::string_view line) {
    const auto words = split_words(line);
    const std::string_view style = words.empty() ? std::string_view{} : words.front();
    const bool denies = style == "denylist" || style == "blacklist";
    if (!denies && style != "allowlist" && style != "whitelist") {
        return wrong("'%s' is neither allowlist nor denylist", shown(style).c_str());
    }
    if (policy_.version == 1 && (denies || words.size() > 1)) {
        return wrong("version 1 has only allowlist, with nothing after it");
    }
    usual_ = denies ? Action{Act::kill, 0} : Action{Act::allow, 0};
    policy_.otherwise = denies ? Action{Act::allow, 0} : Action{Act::kill, 0};
    if (words.size() > 1) {
        policy_.otherwise = TRY(read_action(line.substr(static_cast<size_t>(words[1].data() - line.data()))));
        if (policy_.otherwise.act == Act::notify) {
            return wrong("notify is for the system calls of rules, not for all others");
        }
    }
    return {};
}

Status Reader::read_number(std::string_view line) {
    const auto number = parse_unsigned(line, kMaxNumber, "system call");
    if (!number) {
        return wrong("'%s' is not the number of a system call", shown(line).c_str());
    }
    Rule rule;
    rule.number = static_cast<int>(*number);
    return add(std::move(rule));
}

Status Reader::read_section(std::string_view line) {
    const std::string_view word = line.ends_with(']') ? line.substr(1, line.size() - 2) : std::string_view{};
    const std::string abi = lower(word);
    if (std::ranges::find(kAbis, abi) == std::end(kAbis)) {
        return wrong("'%s' is not a section; write [all], [x86_64], [arm64], …", shown(line).c_str());
    }
    abi_ = abi == "all" ? std::string() : abi;
    return {};
}

// "1,0x5412,SCMP_CMP_EQ" or with a fourth field, the mask
Result<Comparison> Reader::read_comparison(std::string_view text) const {
    const auto fields = split_fields(text, ',');
    if (fields.size() < 3 || fields.size() > 4) {
        return wrong("'[%s]': write [ARGUMENT,VALUE,OPERATOR] or [ARGUMENT,VALUE,&=,MASK]", shown(text).c_str());
    }
    const auto argument = any_base(trim(fields[0]));
    const auto value = any_base(trim(fields[1]));
    const auto mask = fields.size() == 4 ? any_base(trim(fields[3])) : std::optional<uint64_t>(0);
    if (!argument || *argument > 5 || !value || !mask) {
        return wrong("'[%s]': the argument is 0 to 5, value and mask are numbers", shown(text).c_str());
    }
    const std::string_view word = trim(fields[2]);
    for (const CompareName& each : kCompares) {
        if (word == each.sign || word == each.name) {
            if (each.compare == Compare::masked_equal && fields.size() != 4) {
                return wrong("'[%s]': a masked comparison needs its mask", shown(text).c_str());
            }
            const bool masked = each.compare == Compare::masked_equal;
            return Comparison{static_cast<uint32_t>(*argument), each.compare, *value, masked ? *mask : 0};
        }
    }
    return wrong("'%s' is not an operator; there are != < <= == >= > and &=", shown(word).c_str());
}

// "[1,0x5412,==][0,1,>=]", with blanks between
Result<std::vector<Comparison>> Reader::read_comparisons(std::string_view text) const {
    std::vector<Comparison> out;
    while (!text.empty()) {
        const size_t close = text.find(']');
        if (text.front() != '[' || close == std::string_view::npos) {
            return wrong("'%s' is not a comparison in brackets", shown(text).c_str());
        }
        Comparison one = TRY(read_comparison(text.substr(1, close - 1)));
        if (std::ranges::find(out, one.argument, &Comparison::argument) != out.end()) {
            return wrong("argument %u is compared twice in one rule", one.argument);
        }
        out.push_back(one);
        text = trim(text.substr(close + 1));
        text = text.starts_with(',') ? trim(text.substr(1)) : text;
    }
    return out;
}

// "ioctl errno 1 [1,0x5412,SCMP_CMP_EQ]", "mount"
Status Reader::read_rule(std::string_view line) {
    const size_t bracket = std::min(line.find('['), line.size());
    const std::string_view front = trim(line.substr(0, bracket));
    const size_t blank = std::min(front.find_first_of(" \t"), front.size());
    Rule rule;
    rule.name = front.substr(0, blank);
    const auto part_of_name = [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
    };
    if (rule.name.empty() || rule.name.size() > 64 || !std::ranges::all_of(rule.name, part_of_name)) {
        return wrong("'%s' is not the name of a system call", shown(rule.name).c_str());
    }
    const std::string_view action = trim(front.substr(blank));
    rule.action = action.empty() ? usual_ : TRY(read_action(action));
    rule.comparisons = TRY(read_comparisons(line.substr(bracket)));
    if (rule.name == "reject_force_umount") {
        if (!action.empty() || !rule.comparisons.empty()) {
            return wrong("reject_force_umount stands alone");
        }
        rule.name = "umount2";
        rule.action = {Act::error, EACCES};
        rule.comparisons = {{1, Compare::masked_equal, MNT_FORCE, MNT_FORCE}};
    }
    return add(std::move(rule));
}

Status Reader::add(Rule rule) {
    if (policy_.rules.size() >= kMaxPolicyRules) {
        return wrong("more than %zu rules", kMaxPolicyRules);
    }
    rule.line = line_;
    rule.abi = abi_;
    policy_.rules.push_back(std::move(rule));
    return {};
}

Result<Policy> Reader::read() {
    if (rest_.size() > kMaxPolicyBytes) {
        return wrong("the policy is larger than %zu bytes", kMaxPolicyBytes);
    }
    std::string_view line;
    if (!next(line) || (line != "1" && line != "2")) {
        return wrong("the first line is the version of the format, 1 or 2");
    }
    policy_.version = line == "1" ? 1 : 2;
    if (!next(line)) {
        return wrong("the second line is missing: allowlist or denylist");
    }
    TRY(read_head(line));
    while (next(line)) {
        if (line.empty()) {
            continue;
        }
        if (policy_.version == 1) {
            TRY(read_number(line));
        } else if (line.starts_with('[')) {
            TRY(read_section(line));
        } else {
            TRY(read_rule(line));
        }
    }
    return std::move(policy_);
}

std::string action_text(const Action& action) {
    switch (action.act) {
        case Act::kill: return "kill";
        case Act::trap: return "trap";
        case Act::log: return "log";
        case Act::notify: return "notify";
        case Act::allow: return "allow";
        case Act::error: return "errno " + std::to_string(action.number);
    }
    __builtin_unreachable();
}

}  // namespace

Result<Policy> parse_policy(std::string_view text, std::string_view file) {
    return Reader(text, printable(file)).read();
}

std::string policy_text(const Policy& policy) {
    if (policy.version == 1) {
        std::string out = "1\nallowlist\n";
        for (const Rule& rule : policy.rules) {
            out += std::to_string(rule.number) + "\n";
        }
        return out;
    }
    std::string out = "2\nallowlist " + action_text(policy.otherwise) + "\n";
    std::string abi;
    for (const Rule& rule : policy.rules) {
        if (rule.abi != abi) {
            abi = rule.abi;
            out += "[" + (abi.empty() ? std::string("all") : abi) + "]\n";
        }
        out += rule.name + " " + action_text(rule.action);
        for (const Comparison& one : rule.comparisons) {
            const auto* const name = std::ranges::find(kCompares, one.compare, &CompareName::compare);
            out += " [" + std::to_string(one.argument) + "," + std::to_string(one.value) + ",";
            out.append(name->sign);
            out += one.compare == Compare::masked_equal ? "," + std::to_string(one.mask) + "]" : "]";
        }
        out += "\n";
    }
    return out;
}

}  // namespace cubby::security
