#!/usr/bin/env bash
# Does the runs of post-training quantization in docs/results.md.
#
#     ./benchmarks/Experiments/results.sh WEIGHTS [OUTPUT.csv]
#
# Quantizes ResNet-20 with the given float weights at several bit widths, with Drop 0, 0.5 and 1 and seeds 1 to 3,
# and appends a line for each run to the CSV file. ITERATIONS (2000) sets the number of iterations of a unit.
# ./benchmarks/Experiments/results-table.sh OUTPUT.csv writes a table of the file.
# shellcheck source=runs.sh
source "$(dirname "$0")/runs.sh"

for bits in '--w 4 --a 4' '--w 3 --a 3' '--w 2 --a 4' '--w 2 --a 2'; do
    # Rounding to nearest has no random numbers.
    echo "$bits --method Nearest --seeds 1"
    for drop in 0.5 0 1; do
        for seed in 1 2 3; do
            echo "$bits --drop $drop --seeds $seed"
        done
    done
done | run reproduce --iterations "${ITERATIONS:-2000}"
