#include <unistd.h>

#include "cli/context.h"
#include "cli/editor.h"
#include "cli/json.h"
#include "cli/option_rows.h"
#include "cli/render.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'q', .name = "names", .text = "with keys: only their names, one a line"},
    {.name = "json", .text = "with keys: print JSON instead"},
};

constexpr Verb kVerbs[] = {
    {"get",
     {.synopsis = "NAME KEY", .least = 2, .most = 2, .complete = Complete::container, .next = Complete::config_key},
     "print a key's value"},
    {"set",
     {.synopsis = "NAME KEY VALUE",
      .least = 3,
      .most = 3,
      .complete = Complete::container,
      .next = Complete::config_key},
     "set a key; one that is a list gets one more value"},
    {"unset",
     {.synopsis = "NAME KEY", .least = 2, .most = 2, .complete = Complete::container, .next = Complete::config_key},
     "remove a key's lines"},
    {"edit",
     {.synopsis = "NAME", .least = 1, .most = 1, .complete = Complete::container},
     "change the whole file with $VISUAL or $EDITOR; it is checked before it is put back"},
    {"keys", {.synopsis = ""}, "list the keys, each with a sample and its meaning"},
};

constexpr Example kExamples[] = {
    {"cubby create demo", "a container"},
    {"cubby config set demo lxc.uts.name other", "give it another host name"},
    {"cubby config get demo lxc.uts.name", "prints other"},
    {"cubby config keys", "everything that can be set"},
    {"cubby destroy demo", "remove it"},
};

constexpr JsonKey kJson[] = {
    {"[].key", "the key's name; * stands for any member of a family"},
    {"[].sample", "a line as it may stand in the configuration"},
    {"[].doc", "what it does"},
};

constexpr ExitRow kExits[] = {{kNotFound, "the container does not exist, or the key is not set"}};

bool asks_again() {
    if (isatty(STDIN_FILENO) != 1) {
        return false;
    }
    // Without a line feed: the answer is written behind it.
    static_cast<void>(write_all(STDERR_FILENO, "edit it again? [Y/n] ", "standard error").has_value());
    char first = '\0';
    for (char byte = '\0'; byte != '\n';) {
        if (read(STDIN_FILENO, &byte, 1) != 1) {
            return false;
        }
        first = first == '\0' ? byte : first;
    }
    return first == '\n' || first == 'y' || first == 'Y';
}

std::unexpected<Error> kept(EditedFile& file, const Error& why) {
    file.keep();
    return FAIL(why.code, "%.150s; your text is kept in %s", why.text, file.path().c_str());
}

// Puts the text back; nothing is lost where another command has changed the configuration meanwhile.
Status put_back(const Places& places, const ContainerName& name, const std::string& before, const std::string& text) {
    if (TRY(config_text(places, name)) != before) {
        return FAIL(Code::busy, "the configuration of %s was changed by another command", name.c_str());
    }
    return config_replace(places, name, text);
}

Result<int> edit(const Context& context, const Places& places, const ContainerName& name) {
    const std::vector<std::string> editor = TRY(find_editor());
    const std::string before = TRY(config_text(places, name));
    EditedFile file = TRY(EditedFile::make(name.str() + ".conf", before));
    for (;;) {
        const Status edited = file.edit(editor);
        const std::string text = TRY(file.text());
        if (text == before) {
            TRY(edited);
            context.note(name.str() + ": nothing was changed");
            return kOk;
        }
        if (!edited) {
            return kept(file, edited.error());
        }
        const Status done = put_back(places, name, before, text);
        if (done) {
            return kOk;
        }
        if (done.error().code == Code::busy) {
            return kept(file, done.error());
        }
        report(described(done.error(), "config edit", name.str()));
        if (!asks_again()) {
            file.keep();
            complain("note: your text is kept in " + file.path());
            return exit_code(done.error(), Gives::own_status);
        }
    }
}

Result<int> list_keys(const Context& context) {
    const std::vector<ConfigKey> keys = config_keys();
    if (context.line.has("json")) {
        TRY(print(json_of(keys)));
    } else if (context.line.has("names")) {
        std::string out;
        for (const ConfigKey& key : keys) {
            out.append(key.name).append("\n");
        }
        TRY(print(out));
    } else {
        TRY(print(keys_text(keys, context.out)));
    }
    return kOk;
}

Result<int> run_config(const Context& context) {
    const std::string_view verb = TRY(chosen_verb(context.command, context.line))->name;
    if (verb == "keys") {
        return list_keys(context);
    }
    const std::vector<std::string>& words = context.line.operands();
    const ContainerName name = TRY(context.name(1));
    const Places places = TRY(context.places());
    if (verb == "edit") {
        return edit(context, places, name);
    }
    if (verb == "get") {
        std::string value = TRY(config_get(places, name, words[2]));
        value += value.empty() || value.ends_with('\n') ? "" : "\n";
        TRY(print(value));
    } else if (verb == "set") {
        TRY(config_set(places, name, words[2], words[3]));
    } else {
        TRY(config_unset(places, name, words[2]));
    }
    return kOk;
}

}  // namespace

extern const Command kConfig;
constinit const Command kConfig{
    .name = "config",
    .group = Group::settings,
    .summary = "Read or change a container's configuration",
    .description =
        "The configuration is LXC's format, in ~/.local/share/lxc/NAME/config. Every change is checked "
        "whole before it is written; comments stay. It counts from the next start on.",
    .operands = {.synopsis = "get|set|unset|edit|keys ...", .least = 1, .most = kMany},
    .options = kOptions,
    .verbs = kVerbs,
    .examples = kExamples,
    .json = kJson,
    .exits = kExits,
    .run = run_config,
};

}  // namespace cubby::cli
