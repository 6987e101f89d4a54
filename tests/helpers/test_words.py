# SPDX-License-Identifier: LGPL-2.1-or-later
"""cubby-idmap's command line: rows I-1 to I-5, I-20 to I-33, I-49 and I-50 of hostile inputs."""

import ground

G = "g 0 1001 1 1 100000 65536"
U = "u 0 1001 1 1 100000 65536"


class Words(ground.Ground):
    def test_00_honest(self):
        self.done(ground.WHOLE, ground.WHOLE_MAPS)

    def test_i01_no_arguments(self):
        self.refused("E01", [])
        self.refused("E01", [], argv0="absent")

    def test_i02_verb(self):
        for verb in ("x", "U", "uid", "--help", "-h", "", "u\n", "u" * (60 << 10)):
            with self.subTest(verb=verb[:9]):
                self.refused("E01", [verb, *ground.WHOLE[1:]])

    def test_i02_a_megabyte(self):
        # More than 64 KiB of words is not looked at.
        target = self.target()
        ended = self.ask([*ground.WHOLE, *["1" * 100_000] * 10], target)
        self.assertEqual((ended.status, ended.err, target.state()), (64, "", ([], [], "allow")))

    def test_i03_a_letter_alone(self):
        for words in ("u", "u g", f"{U} g", f"u {G}", U):
            self.refused("E01", words)

    def test_i04_incomplete_triples(self):
        for numbers in ("0", "0 1001", "0 1001 1 1", "0 1001 1 1 100000"):
            self.refused("E01", f"u {numbers} {G}")
            self.refused("E01", f"{U} g {numbers}")

    def test_i05_order(self):
        for words in (f"{G} {U}", f"{U} {U}", f"{G} {G}", G, f"u {U} {G}", f"{U} g {G}", f"0 {U} {G}"):
            self.assertIn(self.ask(words, self.target()).status, (64,), words)
            self.assertEqual(self.target().state(), ([], [], "allow"))

    def numbers(self, code, *texts, at=(0, 1, 2)):
        for text in texts:
            for place in at:
                for letter in "ug":
                    numbers = ["0", "100000", "1"]
                    numbers[place] = text
                    words = ["u", *numbers, *G.split()] if letter == "u" else [*U.split(), "g", *numbers]
                    with self.subTest(text=text, place=place, letter=letter):
                        self.refused(code, words)

    def test_i20_inside_out_of_the_world(self):
        self.numbers("E02", "-1", "18446744073709551616", at=(0,))
        self.numbers("E03", "4294967295", "4294967296", at=(0,))

    def test_i21_outside_out_of_the_world(self):
        self.numbers("E02", "-1", "18446744073709651616", at=(1,))
        self.numbers("E03", "4294967295", "4294967296", "4295067296", at=(1,))

    def test_i22_i23_count(self):
        self.numbers("E03", "0", "4294967296", "4294967295", at=(2,))
        self.numbers("E02", "-1", "18446744073709551615", "18446744073709551616", at=(2,))

    def test_i24_i25_past_the_last_id(self):
        self.refused("E03", f"u 4294967290 100000 65536 {G}")
        self.refused("E03", f"{U} g 4294967290 100000 65536")
        self.refused("E03", f"u 0 4294967290 10 {G}")
        self.refused("E03", f"{U} g 0 4294967290 10")
        # The last id there is may be mapped inside.
        self.done(f"u 4294967294 100000 1 {G}", ([[4294967294, 100000, 1]], ground.WHOLE_MAPS[1]))

    def test_i26_to_i31_no_plain_decimal(self):
        self.numbers("E02", "0x186a0", "0303240", "00", "010", "+100000", " 100000", "100000 ", "100000\t", "100000\n", "",
                     "1e5", "100,000", "1_000", "100000u", "NaN")

    def test_i32_other_digits(self):
        self.numbers("E02", "１０００００", "١٠٠", "1\u200b0", "100000\udcff", "²")

    def test_i33_long(self):
        self.numbers("E02", "10000000000", "1" * 40_000)

    def test_i49_extents(self):
        self.refused("E04", ["u", *["0", "1", "1"] * 341, *G.split()])
        self.refused("E04", [*U.split(), "g", *["0", "1", "1"] * 2000])
        self.refused("E04", ["u", *["0", "1", "1"] * 6666, *G.split()])
        # 340 of the shortest fit, and are then refused for what they are.
        self.refused("E10", ["u", *["0", "1", "1"] * 340, *G.split()])

    def test_i50_longer_than_a_page(self):
        many = [word for at in range(340) for word in (str(at * 2), str(100000 + at * 2), "1")]
        self.refused("E05", ["u", *many, *G.split()])
        # What just fits does what it says.
        most = 4095 // len("1000 100000 1\n")
        some = [(1000 + at * 2, 100000 + at * 2, 1) for at in range(most)]
        words = [str(number) for extent in some for number in extent]
        self.done(["u", *words, *G.split()], ([list(extent) for extent in some], ground.WHOLE_MAPS[1]))


if __name__ == "__main__":
    ground.main()
