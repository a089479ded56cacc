"""Sockets in, bytes out: terminals connect or send, every tick yields what they sent as one arena."""
