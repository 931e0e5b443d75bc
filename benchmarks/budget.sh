#!/usr/bin/env bash
# The runs behind the table of budgeted bit widths in docs/results.md: ./benchmarks/budget.sh WEIGHTS [OUTPUT.csv]
# Quantizes ResNet-20 with the given float weights, activations of 4 bits: uniformly with 2, 3 and 4 bits, with budgets of 2.5, 3 and 4 bits on average, and with budgets of the
# bytes that uniform 3 and 4 bits take; learned with seeds 1 to 3, and rounded to nearest. Appends a line for each run to the CSV file. Runs one process for each core, one
# thread each. ITERATIONS (2000 by default) is the number of iterations of a unit, SEEDS ("1 2 3") are the seeds.
set -euo pipefail

if (($# < 1)); then
    sed -n '2,6s/^# //p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi

weights=$(realpath "$1")
output=$(realpath -m "${2:-artifacts/budget.csv}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./build.sh setup
dotnet build samples/Cifar10 -c Release --nologo -v quiet

cores=$(nproc) # before OMP_NUM_THREADS is set, which nproc takes for the number of cores
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

# Runs the command lines that come in, one process for each core.
run() {
    xargs -P "$cores" -L 1 dotnet samples/Cifar10/bin/Release/net10.0/Cifar10.dll reproduce \
        --weights "$weights" --output "$output" --threads 1 --iterations "${ITERATIONS:-2000}" --a 4
}

# Rounding to nearest draws nothing at random. The last column has the bytes of the weights.
for w in 2 3 4; do
    echo "--w $w --method Nearest --seeds 1"
done | run
bytes_of() {
    awk -F, -v w="$1" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["w"] == w && $column["method"] == "Nearest" && $column["budget"] == "" { bytes = $column["bytes"] } END { print bytes }' "$output"
}

budgets=("2.5 bits" "3 bits" "4 bits" "$(bytes_of 3) bytes" "$(bytes_of 4) bytes")
{
    for budget in "${budgets[@]}"; do
        echo "--w 2 --budget '$budget' --method Nearest --seeds 1"
    done
    for seed in ${SEEDS:-1 2 3}; do
        for budget in "${budgets[@]}"; do
            echo "--w 2 --budget '$budget' --seeds $seed"
        done
        for w in 2 3 4; do
            echo "--w $w --seeds $seed"
        done
    done
} | run
