#pragma once
// What a command is: one constant row.  Parsing, help, completion and the manual page all follow from it.

#include <cstdint>
#include <span>

#include "base/result.h"
#include "cli/exit_code.h"

namespace cubby::cli {

struct Context;

// What a shell may offer for a value.
enum class Complete : uint8_t {
    nothing,
    file,
    directory,
    program,
    container,
    image,  // the name of a template
    cached_image,
    image_or_container,
    config_key,
    command,  // the name of a command of cubby
};

// Whether an option's value is, or replaces, the first operand.
enum class Stands : uint8_t { no, as_operand, instead_of_operand };

struct Option {
    char letter = 0;              // 0: long only
    const char* name = nullptr;   // without the dashes
    const char* value = nullptr;  // what the value is called; nullptr: a switch
    const char* text = nullptr;
    const char* words = nullptr;  // "overlay|dir": the only values there are
    bool optional = false;        // the value may be left out; where it is given it stands directly behind the option
    Complete complete = Complete::nothing;
    bool repeats = false;  // all its values count; else the last one does
    Stands stands = Stands::no;
};

// Words that are not cubby's own.
enum class Tail : uint8_t {
    none,          // "--" only ends the options
    after_dashes,  // everything after "--"
    command,       // everything after "--", or from the first word that is not an operand
};

inline constexpr uint8_t kMany = 255;

struct Operands {
    const char* synopsis = "";  // "NAME [-- INIT...]"
    uint8_t least = 0;
    uint8_t most = 0;
    Tail tail = Tail::none;
    Complete complete = Complete::nothing;  // of the first operand, and of all where there may be any number
    Complete next = Complete::nothing;      // of the second one
};

// A second word of `config` and `images`.  Its operands count without the verb itself.
struct Verb {
    const char* name = nullptr;
    Operands operands{};
    const char* summary = nullptr;
};

// Lines to be pasted into a shell, in this order; together they leave nothing behind.
struct Example {
    const char* line = nullptr;
    const char* meaning = nullptr;
};

// One key of what --json prints.
struct JsonKey {
    const char* key = nullptr;
    const char* meaning = nullptr;
};

enum class Group : uint8_t { making, running, looking, settings, host, self };

struct Command {
    const char* name = nullptr;
    const Command* whole = nullptr;  // whose options it has as well; nullptr: those of cubby itself
    std::span<const char* const> aliases{};
    Group group = Group::self;
    const char* summary = nullptr;      // one line, begins with a verb, no full stop
    const char* description = nullptr;  // paragraphs, separated by an empty line
    Operands operands{};
    std::span<const Option> options{};
    std::span<const Verb> verbs{};  // with operands.least 0 the first one is meant where none is written
    std::span<const Example> examples{};
    std::span<const JsonKey> json{};
    std::span<const ExitRow> exits{};  // beside or instead of the usual ones
    Gives gives = Gives::own_status;
    Result<int> (*run)(const Context& context) = nullptr;  // the exit status
};

}  // namespace cubby::cli
