"""How sure the tagger was of a report, for annotating the least certain first (uncertainty sampling)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from zhanguo.schema import Span

LEAST = 5e-5  # scores are written with four digits: 0 stands for less than this


def confidence(spans: Sequence[Span]) -> float:
    """The geometric mean of the spans' scores, 1 where there are none.

    Its logarithm is the mean log-probability of what was tagged: MNLP of Shen et al., Deep Active Learning for Named Entity Recognition
    (ICLR 2018), over spans instead of tokens. It is the least-confidence measure of Culotta and McCallum (AAAI 2005) freed from its bent
    for long texts.
    """
    if not spans:
        return 1.0
    return math.exp(sum(math.log(max(span.score, LEAST)) for span in spans) / len(spans))
