# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the functions of a C++ text begin and end, and which tokens are inside one.

Not a compiler: a stack of braces, each classified by the tokens in front of it.  A text whose braces do not balance is
an error (BadSource) rather than a wrong answer.  Both branches of #if/#else are followed, each from the same state.
"""

from typing import NamedTuple, Optional

from cpp_tokens import BadSource, Token, directive, tokens


class Function(NamedTuple):
    name: str
    first_line: int  # of its signature, not of a comment or template line in front
    last_line: int  # of the closing brace

    @property
    def lines(self) -> int:
        return self.last_line - self.first_line + 1


class Type(NamedTuple):
    kind: str  # "namespace", "class", "struct", "union", "enum"
    name: str
    line: int


class Scopes(NamedTuple):
    functions: list[Function]
    types: list[Type]
    placed: list[tuple[Token, bool]]  # every token that is no directive, and whether it is inside a function


class _Frame(NamedTuple):
    kind: str  # "namespace", "class", "function", "block", "keep"
    name: str
    line: int
    head: tuple[Token, ...]  # the statement in front of the brace, continued after a "keep" brace


OPENING = {"(": ")", "[": "]"}
CLASS_WORDS = ("class", "struct", "union")
# Inside an initialiser these end the expression in front.
LAMBDA_WORDS = {"mutable", "noexcept", "constexpr", "consteval", "static"}


def _skip_group(head: list[Token], at: int) -> int:
    """The index behind the bracket group that opens at `at`."""
    closing = {"(": ")", "[": "]", "<": ">"}
    opener, closer = head[at].text, closing[head[at].text]
    depth = 0
    nested = 0  # parentheses inside angle brackets hide comparison operators
    for index in range(at, len(head)):
        text = head[index].text
        if opener == "<" and text in "()":
            nested += 1 if text == "(" else -1
        elif nested == 0 and text == opener:
            depth += 1
        elif nested == 0 and text == closer:
            depth -= 1
            if depth == 0:
                return index + 1
    return len(head)


def _without_prefix(head: list[Token]) -> list[Token]:
    """The head behind `template <…>`, `requires …`, attributes, alignas(…) and storage words."""
    at = 0
    while at < len(head):
        text = head[at].text
        follows = head[at + 1].text if at + 1 < len(head) else ""
        if text == "template" and follows == "<":
            at = _skip_group(head, at + 1)
        elif text == "requires" and follows == "(":
            at = _skip_group(head, at + 1)
        elif text == "[" and follows == "[":
            at = _skip_group(head, at)
        elif text in ("alignas", "__attribute__") and follows == "(":
            at = _skip_group(head, at + 1)
        elif text in ("export", "inline", "static", "constexpr", "typedef", "extern", "friend", "{}"):
            at += 1
        else:
            break
    return head[at:]


def _level_zero(head: list[Token]) -> list[Token]:
    """The tokens outside every ( ) and [ ]; an opening bracket stays, its contents and end do not."""
    kept, depth = [], 0
    for token in head:
        if token.text in OPENING:
            if depth == 0:
                kept.append(token)
            depth += 1
        elif token.text in OPENING.values():
            depth -= 1
        elif depth == 0:
            kept.append(token)
    return kept


def _open_brackets(head: list[Token]) -> int:
    return sum((token.text in OPENING) - (token.text in OPENING.values()) for token in head)


def _is_lambda(head: list[Token]) -> bool:
    """Whether the brace that follows is the body of a lambda: `[…]`, `(…)`, specifiers and `-> type` end the head."""
    for at in range(len(head) - 1, -1, -1):
        if head[at].text != "[":
            continue
        before = head[at - 1] if at else None
        if before and (before.text in ("[", ")", "]", "operator") or
                       (before.kind == "name" and before.text not in ("return", "co_return", "case"))):
            continue  # an attribute, or a subscript
        end = _skip_group(head, at)
        while end < len(head) and head[end].text in ("<", "("):
            end = _skip_group(head, end)
        rest = head[end:]
        arrow = next((index for index, token in enumerate(rest) if token.text == "->"), len(rest))
        specifiers = _level_zero(rest[:arrow])
        result = _level_zero(rest[arrow:])
        return (all(token.text in LAMBDA_WORDS or token.text == "(" for token in specifiers) and
                not any(token.text in (",", "=", ";") for token in result))
    return False


def _name_before_parameters(head: list[Token]) -> str:
    for at, token in enumerate(head):
        if token.text != "(" or at == 0:
            continue
        if head[at - 1].text in ("noexcept", "decltype", "alignas", "explicit", "requires", "__attribute__"):
            continue
        if head[at - 1].text == "operator":
            return "operator()"
        start = at - 1
        while start > 0 and (head[start - 1].text in ("::", "~", "operator") or head[start].text == "::"):
            start -= 1
        name = "".join(token.text for token in head[start:at])
        if name.removeprefix("TYPED_") in ("TEST", "TEST_F", "TEST_P"):
            return name + "(" + "".join(token.text for token in head[at + 1:_skip_group(head, at) - 1]) + ")"
        return name
    return "function"


def _in_member_list(flat: list[Token]) -> bool:
    """Whether a parameter list and then a lone ':' stand in the head: a constructor's member initialisers."""
    seen_parameters = False
    for token in flat:
        if token.text == "(":
            seen_parameters = True
        elif token.text == ":" and seen_parameters:
            return True
    return False


