"""bizops: the control loop between a business and its IT."""

__version__ = "0.1.0"
