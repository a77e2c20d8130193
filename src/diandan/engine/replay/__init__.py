"""复盘推演: a month of requests lived through under one policy of asking or another."""
