"""The demo federation: invented people and shops at real addresses, told through the services that everybody uses.

It is a puppet theatre: what its dispatchers "plan" and its couriers "ride" was written here, in their names. Nothing of it runs outside a
demo instance (`DEMO=1`), and nothing in the product calls it: in a co-op only people plan.
"""
