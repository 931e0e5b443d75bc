# The common part of the scripts beside it, which do the runs of docs/results.md.
# A script sources it with its own arguments: WEIGHTS [OUTPUT.csv].
# shellcheck shell=bash
set -euo pipefail

if (($# < 1)); then
    # The comment at the top of the script is its help.
    awk 'NR > 1 { if (!/^#/ || /shellcheck/) exit; sub(/^# ?/, ""); print }' "$0" >&2
    exit 2
fi

weights=$(realpath "$1")
output=$(realpath -m "${2:-artifacts/$(basename "$0" .sh).csv}")
cd "$(dirname "$0")/../.."
./build.sh setup
dotnet build benchmarks/Experiments -c Release --nologo -v quiet

cores=$(nproc) # before OMP_NUM_THREADS is set, which nproc would print instead
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

# Runs a command for each line of options on standard input: one process for each core, one thread for each process.
run() {
    local program=benchmarks/Experiments/bin/Release/net10.0/Experiments.dll
    xargs -P "$cores" -L 1 dotnet "$program" "$1" --weights "$weights" --output "$output" --threads 1 "${@:2}"
}
