"""Framework contracts: clients of several towns, ridden by several co-ops. People allot the lots; nothing is ranked."""
