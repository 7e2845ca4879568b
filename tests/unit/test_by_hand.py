"""What is written for a shell is what the shell gives to its programs, whatever people named."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from continuity.domain.by_hand import Variable, line, quoted, sum_line

SHELLS = ("/bin/sh", "/bin/bash")
WORDS = st.binary(min_size=0, max_size=30).filter(lambda raw: b"\0" not in raw)
NAMES = WORDS.filter(lambda raw: raw and b"/" not in raw and raw not in {b".", b".."})


@pytest.mark.parametrize("shell", SHELLS)
@settings(max_examples=60, deadline=None)
@given(words=st.lists(WORDS, min_size=1, max_size=4))
def test_a_program_is_given_exactly_the_words(shell: str, words: list[bytes]) -> None:
    script = b"printf '%s\\0' " + line(*words) + b"\n"
    done = subprocess.run([shell], input=script, capture_output=True, timeout=20, check=True)

    assert done.stdout == b"".join(word + b"\0" for word in words)


@settings(max_examples=30, deadline=None)
@given(value=WORDS)
def test_a_variable_stands_for_one_word_with_what_is_beside_it(value: bytes) -> None:
    script = b"X=" + quoted(value) + b"\nprintf '%s\\0' " + line(("a b/", Variable("X"), "/*"))
    done = subprocess.run(["/bin/sh"], input=script, capture_output=True, timeout=20, check=True)

    assert done.stdout == b"a b/" + value + b"/*\0"


@settings(max_examples=40, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True), wrong=st.booleans())
def test_sha256sum_understands_every_name(names: list[bytes], wrong: bool) -> None:
    with TemporaryDirectory() as folder:
        top = os.fsencode(folder)
        sums = b""
        for name in names:
            with open(top + b"/" + name, "wb") as file:
                file.write(name + (b"!" if wrong else b""))
            sums += sum_line(hashlib.sha256(name).digest(), b"/" + name)
        done = subprocess.run(
            ["sha256sum", "--strict", "--quiet", "-c", "-"],
            cwd=Path(folder),
            input=sums,
            capture_output=True,
            timeout=20,
            check=False,
        )

    assert (done.returncode == 0) is not wrong, done.stderr
    assert b"improperly" not in done.stderr
