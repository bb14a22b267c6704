"""The only style of the pages; a server allows it by its hash."""

from __future__ import annotations

from bizops.present.colours import root_rules

_RULES = """
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:2rem 1.25rem;background:var(--back);color:var(--ink);
font:16px/1.5 Inter,system-ui,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.1rem;margin:2.5rem 0 .5rem}
p.lead{font-size:1.15rem;margin:0 0 1.5rem;max-width:60rem}
p.above{color:var(--ink-2);font-size:.85rem;margin:0 0 .25rem}
body.narrow-page{max-width:50rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th{font-weight:600;text-align:left;color:var(--ink-2);font-size:.85rem}
th,td{padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
td:first-child{white-space:normal;min-width:12rem}
table.small td,table.small th{font-size:.85rem;min-width:0;padding-block:.2rem}
.n{text-align:right}.v{font-weight:600}.s{color:var(--ink-2);font-size:.85rem}
.good{color:var(--better-text)}.bad{color:var(--worse-text)}.watch{color:var(--watch-text)}
.signal{margin-left:.5rem}.signal.better{color:var(--better-text)}.signal.worse{color:var(--worse-text)}
.big{font-size:2.1rem;font-weight:600;line-height:1.2;margin:.5rem 0 .25rem}
.chip{display:inline-block;border:1px solid var(--line);border-radius:4px;padding:.1rem .5rem;font-size:.85rem;
font-weight:600;vertical-align:middle;margin-left:.75rem;color:var(--ink-2)}
.chip.better{color:var(--better-text);background:var(--better-tint);border-color:var(--better)}
.chip.worse{color:var(--worse-text);background:var(--worse-tint);border-color:var(--worse)}
.chip.late{color:var(--watch-text);background:var(--watch-tint);border-color:var(--watch)}
figure{margin:1.5rem 0;padding:1rem;background:var(--surface);border:1px solid var(--line);border-radius:6px}
figure svg{max-width:100%;height:auto;display:block}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem;margin:0}
dt{color:var(--ink-2)}dd{margin:0;max-width:60ch;overflow-wrap:anywhere}
svg{vertical-align:middle}
ul{list-style:none;padding-left:1.25rem;border-left:1px solid var(--line)}ul.top{padding:0;border:0}li{padding:.2rem 0}
code{font-size:.85rem;color:var(--ink-2)}sup{line-height:0}a{color:inherit}
@media(max-width:40rem){body{padding:1rem .75rem}td:first-child{min-width:8.5rem}.v{white-space:normal}
ul{padding-left:.75rem}code{overflow-wrap:anywhere}dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
@page{size:A4;margin:16mm 14mm}
@media print{body{max-width:none;padding:0;background:none;font-size:10pt}.wide{overflow:visible}
th,td{padding:.2rem .5rem .2rem 0}td:first-child{min-width:9rem}figure{border:0;padding:0}
figure,tr,li,dt,dd{break-inside:avoid}h2{break-after:avoid}thead{display:table-header-group}.chip{background:none}}
"""

STYLE = root_rules() + "".join(_RULES.splitlines())
"""Colours by role, then the rules that use them."""
