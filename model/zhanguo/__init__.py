"""Zhanguo reads Chinese enforcement reports and returns records tied to the characters that say so.

>>> from zhanguo import Extractor
>>> Extractor.from_pretrained()("全市公安机关共收缴枪支281支。").records  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Extractor", "__version__"]

if TYPE_CHECKING:
    from zhanguo.extract import Extractor


def __getattr__(name: str) -> Any:
    if name == "Extractor":
        from zhanguo.extract import Extractor

        return Extractor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