def _assigns(flat: list[Token]) -> bool:
    return any(token.text == "=" and (at == 0 or flat[at - 1].text != "operator") for at, token in enumerate(flat))


def _type_brace(bare: list[Token], flat: list[Token]) -> Optional[str]:
    """'class' or 'keep' (an enum) where the head declares a type, else nothing."""
    word = bare[0].text
    if word == "enum":
        return "keep"
    if word not in CLASS_WORDS:
        return None
    for token in flat[1:]:
        if token.text == ":":
            return "class"
        if token.text == "(":
            return None  # a function that returns `struct stat`
        if token.text == "=":
            return "keep"
    return "class"


def _classify(head: list[Token], outer: str) -> str:
    if _is_lambda(head):
        return "function"
    if outer == "keep" or _open_brackets(head) > 0:
        return "keep"
    bare = _without_prefix(head)
    while bare and bare[0].text == "[":  # an attribute behind the storage words
        bare = _without_prefix(bare[_skip_group(bare, 0):])
    if not bare:
        return "namespace" if head and head[0].text == "extern" else "keep"
    if bare[0].text == "namespace" or (bare[0].kind == "string" and len(bare) == 1):
        return "namespace"
    # alignas(8) and attributes after `struct` would look like parameters.
    flat = _level_zero(_without_type_attributes(bare))
    as_type = _type_brace(bare, flat)
    if as_type:
        return as_type
    if _assigns(flat) or not any(token.text == "(" for token in flat):
        return "keep"
    last = head[-1]
    if _in_member_list(flat) and (last.kind == "name" or last.text in (">", ":", ",")) and last.text != "noexcept":
        return "keep"
    if _after_requires(head):
        return "keep"
    return "function"


def _without_type_attributes(bare: list[Token]) -> list[Token]:
    if bare[0].text not in CLASS_WORDS:
        return bare
    return [bare[0]] + _skip_attributes(bare[1:])


def _skip_attributes(rest: list[Token]) -> list[Token]:
    while rest and (rest[0].text == "[" or rest[0].text in ("alignas", "__attribute__")):
        at = 0 if rest[0].text == "[" else 1
        rest = rest[_skip_group(rest, at):] if at < len(rest) else []
    return rest


def _after_requires(head: list[Token]) -> bool:
    """`requires (T value) {` or `requires {`: the brace of a requires-expression, not of a body."""
    if head[-1].text == "requires":
        return True
    if head[-1].text != ")":
        return False
    depth = 0
    for at in range(len(head) - 1, -1, -1):
        depth += (head[at].text == ")") - (head[at].text == "(")
        if depth == 0:
            return (at > 1 and head[at - 1].text == "requires" and
                    (head[at - 2].text in ("requires", "&&", "||", "=")))
    return False


