"""杀进程: the web workers and the background worker die at any moment; what then stands, and what not."""
