#!/usr/bin/env bash
# The runs with bit widths layer by layer: ./benchmarks/budget.sh WEIGHTS [OUTPUT.csv]
# Quantizes ResNet-20 with the given float weights and activations of 4 bits, with budgets of 2.5, 3 and 4 bits on average and uniformly with 3 bits (those with 2 and 4 bits
# are among the runs of results.sh): learned with seeds 1 to 3, and rounded to nearest. Appends a line for each run to the CSV file. ITERATIONS (2000 by default) is the
# number of iterations of a unit. ./benchmarks/results-table.sh OUTPUT.csv makes a table of it.
# shellcheck source=runs.sh
source "$(dirname "$0")/runs.sh"

for bits in "--w 2 --budget '2.5 bits'" "--w 2 --budget '3 bits'" "--w 2 --budget '4 bits'" '--w 3'; do
    # Rounding to nearest draws nothing at random.
    echo "$bits --method Nearest --seeds 1"
    for seed in 1 2 3; do
        echo "$bits --seeds $seed"
    done
done | run reproduce --a 4 --iterations "${ITERATIONS:-2000}"
