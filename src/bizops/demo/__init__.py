"""Nordlicht Handel: a made-up retailer whose data hold planted, known truths.

``simulate`` writes two years of its data into a directory; ``truth.json`` beside them says what is true in them.
"""

from bizops.demo.simulate import simulate

__all__ = ["simulate"]