def _is_macro_statement(head: list[Token], follows: Token) -> bool:
    """`DECLARE(Row)` on lines of its own, with no semicolon: what follows begins a declaration of its own."""
    return (len(head) > 2 and head[0].text.isupper() and head[1].text == "(" and head[-1].text == ")" and
            _skip_group(head, 1) == len(head) and follows.line > head[-1].line)


def _type_name(bare: list[Token]) -> str:
    names = []
    for token in _skip_attributes(bare[1:]):
        if token.kind == "name" and token.text not in CLASS_WORDS + ("final",):
            names.append(token.text)
        elif token.text != "::" and token.kind != "name":
            break
    return "::".join(names)


class _Machine:
    def __init__(self) -> None:
        self.stack: list[_Frame] = []
        self.head: list[Token] = []
        self.branches: list[tuple[list[_Frame], list[Token]]] = []
        self.functions: list[Function] = []
        self.types: list[Type] = []
        self.placed: list[tuple[Token, bool]] = []

    def outer(self) -> str:
        return self.stack[-1].kind if self.stack else "namespace"

    def inside_function(self) -> bool:
        return any(frame.kind == "function" for frame in self.stack)

    def on_directive(self, token: Token) -> None:
        word, _ = directive(token)
        if word in ("if", "ifdef", "ifndef"):
            self.branches.append((list(self.stack), list(self.head)))
        elif word in ("else", "elif", "elifdef", "elifndef") and self.branches:
            self.stack, self.head = list(self.branches[-1][0]), list(self.branches[-1][1])
        elif word == "endif" and self.branches:
            self.branches.pop()
        elif word == "define":
            name = directive(token)[1].split("(")[0].split()
            last = token.line + token.text.count("\n")
            self.functions.append(Function(f"#define {name[0] if name else ''}", token.line, last))

    def on_open(self, token: Token) -> None:
        if self.inside_function():
            self.stack.append(_Frame("block", "", token.line, ()))
            return
        kind = _classify(self.head, self.outer()) if self.head else "keep"
        bare = _without_prefix(self.head)
        first = bare[0].line if bare else token.line
        name = ""
        if kind == "function":
            name = "lambda" if _is_lambda(self.head) else _name_before_parameters(bare)
            first = self.head[-1].line if name == "lambda" else first
        self.note_type(kind, bare)
        self.stack.append(_Frame(kind, name, first, tuple(self.head)))
        self.head = []

    def note_type(self, kind: str, bare: list[Token]) -> None:
        if bare and (kind in ("class", "namespace") or bare[0].text == "enum") and bare[0].kind == "name":
            self.types.append(Type(bare[0].text, _type_name(bare), bare[0].line))

    def on_close(self, token: Token) -> None:
        if not self.stack:
            raise BadSource(token.line, "a closing brace without an opening one")
        frame = self.stack.pop()
        if frame.kind == "block":
            return
        if frame.kind == "function":
            self.functions.append(Function(frame.name, frame.line, token.line))
        if frame.kind == "keep" or frame.name == "lambda":
            self.head = list(frame.head) + [Token("punct", "{}", token.line)]
        else:
            self.head = []

    def on_other(self, token: Token) -> None:
        if self.inside_function():
            return
        if token.kind == "name" and _is_macro_statement(self.head, token):
            self.head = []
        at_statement_end = token.text == ";" or (token.text == "," and self.outer() == "keep")
        if at_statement_end and _open_brackets(self.head) == 0:
            self.head = []
        elif (token.text == ":" and self.outer() == "class" and len(self.head) == 1 and
              self.head[0].text in ("public", "protected", "private")):
            self.head = []
        else:
            self.head.append(token)


def scopes(text: str) -> Scopes:
    machine = _Machine()
    last_line = 1
    for token in tokens(text):
        last_line = token.line
        if token.kind == "directive":
            machine.on_directive(token)
            continue
        if token.text == "{" and token.kind == "punct":
            machine.on_open(token)
        elif token.text == "}" and token.kind == "punct":
            machine.on_close(token)
        else:
            machine.on_other(token)
        machine.placed.append((token, machine.inside_function()))
    if machine.stack:
        raise BadSource(last_line, f"the brace of line {machine.stack[-1].line} is not closed")
    return Scopes(machine.functions, machine.types, machine.placed)
