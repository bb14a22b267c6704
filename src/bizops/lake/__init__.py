"""What happened: immutable Parquet segments with a manifest. The only room that writes facts to disk."""

from bizops.lake.commit import Delivery, LoadReport
from bizops.lake.lake import Lake
from bizops.lake.quarantine import QuarantinedRow
from bizops.lake.snapshot import Deletion, DeliveryRecord, Segment, Snapshot
from bizops.lake.spec import DELIVERY, ROW, TableSpec
from bizops.lake.staging import RAW_LIMIT, Rejection, Staging

__all__ = [
    "DELIVERY",
    "RAW_LIMIT",
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
