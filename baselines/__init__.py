"""Systems to compare with; each implements the contest's interface."""
