"""Medians of the rates in a file of lines "library,threads rate", and how many times each library's best is ours."""

import collections
import statistics
import sys

rates = collections.defaultdict(list)
with open(sys.argv[1]) as lines:
    for line in lines:
        name, value = line.split()
        rates[name].append(float(value))
medians = {name: statistics.median(values) for name, values in rates.items()}
ours = max(value for name, value in medians.items() if name.startswith("boltzmann4j"))
print(f"\n{'library':24} {'threads':>7} {'rows/s':>9} {'rounds':>20} {'ours, best setting':>19}")
for name, value in medians.items():
    library, threads = name.split(",")
    rounds = f"{min(rates[name]):.0f} to {max(rates[name]):.0f}"
    print(f"{library:24} {threads:>7} {value:9.0f} {rounds:>20} {ours / value:17.2f} x")
