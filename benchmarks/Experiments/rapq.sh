#!/usr/bin/env bash
# Does the runs with scales that are powers of two in docs/results.md.
#
#     ./benchmarks/Experiments/rapq.sh WEIGHTS [OUTPUT.csv]
#
# Quantizes ResNet-20 with the given float weights at W2A4, W3A3 and W4A4, seeds 1 to 3, with learned exponents
# (RAPQ) and with the nearest ones (naive), and at W2A4 with Norm = Auto, one seed. Appends a line for each run to
# the CSV file. ITERATIONS (2000) sets the number of iterations of a unit.
# ./benchmarks/Experiments/results-table.sh OUTPUT.csv writes a table of the file.
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
