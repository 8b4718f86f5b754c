"""What the operating system gives: files, processes, systemd, and how the parts are doing."""
