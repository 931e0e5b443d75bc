#!/usr/bin/env bash
# Does the runs with bit widths by layer in docs/results.md.
#
#     ./benchmarks/Experiments/budget.sh WEIGHTS [OUTPUT.csv]
#
# Quantizes ResNet-20 with the given float weights and activations of 4 bits: with budgets of 2.5, 3 and 4 bits on
# average and with 3 bits in every layer (results.sh has 2 and 4 bits), learned with seeds 1 to 3 and rounded to
# nearest. Appends a line for each run to the CSV file. ITERATIONS (2000) sets the number of iterations of a unit.
# ./benchmarks/Experiments/results-table.sh OUTPUT.csv writes a table of the file.
# shellcheck source=runs.sh
source "$(dirname "$0")/runs.sh"

for bits in "--w 2 --budget '2.5 bits'" "--w 2 --budget '3 bits'" "--w 2 --budget '4 bits'" '--w 3'; do
    # Rounding to nearest has no random numbers.
    echo "$bits --method Nearest --seeds 1"
    for seed in 1 2 3; do
        echo "$bits --seeds $seed"
    done
done | run reproduce --a 4 --iterations "${ITERATIONS:-2000}"
