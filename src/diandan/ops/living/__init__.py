"""实况: the whole house under a month's stream of orders at a hundred times its speed."""
