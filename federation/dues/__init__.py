"""What member co-ops contribute to the federation: a share of the value that they add, decided by the assembly, called month by month."""
