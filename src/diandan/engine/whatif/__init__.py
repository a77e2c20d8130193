"""推演: a month of a place's own facts lived through again under another policy, one slice at a time."""

#: What a centre could do itself …
POLICIES = ("by_hand", "ordered", "ask_7", "waves_of_5", "ours")
#: … and one that knows what nobody can, to measure against.
ORACLE = "oracle"
