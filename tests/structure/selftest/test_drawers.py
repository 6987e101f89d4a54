# SPDX-License-Identifier: LGPL-2.1-or-later
"""drawers: a file, a folder, a namespace and a type of each forbidden name; and the names that the plan has."""

import unittest

from fixture import TreeTest
import drawers

ALLOWED = ["setuid-helpers/guard/guard.h", "netns-helper/holder.cpp", "tests/helpers/idmap_test.cpp",
           "user-runtime/base/commonplace.h", "user-runtime/base/id_range.h", "user-runtime/kernel/helper_path.h"]
REFUSED = [("user-runtime/base/utils.h", "user-runtime/base/utils.h"), ("user-runtime/common/fd.h", "user-runtime/common"),
           ("tests/unit/misc.cpp", "tests/unit/misc.cpp"), ("user-runtime/helpers/x.h", "user-runtime/helpers"),
           ("user-runtime/base/string_utils.cpp", "user-runtime/base/string_utils.cpp"),
           ("scripts/common.sh", "scripts/common.sh"), ("bench/StringUtil.h", "bench/StringUtil.h"),
           ("user-runtime/kernel/helper.h", "user-runtime/kernel/helper.h"), ("templates/common", "templates/common"),
           ("user-runtime/setuid-helpers/x.h", "user-runtime/setuid-helpers")]
NAMES = [("namespace cubby::utils {\n}\n", "namespace cubby::utils"), ("namespace misc {\n}\n", "namespace misc"),
         ("struct CommonState {};\n", "struct CommonState"), ("class PathUtils {};\n", "class PathUtils"),
         ("enum class Misc { a };\n", "enum Misc"), ("namespace helpers {\n}\n", "namespace helpers")]


class Drawers(TreeTest):
    def findings(self, files: dict[str, str]) -> list:
        self.write(files)
        found = drawers.check(self.root)[0]
        for path in files:
            (self.root / path).unlink()
        return found

    def test_allowed_paths(self) -> None:
        self.assertEqual(self.findings({path: "" for path in ALLOWED}), [])

    def test_refused_paths(self) -> None:
        for path, named in REFUSED:
            with self.subTest(path):
                self.assert_found(self.findings({path: ""}), named, 1, "drawer name")

    def test_a_folder_is_named_once(self) -> None:
        self.assert_found(self.findings({"tests/misc/a.py": "", "tests/misc/b.py": ""}), "tests/misc", 1, "drawer name")

    def test_names_in_code(self) -> None:
        for text, named in NAMES:
            with self.subTest(named):
                self.assert_found(self.findings({"user-runtime/base/x.h": "\n" + text}), "user-runtime/base/x.h", 2, named)

    def test_allowed_names_in_code(self) -> None:
        text = "namespace cubby {\nclass HelperProcess;\nstruct Commonplace {};\nint utils_used(int misc);\n}\n"
        self.assertEqual(self.findings({"user-runtime/base/x.h": text}), [])

    def test_as_a_program(self) -> None:
        self.write({"user-runtime/base/fd.h": ""})
        self.assertEqual(self.run_main(drawers.main)[0], 0)
        self.write({"user-runtime/base/misc.h": ""})
        self.assertEqual(self.run_main(drawers.main)[0], 1)


if __name__ == "__main__":
    unittest.main()
