"""图页: one file with the figures, the aims and the curves; it loads nothing from anywhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from diandan.engine.replay.curves import Curves
from diandan.engine.replay.summary import Mean, aims, summary

from .drawing import Axes, lines, path
from .seeds import Done
from .words import AIMS, FIGURES, KNOBS, POLICIES, REASONS, figure

STYLE = """
body{font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:0 auto;max-width:1180px;
padding:16px;color:#1a1a1a;background:#fff}
h1{font-size:26px}h2{font-size:20px;margin-top:32px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{border-bottom:1px solid #d5d5d5;padding:6px 8px;text-align:right;vertical-align:top}
th:first-child,td:first-child{text-align:left}
small{color:#595959;white-space:nowrap}.told td{color:#595959}.wide{overflow-x:auto}
figure{margin:0}.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(480px,100%),1fr));
gap:24px}figcaption{font-weight:600;margin-bottom:4px}svg text{font-size:11px;fill:#333}
.grid{stroke:#e3e3e3}.legend{list-style:none;padding:0;margin:4px 0;font-size:13px;
display:flex;flex-wrap:wrap;gap:2px 14px}
"""
NOTE = "均值 ± 95% 区间半宽;灰色为参照:它们知道现实中不可能知道的事。"
MARKED = ("ordered", "ask_7", "planner", "told", "oracle")
ALONE = "只有一个种子,没有区间:下面凡比最好的差一点就列出。"
TOLD = ("told", "planner", "oracle")


def page(title: str, said: str, done: Sequence[Done]) -> str:
    """The whole page as text."""
    rows = [d.figures for d in done]
    found = summary(rows)
    parts = [
        f"<h1>{escape(title)}</h1><p>{escape(said)}</p>",
        f"<h2>各派法的数字</h2><p><small>{NOTE}</small></p>",
        _table(found),
        "<h2>目标</h2>",
        "" if len(done) > 1 else f"<p>{ALONE}</p>",
        _aims(rows),
        "<h2>未满足的原因</h2>",
        _reasons(found),
        "<h2>曲线</h2><p><small>第一个种子</small></p>",
        _charts(done[0].curves),
    ]
    if done[0].frontier:
        parts.append(_frontier(done, found))
    return (
        '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _table(found: Mapping[str, Mapping[str, Mean]]) -> str:
    heads = "".join(f'<th scope="col">{escape(word)}</th>' for word in FIGURES.values())
    body = []
    for name, values in found.items():
        cells = "".join(f"<td>{_value(key, values.get(key))}</td>" for key in FIGURES)
        kind = ' class="told"' if name in TOLD else ""
        body.append(f'<tr{kind}><th scope="row">{escape(POLICIES[name])}</th>{cells}</tr>')
    return (
        f'<div class="wide" tabindex="0"><table><thead><tr><th scope="col">派法</th>{heads}</tr>'
        f"</thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _value(key: str, value: Mean | None) -> str:
    if value is None:
        return "–"
    if not value.half:  # one seed has no interval
        return figure(key, value.mean)
    return f"{figure(key, value.mean)}<br><small>± {figure(key, value.half)}</small>"


def _aims(rows: Sequence[Mapping[str, Mapping[str, float]]]) -> str:
    made = []
    for name in ("ours", "ours_settled"):
        if name not in rows[0]:
            continue
        reached, worse = aims(rows, name)
        items = "".join(
            f"<li>{'达到' if aim.met else '<strong>未达到</strong>'}:"
            f"{escape(AIMS[aim.name])} — {aim.reached:.4g}</li>"
            for aim in reached
        )
        others = "".join(
            f"<li>{escape(FIGURES.get(key, key))}:不如 {escape(POLICIES[best])}</li>"
            for key, best in worse.items()
        )
        made.append(
            f"<h3>{escape(POLICIES[name])}</h3><ul>{items}</ul>"
            f"<p>比最好的派法差过两者区间的数字:</p><ul>{others or '<li>没有</li>'}</ul>"
        )
    return "".join(made)


def _reasons(found: Mapping[str, Mapping[str, Mean]]) -> str:
    heads = "".join(f'<th scope="col">{escape(word)}</th>' for word in REASONS.values())
    body = "".join(
        f'<tr><th scope="row">{escape(POLICIES[name])}</th>'
        + "".join(f"<td>{_value('unmet', values.get(f'unmet_{why}'))}</td>" for why in REASONS)
        + "</tr>"
        for name, values in found.items()
    )
    return (
        f'<div class="wide" tabindex="0"><table><thead><tr><th scope="col">派法</th>{heads}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _charts(curves: Mapping[str, Curves]) -> str:
    order = list(POLICIES.values())
    named = {POLICIES[name]: found for name, found in curves.items()}
    hours = (5, 15, 60, 240, 1440, 2880)
    log = {name: [(math.log10(x), y) for x, y in found.filled] for name, found in named.items()}
    days = max(x for found in named.values() for x, _y in found.unasked)
    charts = {
        "约满的单占全部的比例": lines(
            Axes(
                "点单后(分钟,对数)", "比例", (math.log10(5), math.log10(2880)), (0, 1),
                tuple(math.log10(h) for h in hours), tuple(str(h) for h in hours),
            ),
            log, order,
        ),
        "还从未被问过的志愿者": lines(
            Axes("第几天", "比例", (1, days), (0, 1)),
            {name: found.unasked for name, found in named.items()}, order,
        ),
        "打扰的洛伦兹曲线(越贴近对角线越公平)": lines(
            Axes("志愿者(从少到多)", "占全部打扰", (0, 1), (0, 1)),
            {name: found.asks for name, found in named.items()}, order,
        ),
        "预测是否应验": lines(
            Axes("预测会答应", "果然答应", (0, 1), (0, 1)),
            {name: f.reliability for name, f in named.items() if f.reliability}, order,
        ),
    }  # fmt: skip
    return (
        '<div class="charts">'
        + "".join(
            f"<figure><figcaption>{escape(title)}</figcaption>{chart}</figure>"
            for title, chart in charts.items()
        )
        + "</div>"
    )


def _frontier(done: Sequence[Done], found: Mapping[str, Mapping[str, Mean]]) -> str:
    swept = [d.frontier for d in done if d.frontier]
    charts = []
    for knob, positions in swept[0].items():
        title, across, up = KNOBS[knob]
        rows = [[one[knob][times] for one in swept] for times in positions]
        points = [(_mean(row, across), _mean(row, up)) for row in rows]
        marks = {
            POLICIES[name]: [(found[name][across].mean, found[name][up].mean)]
            for name in MARKED
            if name in found
        }
        charts.append(_turned(title, (across, up), positions, points, marks))
    return f'<h2>此消彼长:一次只动一样</h2><div class="charts">{"".join(charts)}</div>'


def _turned(
    title: str,
    keys: tuple[str, str],
    positions: Iterable[float],
    points: Sequence[tuple[float, float]],
    marks: Mapping[str, Sequence[tuple[float, float]]],
) -> str:
    """One knob's curve; references that lie far off it are left out, the curve is what counts."""
    x_most, y_most = 2 * max(x for x, _y in points), 2 * max(y for _x, y in points)
    near = {n: p for n, p in marks.items() if p[0][0] <= x_most and p[0][1] <= y_most}
    spots = [*points, *(p for mark in near.values() for p in mark)]
    axes = Axes(
        FIGURES[keys[0]], FIGURES[keys[1]],
        (min(x for x, _ in spots) * 0.95, max(x for x, _ in spots) * 1.05 or 1),
        (0, max(y for _, y in spots) * 1.1 or 1),
    )  # fmt: skip
    chart = path(axes, points, [f"×{times:g}" for times in positions], near)
    return f"<figure><figcaption>{escape(title)}</figcaption>{chart}</figure>"


def _mean(rows: Sequence[Mapping[str, float]], key: str) -> float:
    return sum(row[key] for row in rows) / len(rows)
