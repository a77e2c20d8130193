"""全市一轮: millions of people, a hundred thousand open jobs, one exact round in a blink."""
