"""Pages for reading and printing: no script, nothing fetched, in light and dark, made from what the screens show."""

from bizops.present.paper.pages import kpi_page, scorecard_page
from bizops.present.paper.sheet import Sheet, kpi_sheet
from bizops.present.paper.style import STYLE

__all__ = ["STYLE", "Sheet", "kpi_page", "kpi_sheet", "scorecard_page"]
