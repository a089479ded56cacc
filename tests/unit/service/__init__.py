"""The shell around the parts: settings, commands, logs, start and stop."""
