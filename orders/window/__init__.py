"""The local shop window: partners show what they sell, people of the town buy it, the bikes bring it. No place in it can be bought."""
