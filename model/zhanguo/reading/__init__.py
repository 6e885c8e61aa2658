"""The parts of reading: where inputs lie (``walk``), what they are (``kinds``), and one module a group of formats."""
