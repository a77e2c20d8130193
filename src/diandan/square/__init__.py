"""广场: what a centre keeps up beside the order's path; it reads the path, the path never knows it."""
