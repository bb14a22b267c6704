"""What happened: immutable Parquet segments with a manifest. The only room that writes facts to disk."""

from bizops.lake.lake import Delivery, Lake, LoadReport
from bizops.lake.snapshot import Deletion, DeliveryRecord, QuarantinedRow, Segment, Snapshot
from bizops.lake.spec import DELIVERY, ROW, TableSpec
from bizops.lake.staging import Rejection, Staging

__all__ = [
    "DELIVERY",
    "ROW",
    "Deletion",
    "Delivery",
    "DeliveryRecord",
    "Lake",
    "LoadReport",
    "QuarantinedRow",
    "Rejection",
    "Segment",
    "Snapshot",
    "Staging",
    "TableSpec",
]
