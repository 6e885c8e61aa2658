"""Hypothesis strategies that more than one test file draws from."""

from decimal import Decimal

from hypothesis import strategies as st

from zhanguo.schema import LABELS, Example, Record, Span

# What breaks offsets and files: astral characters, CR LF, wide and zero-width spaces, tabs, line separators, and what forms mark with.
CHARS = [
    "警",
    "3",
    "支",
    "👮",
    "𠮷",
    "\r\n",
    "\r",
    "\n",
    "\u3000",
    "\t",
    " ",
    "\u200b",
    "\u2028",
    "\x85",
    "\x0c",
    "#",
    "\\",
    "n",
    "u0041",
    "\ufeff",
]
MARKS = ["[[ORG|", "]]", "|", "\n----\n", "\n====\n", "# id = ", "-DOCSTART-"]
names = st.text('aé警👮 #"\\:=\n\t\u2028', min_size=1, max_size=6)
fields = st.none() | names


@st.composite
def examples(draw: st.DrawFn, chars: tuple[str, ...] = (*CHARS, *MARKS)) -> Example:
    """An annotated report of any text, its spans apart from each other, with or without records."""
    text = "".join(draw(st.lists(st.sampled_from(chars), max_size=30)))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    labels = st.sampled_from(LABELS)
    spans = tuple(Span(a, b, draw(labels)) for a, b in zip(edges[::2], edges[1::2], strict=False))
    records = draw(st.none() | st.lists(record(), max_size=2).map(tuple))
    return Example(draw(names), text, spans, records, draw(st.dictionaries(names, names, max_size=2)))


def record() -> st.SearchStrategy[Record]:
    """A record with any of the compared fields."""
    values = st.decimals(0, 10**20, places=3) | st.just(Decimal("2.50"))
    return st.builds(
        Record, kind=names, action=fields, target=fields, value=values, value_max=st.none() | values, qualifier=st.just("over"),
        unit=fields, change=fields, org=fields, part_of=st.none() | st.integers(0, 3),
    )  # fmt: skip
