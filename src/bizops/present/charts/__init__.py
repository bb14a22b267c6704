"""Charts: described once, with every label and number decided; drawn as SVG, in terminals, or by programs."""

from bizops.present.charts.chart import VERSION, Chart, Tone
from bizops.present.charts.course import Course, Happening, course_chart, happenings
from bizops.present.charts.schema import chart_schema
from bizops.present.charts.spark import spark_chart
from bizops.present.charts.split import split_chart
from bizops.present.charts.svg import Theme, svg

__all__ = [
    "VERSION",
    "Chart",
    "Course",
    "Happening",
    "Theme",
    "Tone",
    "chart_schema",
    "course_chart",
    "happenings",
    "spark_chart",
    "split_chart",
    "svg",
]
