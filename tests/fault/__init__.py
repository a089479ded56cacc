"""What happens when something breaks; every scenario is a seed."""
