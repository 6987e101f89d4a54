# SPDX-License-Identifier: LGPL-2.1-or-later
"""The measurer of functions: every construct that could lead it astray, once."""

import unittest

from fixture import TreeTest
from cpp_scopes import scopes
from cpp_tokens import BadSource, directive, tokens

# name, text, the functions as (name, first line, last line)
CASES = [
    ("plain", "int f() {\n  return 1;\n}\n", [("f", 1, 3)]),
    ("namespaces", "namespace a::b {\nnamespace {\nvoid f() {\n}\n}\n}\n", [("f", 3, 4)]),
    ("inline namespace and extern C", 'inline namespace v1 {\nextern "C" {\nvoid f() {\n}\n}\n}\n', [("f", 3, 4)]),
    ("methods and a nested class", "class A final : public B<int> {\n public:\n  struct C {\n    int g() {\n      return 2;\n    }"
     "\n  };\n  void f() const noexcept {\n  }\n};\n", [("g", 4, 6), ("f", 8, 9)]),
    ("access label in front", "class A {\npublic:\n  A() {\n  }\n};\n", [("A", 3, 4)]),
    ("class with attribute and alignas", "struct [[nodiscard]] alignas(16) A {\n  void f() {\n  }\n};\n", [("f", 2, 3)]),
    ("function returning a struct", "struct stat f(int a) {\n  return g(a);\n}\n", [("f", 1, 3)]),
    ("enum", "enum class E : uint8_t { a, b };\nvoid f() {\n}\n", [("f", 2, 3)]),
    ("template and requires", "template <class T, int N = (1 > 0)>\n  requires (sizeof(T) > 4)\nT f(T t) {\n  return t;\n}\n",
     [("f", 3, 5)]),
    ("requires expression", "template <class T>\n  requires requires(T t) { t.go(); }\nvoid f(T) {\n}\n", [("f", 2, 4)]),
    ("concept", "template <class T>\nconcept C = requires(T t) {\n  { t.go() };\n};\nvoid f() {\n}\n", [("f", 5, 6)]),
    ("constructor with member list", "A::A(int a)\n    : x_(a), y_{a}, Base<int>{} {\n  go();\n}\n", [("A::A", 1, 4)]),
    ("destructor and operators", "A::~A() {\n}\nbool A::operator==(const A& o) const {\n  return o.x;\n}\nint A::operator()(int a)"
     " {\n  return a;\n}\n", [("A::~A", 1, 2), ("A::operator==", 3, 5), ("operator()", 6, 8)]),
    ("trailing return and noexcept", "auto f(int a) noexcept(g()) -> std::vector<int> {\n  return {a};\n}\n", [("f", 1, 3)]),
    ("lambda inside counts with its function", "void f() {\n  auto g = [](int a) {\n    return a;\n  };\n}\n", [("f", 1, 5)]),
    ("lambda of its own", "const auto g = [](int a) -> int {\n  return a;\n};\nvoid f() {\n}\n",
     [("lambda", 1, 3), ("f", 4, 5)]),
    ("lambdas in a table", "constexpr Row kRows[] = {\n  {1, [](int a) {\n    return a;\n  }},\n  {2, [] { return 1; }},\n};\n",
     [("lambda", 2, 4), ("lambda", 5, 5)]),
    ("braces in a default argument", "void f(A a = {}, B b = B{1}) {\n  go();\n}\n", [("f", 1, 3)]),
    ("initialisers are no functions", "int a{1};\nstd::array<int, 2> b = {1, 2};\nconst A c{f(1)};\nint d[] = {f(2)};\n", []),
    ("default member initialisers", "struct A {\n  int a{};\n  B b = {1};\n  int f() {\n    return 1;\n  }\n};\n", [("f", 4, 6)]),
    ("statement expression", "void f() {\n  int a = ({\n    int b = 1;\n    b;\n  });\n}\n", [("f", 1, 6)]),
    ("comments", "void f() {  // }\n  /* } */\n  go();\n}\n", [("f", 1, 4)]),
    ("strings and characters", "void f() {\n  const char* a = \"}{\\\"}\";\n  char b = '}';\n  char c = '\\'';\n}\n", [("f", 1, 5)]),
    ("raw strings", 'void f() {\n  auto a = R"x(\n}}}" )" )x";\n}\n', [("f", 1, 4)]),
    ("digit separators", "void f() {\n  int a = 1'000'000;\n}\nvoid g() {\n}\n", [("f", 1, 3), ("g", 4, 5)]),
    ("spliced line comment", "void f() {\n  // a } \\\n  }\n}\n", [("f", 1, 4)]),
    ("both branches of #if", "#if X\nvoid f(int) {\n#else\nvoid f() {\n#endif\n  go();\n}\nvoid g() {\n}\n",
     [("f", 4, 7), ("g", 8, 9)]),
    ("long macro", "#define A(x) \\\n  do {       \\\n    x;       \\\n  } while (0)\n", [("#define A", 1, 4)]),
    ("macro without a semicolon", "ROWS(DECLARE)\nnamespace a {\nvoid f() {\n}\n}\nROWS(X)\nint g(int a) {\n}\n",
     [("f", 3, 4), ("g", 7, 8)]),
    ("GoogleTest", "TEST_F(Suite, Case) {\n  go();\n}\n", [("TEST_F(Suite,Case)", 1, 3)]),
    ("attribute in front", "[[gnu::format(printf, 1, 2)]] void f(const char* a, ...) {\n  go(a);\n}\n", [("f", 1, 3)]),
    ("friend defined in place", "class A {\n  friend bool operator<(A a, A b) {\n    return a.x < b.x;\n  }\n};\n",
     [("operator<", 2, 4)]),
]


