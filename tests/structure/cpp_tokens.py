# SPDX-License-Identifier: LGPL-2.1-or-later
"""C++ text to tokens with line numbers.  Comments and white space are dropped; a preprocessor directive is one token."""

import re
from typing import NamedTuple


class Token(NamedTuple):
    kind: str  # "name", "number", "string", "char", "punct", "directive"
    text: str
    line: int  # of its first character, from 1


class BadSource(Exception):
    """A text that is not C++ as far as its comments and quotes go."""

    def __init__(self, line: int, why: str):
        super().__init__(why)
        self.line = line


_STRING = r'"(?:\\.|[^"\\\n])*"'
_PATTERN = re.compile(
    "|".join((
        # A directive may hold comments, strings and spliced lines, and reaches to the end of its last line.
        rf'(?P<directive>^[ \t]*\#(?:\\\r?\n|/\*.*?\*/|//(?:\\\r?\n|[^\n])*|{_STRING}|[^\n])*)',
        r"(?P<space>[ \t\r\f\v]+|\n|\\\r?\n)",
        r"(?P<comment>//(?:\\\r?\n|[^\n])*|/\*.*?\*/)",
        r'(?P<raw>(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"\w*)',
        rf"(?P<string>(?:u8|[uUL])?{_STRING}\w*)",
        r"(?P<char>(?:u8|[uUL])?'(?:\\.|[^'\\\n])+')",
        r"(?P<number>\.?\d(?:[eEpP][+-]|'?\w|\.)*)",
        r"(?P<name>[A-Za-z_]\w*)",
        r"(?P<punct>\.\.\.|<=>|<<=|>>=|->\*|::|->|&&|\|\||==|!=|<=|>=|\+\+|--|<<|[-+*/%&|^]=|\.\*|.)",
    )),
    re.MULTILINE | re.DOTALL,
)


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    line = 1
    for match in _PATTERN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "mark":  # the innermost group of a raw string
            kind = "raw"
        piece = match.group()
        if kind == "punct" and piece in "\"'":
            raise BadSource(line, "a quote is not closed")
        if kind == "punct" and text.startswith("/*", match.start()):
            raise BadSource(line, "a comment is not closed")
        if kind not in ("space", "comment"):
            found.append(Token("string" if kind == "raw" else kind, piece.strip() if kind == "directive" else piece, line))
        line += piece.count("\n")
    return found


def directive(token: Token) -> tuple[str, str]:
    """('include', '"base/fd.h"') for `# include "base/fd.h"  // why`; comments removed, spliced lines joined."""
    joined = re.sub(r"\\\r?\n", " ", token.text)
    bare = re.sub(rf"({_STRING})|//.*|/\*.*?\*/", lambda hit: hit.group(1) or " ", joined, flags=re.DOTALL)
    words = re.match(r"\s*#\s*(\w*)\s*(.*)", bare, re.DOTALL)
    return (words.group(1), words.group(2).strip()) if words else ("", "")
