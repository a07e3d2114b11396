"""`rill fleet`: the reports of many meters, as their own firmware plans them, and what a broker
makes of them.
"""
