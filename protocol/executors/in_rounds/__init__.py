"""Many courses at once with NumPy alone: the first visits of all patients, then the second ones, and so on."""
