"""Zhanguo reads Chinese enforcement reports and returns records tied to the characters that say so."""

__version__ = "0.1.0"
