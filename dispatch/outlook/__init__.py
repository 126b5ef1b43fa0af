"""What a plan would come to: arrivals, promises at risk, load along the round. Pure: no database, no clock of its own.

It answers what would happen; it never says who should ride.
"""
