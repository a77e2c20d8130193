"""Small, domain-free, Django-free building blocks: fact, refusal, units, ids, clock."""
