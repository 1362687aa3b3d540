"""Who writes text: one small protocol, three engines behind it."""
