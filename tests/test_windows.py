"""Windows cover a text once and wholly."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanguo.windows import cut


@given(st.integers(0, 3000), st.integers(2, 300), st.data())
def test_cores_cover_every_character_once(length: int, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    windows = cut(length, size, overlap)
    assert [i for w in windows for i in range(*w.core)] == list(range(length))
    for window in windows:
        assert window.read.start <= window.core.start < window.core.end <= window.read.end
        assert window.read.end - window.read.start == windows[0].read.end - windows[0].read.start <= size
    assert all(left.read.end - right.read.start >= overlap for left, right in pairwise(windows))


def test_a_character_is_taken_where_it_lies_deepest() -> None:
    windows = cut(1000, 256, 64)
    for window in windows:
        for position in range(*window.core):
            depths = [min(position - w.read.start, w.read.end - 1 - position) for w in windows if w.read.start <= position < w.read.end]
            here = min(position - window.read.start, window.read.end - 1 - position)
            at_an_end = window.read.start == 0 or window.read.end == 1000
            assert at_an_end or here >= max(depths) - 1


@pytest.mark.parametrize(("length", "count", "read"), [(256, 1, 256), (257, 2, 153), (300, 2, 174), (464, 2, 256), (465, 3, 187)])
def test_no_character_is_read_more_often_than_the_overlap_asks(length: int, count: int, read: int) -> None:
    windows = cut(length, 256, 48)
    assert (len(windows), len(range(*windows[0].read))) == (count, read)


def test_a_window_must_move_on() -> None:
    with pytest.raises(ValueError, match="overlap 64 must be at least 0 and below the window's size 64"):
        cut(10, 64, 64)
