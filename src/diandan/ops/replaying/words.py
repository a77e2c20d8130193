"""说法: what policies, figures and aims are called on the page and in the shell."""

POLICIES = {
    "by_hand": "电话派单(先来先办、就近)",
    "ordered": "层层派单(强制)",
    "ask_7": "问七补一",
    "waves_of_5": "三分钟五人一波",
    "ours": "本系统(零经验起步)",
    "ours_settled": "本系统(学过一个月)",
    "told": "参照:本系统目标+真实概率",
    "planner": "参照:知概率、只求少打扰",
    "oracle": "参照:先知",
}
FIGURES = {
    "served_in_promise": "按承诺服务",
    "served_late": "迟到服务",
    "unmet": "未满足",
    "wait_p50": "约满用时中位(分)",
    "wait_p90": "约满用时九成(分)",
    "alerts_per_filled": "每单打扰人次",
    "idle_feasible": "可问而全月未问",
    "gini_asks": "打扰基尼",
    "gini_hours": "时长基尼",
    "travel_km": "往返公里",
    "yes_not_needed": "多余应答/单",
    "most_asks_a_person": "一人最多被问",
    "brier": "预测误差(Brier)",
    "off": "校准偏差",
}
SHARES = {"served_in_promise", "served_late", "unmet", "idle_feasible"}
REASONS = {
    "no_one_able_free_and_near": "无人会、有空又够近",
    "all_said_no": "问遍了都没答应",
    "did_not_come": "答应了没来",
    "busy_or_at_limit": "剩下的人另有安排或本周已问满",
    "time_ran_out": "来不及",
}
SUPPLY = {"surplus": "人手有余", "tight": "人手刚好", "short": "人手不足"}
#: What may be turned, what is plotted against what, and how a position is called.
KNOBS = {
    "fairness": ("公平的分量", "alerts_per_filled", "gini_asks"),
    "budget": ("一周最多问几次", "alerts_per_filled", "served_in_promise"),
    "way": ("路程的分量", "travel_km", "gini_asks"),
    "haste": ("一次多问几家", "alerts_per_filled", "wait_p50"),
}
AIMS = {
    "served_against_oracle": "按承诺服务 ÷ 先知(≥ 0.99)",
    "idle_feasible": "可问而 30 天未被问(≤ 0.001)",
    "alerts_against_planner": "每单打扰 ÷ 知概率、只求少打扰(≤ 1.2)",
    "alerts_against_told": "每单打扰 ÷ 同样目标而知概率(≤ 1.2)",
    "gini_asks_lowest": "打扰基尼最低",
    "gini_hours_lowest": "时长基尼最低",
}


def figure(key: str, value: float) -> str:
    """A figure as people read it."""
    if key in SHARES or key.startswith("unmet"):
        return f"{100 * value:.2f}%"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
