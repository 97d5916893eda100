"""Lines come out whole, however the network cuts them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.kubernetes.frames import Frames, FrameTooLargeError

LINES = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=10)


@given(LINES, st.lists(st.integers(min_value=0, max_value=500), max_size=20))
def test_any_cut_gives_the_same_lines(lines: list[bytes], cuts: list[int]) -> None:
    text = b"".join(line + b"\n" for line in lines)
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    frames = Frames(100)

    found = [line for begin, end in pairwise(edges) for line in frames.feed(text[begin:end])]

    assert found == [line for line in lines if line]


def test_a_line_without_its_end_is_none_yet() -> None:
    frames = Frames(100)

    assert list(frames.feed(b"abc")) == []
    assert list(frames.feed(b"def\nx")) == [b"abcdef"]


def test_a_line_of_many_megabytes_is_whole() -> None:
    frames, piece = Frames(32 * 1024 * 1024), b"x" * 65536

    for _ in range(256):
        assert list(frames.feed(piece)) == []
    (line,) = frames.feed(b"\n")

    assert len(line) == 256 * len(piece)


def test_a_line_without_end_is_refused() -> None:
    frames = Frames(10)

    with pytest.raises(FrameTooLargeError):
        list(frames.feed(b"0123456789x"))
