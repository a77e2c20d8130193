"""接口: the same actions as the pages, over HTTP, for other programs."""
