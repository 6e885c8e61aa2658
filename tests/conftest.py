"""Settings for all tests: no test is judged by its speed, machines differ."""

from hypothesis import settings

settings.register_profile("zhanguo", deadline=None, max_examples=60)
settings.load_profile("zhanguo")
