"""What must hold for every input, tried by Hypothesis."""
