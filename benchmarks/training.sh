#!/usr/bin/env bash
# The runs of training with quantization behind docs/results.md: ./benchmarks/training.sh WEIGHTS [OUTPUT.csv]
# Trains ResNet-20 from the given float weights, one seed each, and appends a line for each run to the CSV file: CPQ with and without DropBits and LSQ at W4A4, W3A3 and W2A2,
# then CPQ with learned bit widths. Learned bits are to be compared with uniform ones of the same average, which the file's weight_bits says.
# EPOCHS (5), IMAGES (20000), SEED (1), DROP_BITS (0.1), PENALTIES ("0.001 0.003") and THREADS (all cores) can be set.
set -euo pipefail

if (($# < 1)); then
    sed -n '2,6s/^# //p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi

weights=$(realpath "$1")
output=$(realpath -m "${2:-artifacts/training.csv}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./build.sh setup
dotnet build samples/Cifar10 -c Release --nologo -v quiet -p:QDropEnabled=false

run() {
    dotnet samples/Cifar10/bin/Release/net10.0/Cifar10.dll train-quantized --weights "$weights" --output "$output" --threads "${THREADS:-$(nproc)}" \
        --epochs "${EPOCHS:-5}" --images "${IMAGES:-20000}" --seeds "${SEED:-1}" "$@"
}

for bits in '--w 4 --a 4' '--w 3 --a 3' '--w 2 --a 2'; do
    # shellcheck disable=SC2086 # two options
    {
        run $bits --method Cpq
        run $bits --method Lsq
        # Two bits have no level that could be dropped.
        [[ $bits == *'--w 2'* ]] || run $bits --method Cpq --drop-bits "${DROP_BITS:-0.1}"
    }
done
for penalty in ${PENALTIES:-0.001 0.003}; do
    run --w 4 --a 4 --method Cpq --bit-penalty "$penalty"
done
