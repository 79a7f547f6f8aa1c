"""What is so with visits at any time? Proofs by a solver, with certificates for another one."""
