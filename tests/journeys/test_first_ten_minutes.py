"""A newcomer's first ten minutes, typed into a shell."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path


class Shell:
    """Types commands in a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __call__(self, line: str, code: int = 0) -> str:
        """What a command prints: on stdout when it ends well, on stderr otherwise."""
        words = [sys.executable, "-m", "bizops", *line.split()]
        wide = {**os.environ, "COLUMNS": "120"}
        done = subprocess.run(words, cwd=self.directory, env=wide, capture_output=True, text=True)
        assert done.returncode == code, done
        assert (done.stderr == "") == (code == 0), done
        return done.stderr if code else done.stdout

    def revenue(self, more: str = "") -> dict[str, str]:
        """Revenue by month."""
        rows = csv.DictReader(io.StringIO(self(f"kpi revenue --csv {more}")))
        return {row["period"]: row["value"] for row in rows}


def test_from_nothing_to_numbers_a_mistake_and_a_correction(tmp_path: Path) -> None:
    Shell(tmp_path)("init shop")
    shop = Shell(tmp_path / "shop")
    assert shop("check").startswith("The model is sound: ")

    assert "9 new rows" in shop("load")
    assert "2026-01-05 09:15" in shop("status")
    assert "revenue_per_order" in shop("kpi list")
    before = shop.revenue()
    assert before == {"2026-01": "1060.4", "2026-02": "1095.25", "2026-03": "330.0"}
    assert "1,095" in shop("kpi revenue")
    assert "Revenue per order" in shop("scorecard")
    assert "Revenue per order" in shop("tree")

    kpis = tmp_path / "shop" / "model" / "kpis.yaml"
    sound = kpis.read_text(encoding="utf-8")
    kpis.write_text(sound.replace("value: sum(amount)", "value: sum(amout)"), encoding="utf-8")
    complaint = shop("check", code=1)
    line = sound.splitlines().index("    value: sum(amount)") + 1
    assert complaint.startswith(f"model/kpis.yaml:{line}:16  ")
    assert "'amount'" in complaint
    kpis.write_text(sound, encoding="utf-8")
    shop("check")

    assert "0 new rows, 9 known" in shop("load")
    assert shop.revenue() == before

    moment = datetime.now(UTC).isoformat()
    rows = tmp_path / "shop" / "data" / "orders.csv"
    rows.write_text(rows.read_text(encoding="utf-8").replace("330.00", "430.00"), encoding="utf-8")
    assert "1 corrected" in shop("load")
    assert shop.revenue() == {**before, "2026-03": "430.0"}
    assert shop.revenue(f"--as-of {moment}") == before
    shop("compact")
    assert shop.revenue() == {**before, "2026-03": "430.0"}
    assert shop.revenue(f"--as-of {moment}") == before
    assert json.loads(shop("verify --json")) == {"ok": True, "problems": []}
