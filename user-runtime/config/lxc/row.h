#pragma once
// What a row of a key table is made from.  A codec is a class with
//     static Status read(Field& field, const Item& item);   // takes item.value into the field
//     static std::string print(const Field& field);         // LXC's text of it
// and a member of Draft is named by the pointers that lead to it: <&Draft::spec, &ContainerSpec::hostname>.

#include <algorithm>
#include <span>

#include "config/lxc/key.h"

namespace cubby::lxc {

// The member of a Draft that the pointers lead to.
template <auto... Path>
constexpr auto& member_of(auto& draft) {
    return (draft.*....*Path);
}

template <auto... Path>
void reset_member(Draft& draft) {
    const Draft fresh(draft.spec.name);
    member_of<Path...>(draft) = member_of<Path...>(fresh);
}

// A key with one exact name.
template <class Codec, auto... Path>
constexpr Key row(const char* name, const char* sample, const char* doc) {
    return {.name = name,
            .member = nullptr,
            .sample = sample,
            .doc = doc,
            .set = [](Draft& draft, const Item& item) { return Codec::read(member_of<Path...>(draft), item); },
            .clear = [](Draft& draft, std::string_view) { reset_member<Path...>(draft); },
            .get = [](const Draft& draft, std::string_view) { return Codec::print(member_of<Path...>(draft)); },
            .members = nullptr};
}

// A text as an argument of a template.
template <size_t Size>
struct Literal {
    char text[Size]{};
    constexpr Literal(const char (&from)[Size]) {  // NOLINT(google-explicit-constructor): a literal is one
        std::ranges::copy(from, text);
    }
    [[nodiscard]] constexpr std::string_view view() const { return {text, Size - 1}; }
};

// A key that is data only: Draft::kept holds its text as LXC prints it.  `Standard` is printed where it is not set.
template <class Codec, class Field, Literal Name, Literal Standard = "">
struct Kept {
    static Status set(Draft& draft, const Item& item) {
        Field field{};
        TRY(Codec::read(field, item));
        clear(draft, {});
        if (std::string text = Codec::print(field); text != Standard.view()) {
            draft.kept.push_back({std::string(Name.view()), std::move(text)});
        }
        return {};
    }
    static void clear(Draft& draft, std::string_view) {
        std::erase_if(draft.kept, [](const Setting& each) { return each.key == Name.view(); });
    }
    static std::string get(const Draft& draft, std::string_view) {
        const auto at = std::ranges::find(draft.kept, Name.view(), &Setting::key);
        return at == draft.kept.end() ? std::string(Standard.view()) : at->value;
    }
};

template <Literal Name>
inline constexpr auto kLiteral = Name;

template <class Codec, class Field, Literal Name, Literal Standard = "">
constexpr Key kept(const char* sample, const char* doc) {
    using Row = Kept<Codec, Field, Name, Standard>;
    // The name is that of the template's object, which lives as long as the program.
    constexpr const auto& literal = kLiteral<Name>;
    return {.name = literal.text,
            .member = nullptr,
            .sample = sample,
            .doc = doc,
            .set = Row::set,
            .clear = Row::clear,
            .get = Row::get,
            .members = nullptr};
}

// A family of keys kept as a vector, one element a member.  Its codec has
//     using Element = …;
//     static Result<Element> read(const Item& item);
//     static std::string member(const Element& element);  // "nofile"
//     static std::string print(const Element& element);
template <class Codec, auto... Path>
struct Family {
    using Element = typename Codec::Element;

    static auto is(std::string_view member) {
        return [member](const Element& element) { return Codec::member(element) == member; };
    }
    static Status set(Draft& draft, const Item& item) {
        if (item.member.empty()) {
            return FAIL(Code::usage, "%.*s: say which one: %.*s.NAME", static_cast<int>(item.key.size()),
                        item.key.data(), static_cast<int>(item.key.size()), item.key.data());
        }
        Element element = TRY(Codec::read(item));
        auto& elements = member_of<Path...>(draft);
        const auto at = std::ranges::find_if(elements, is(item.member));
        if (at != elements.end()) {
            *at = std::move(element);
        } else if (elements.size() >= kMaxMembers) {
            return FAIL(Code::usage, "%.*s: more than %zu of them",
                        static_cast<int>(std::min<size_t>(item.key.size(), 60)), item.key.data(), kMaxMembers);
        } else {
            elements.push_back(std::move(element));
        }
        return {};
    }
    static void clear(Draft& draft, std::string_view member) {
        auto& elements = member_of<Path...>(draft);
        if (member.empty()) {
            elements.clear();
        } else {
            std::erase_if(elements, is(member));
        }
    }
    static std::vector<std::string> members(const Draft& draft) {
        std::vector<std::string> names;
        for (const Element& element : member_of<Path...>(draft)) {
            names.push_back(Codec::member(element));
        }
        return names;
    }
    static std::string get(const Draft& draft, std::string_view member) {
        const auto& elements = member_of<Path...>(draft);
        const auto at = std::ranges::find_if(elements, is(member));
        return at == elements.end() ? std::string() : Codec::print(*at);
    }
};

template <class Codec, auto... Path>
constexpr Key family(const char* name, const char* member, const char* sample, const char* doc) {
    using Rows = Family<Codec, Path...>;
    return {name, member, sample, doc, Rows::set, Rows::clear, Rows::get, Rows::members};
}

// Whether the rows stand in order of their names, none twice.
constexpr bool sorted(std::span<const Key> rows) {
    for (size_t index = 1; index < rows.size(); ++index) {
        if (std::string_view(rows[index - 1].name) >= std::string_view(rows[index].name)) {
            return false;
        }
    }
    return true;
}

}  // namespace cubby::lxc
