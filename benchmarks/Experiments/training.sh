#!/usr/bin/env bash
# Does the runs of training with quantization in docs/results.md.
#
#     ./benchmarks/Experiments/training.sh WEIGHTS [OUTPUT.csv]
#
# Trains ResNet-20 from the given float weights: CPQ with and without DropBits and LSQ at W4A4, W3A3 and W2A2, then
# CPQ with learned bit widths (weight_bits and activation_bits in the file). Appends a line for each run to the CSV
# file. EPOCHS (5), IMAGES (20000), SEEDS ("1 2 3"), DROP_BITS (0.1) and PENALTIES ("0.02 0.04 0.1") can be set.
# ./benchmarks/Experiments/results-table.sh OUTPUT.csv writes a table of the file.
# shellcheck source=runs.sh
source "$(dirname "$0")/runs.sh"

for seed in ${SEEDS:-1 2 3}; do
    for bits in '--w 4 --a 4' '--w 3 --a 3' '--w 2 --a 2'; do
        echo "$bits --method Cpq --seeds $seed"
        echo "$bits --method Lsq --seeds $seed"
        # Two bits have no level that could be dropped.
        [[ $bits == *'--w 2'* ]] || echo "$bits --method Cpq --drop-bits ${DROP_BITS:-0.1} --seeds $seed"
    done
    for penalty in ${PENALTIES:-0.02 0.04 0.1}; do
        echo "--w 4 --a 4 --method Cpq --bit-penalty $penalty --seeds $seed"
    done
done | run train-quantized --epochs "${EPOCHS:-5}" --images "${IMAGES:-20000}"
