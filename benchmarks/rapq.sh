#!/usr/bin/env bash
# Runs with scales that are powers of two: ./benchmarks/rapq.sh WEIGHTS [OUTPUT.csv]
# Quantizes ResNet-20 with the given float weights at W4A4, W3A3 and W2A4 with exponents that are learned (RAPQ) and with the nearest ones (naive), seeds 1 to 3, and
# appends a line for each run to the CSV file. Runs one process for each core, one thread each. ITERATIONS (2000 by default) is the number of iterations of a unit.
# ./benchmarks/results-table.sh OUTPUT.csv makes a table of it.
set -euo pipefail

if (($# < 1)); then
    sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi

weights=$(realpath "$1")
output=$(realpath -m "${2:-artifacts/rapq.csv}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./build.sh setup
dotnet build samples/Cifar10 -c Release --nologo -v quiet

runs() {
    local bits scale seed
    for bits in '--w 2 --a 4' '--w 3 --a 3' '--w 4 --a 4'; do
        for scale in PowerOfTwo NearestPowerOfTwo; do
            for seed in 1 2 3; do
                echo "$bits --scale $scale --seeds $seed"
            done
        done
    done
}

cores=$(nproc) # before OMP_NUM_THREADS is set, which nproc takes for the number of cores
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
runs | xargs -P "$cores" -L 1 dotnet samples/Cifar10/bin/Release/net10.0/Cifar10.dll reproduce \
    --weights "$weights" --output "$output" --threads 1 --iterations "${ITERATIONS:-2000}"
