"""OTLP: bodies of traces, logs and metrics to columns, as the specification has them.

``check`` says of one body what can be taken, before it is acknowledged; ``rows`` makes the raw table's rows of many.
"""

from bizops.intake.otlp.bodies import Checked, check
from bizops.intake.otlp.tables import rows

__all__ = ["Checked", "check", "rows"]
