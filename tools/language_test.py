"""Tests of tools/language.py: python3 -m unittest discover -s tools -p 'language_test.py'."""

import os
import re
import unittest

import language

LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "language.txt")


class Language(unittest.TestCase):
    pairs = [(re.compile(r"\bwhoever\b"), "anyone who")]

    def complaints(self, name, text):
        return list(language.found(name, text, self.pairs))

    def test_finds_a_planted_phrase(self):
        self.assertEqual(
            self.complaints("docs/a.md", "Fine.\nAsk whoever runs it.\n"),
            ["docs/a.md:2: 'whoever' reads as translated; write: anyone who"],
        )

    def test_finds_it_in_a_string_of_go_and_not_in_a_comment_or_in_code(self):
        self.assertEqual(self.complaints("a.go", "// whoever\nwhoever := 1 // whoever\n"), [])
        self.assertEqual(len(self.complaints("a.go", 'say("whoever")\n')), 1)

    def test_leaves_code_blocks_and_quotations_alone(self):
        self.assertEqual(self.complaints("a.md", "```\nwhoever\n```\n`whoever`\n"), [])

    def test_reads_only_what_is_not_released(self):
        self.assertEqual(len(self.complaints("CHANGELOG.md", "# C\n\n## Unreleased\nwhoever\n\n## 0.1\nwhoever\n")), 1)

    def test_every_phrase_of_the_list_has_a_better_wording(self):
        with open(LIST, encoding="utf-8") as file:
            text = file.read()
        self.assertGreater(len(language.phrases(text)), 20)
        with self.assertRaises(ValueError):
            language.phrases("no wording\n")


if __name__ == "__main__":
    unittest.main()