class Measured(unittest.TestCase):
    def test_every_case(self) -> None:
        for name, text, expected in CASES:
            with self.subTest(name):
                found = [(one.name, one.first_line, one.last_line) for one in scopes(text).functions]
                self.assertEqual(found, expected)

    def test_types(self) -> None:
        text = "namespace a::b {\nstruct [[nodiscard]] X : Y {};\nenum class E { a };\nunion U {};\nclass F;\n}\n"
        found = [(one.kind, one.name) for one in scopes(text).types]
        self.assertEqual(found, [("namespace", "a::b"), ("struct", "X"), ("enum", "E"), ("union", "U")])

    def test_inside_a_function_or_not(self) -> None:
        placed = scopes("int a = one();\nint f() {\n  return two();\n}\n").placed
        inside = {token.text: where for token, where in placed if token.text in ("one", "two")}
        self.assertEqual(inside, {"one": False, "two": True})


class Refused(unittest.TestCase):
    def test_texts_that_cannot_be_measured(self) -> None:
        for name, text, line in (("open brace", "void f() {\n  if (a) {\n}\n", 3), ("closing brace", "int a;\n}\n", 2),
                                 ("open comment", "int a;\n/* b", 2), ("open quote", "\nconst char* a = \"b;\n", 2)):
            with self.subTest(name):
                with self.assertRaises(BadSource) as caught:
                    scopes(text)
                self.assertEqual(caught.exception.line, line)


class Directives(TreeTest):
    def test_parts(self) -> None:
        for text, expected in (('#include "a/b.h"', ("include", '"a/b.h"')), ("#  include <x>  // why", ("include", "<x>")),
                               ("#define A \\\n  1", ("define", "A    1")), ('#include "a//b.h"', ("include", '"a//b.h"'))):
            with self.subTest(text):
                self.assertEqual(directive(tokens(text)[0]), expected)

    def test_not_inside_strings_or_comments(self) -> None:
        found = tokens('/*\n#include "a"\n*/\nauto b = R"(\n#include "c"\n)";\n')
        self.assertFalse([token for token in found if token.kind == "directive"])


if __name__ == "__main__":
    unittest.main()
