#!/usr/bin/env bash
# The runs with scales that are powers of two: ./benchmarks/rapq.sh WEIGHTS [OUTPUT.csv]
# Quantizes ResNet-20 with the given float weights at W2A4, W3A3 and W4A4 with exponents that are learned (RAPQ) and with the nearest ones (naive), seeds 1 to 3, and at W2A4
# with powers of errors chosen by their distribution, one seed. Appends a line for each run to the CSV file. ITERATIONS (2000 by default) is the number of iterations of a unit.
# ./benchmarks/results-table.sh OUTPUT.csv makes a table of it.
# shellcheck source=runs.sh
source "$(dirname "$0")/runs.sh"

{
    for bits in '--w 2 --a 4' '--w 3 --a 3' '--w 4 --a 4'; do
        for scale in PowerOfTwo NearestPowerOfTwo; do
            for seed in 1 2 3; do
                echo "$bits --scale $scale --seeds $seed"
            done
        done
    done
    echo '--w 2 --a 4 --scale PowerOfTwo --norm Auto --seeds 1'
} | run reproduce --iterations "${ITERATIONS:-2000}"
