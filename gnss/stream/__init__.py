"""Mixed byte streams cut into sentences and frames."""
