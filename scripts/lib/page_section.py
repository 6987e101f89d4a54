# SPDX-License-Identifier: LGPL-2.1-or-later
"""A page that several tables write together: each has its section of it, between two comments that name it.

What is outside of them is written by hand. tests/page_section.h is the same for programs in C++.
"""


def with_section(page, name, text):
    """The page with `text` as that section; it is an error where the page has none."""
    opening, closing = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, found, rest = page.partition(opening)
    _, ended, after = rest.partition(closing)
    if not found or not ended:
        raise ValueError(f"the page has no section {name}")
    return before + opening + text + closing + after
