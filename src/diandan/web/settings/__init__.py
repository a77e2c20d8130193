"""设置: the pages on which a centre's administrator sets her house in order, and sites' own pages."""
