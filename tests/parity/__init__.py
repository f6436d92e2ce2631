"""Same image in, same verdict out: the trainer in Python against the extension in Chromium."""
