"""From a chart's own places to those of a picture, whatever it is made of."""

from __future__ import annotations

from bizops.present.charts.chart import Chart, Frame


class Place:
    """Where values and places of a chart come to lie in a frame: its own in pixels, or one in characters."""

    def __init__(self, chart: Chart, frame: Frame | None = None) -> None:
        self.frame, self.lying = frame or chart.frame, chart.along == "x"
        across = [axis.domain for axis in chart.axes if axis.side in ("bottom", "top")]
        upright = [axis.domain for axis in chart.axes if axis.side == "left"]
        self.across = across[0] if across else (0.0, 1.0)
        self.upright = upright[0] if upright else (0.0, 1.0)

    def x(self, at: float) -> float:
        """From the left."""
        low, high = self.across
        return self.frame.left + self.frame.width * (at - low) / (high - low)

    def y(self, at: float) -> float:
        """From the top: values grow upwards; places (where values lie along x) downwards."""
        low, high = self.upright
        share = (at - low) / (high - low)
        return self.frame.top + self.frame.height * (share if self.lying else 1 - share)

    def within(self, at: float) -> float:
        """A place, or the end of the plot that lies nearest."""
        return min(max(at, self.across[0]), self.across[1])

    def at(self, place: float, value: float) -> tuple[float, float]:
        """The point of a value at a place."""
        return (self.x(value), self.y(place)) if self.lying else (self.x(place), self.y(value))

    def box(self, first: float, last: float, start: float, end: float) -> tuple[float, float, float, float]:
        """Left, top, width and height of a box from place to place and value to value."""
        (x1, y1), (x2, y2) = self.at(first, start), self.at(last, end)
        return min(x1, x2), min(y1, y2), abs(x1 - x2), abs(y1 - y2)
