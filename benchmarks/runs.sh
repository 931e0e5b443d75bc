# What the scripts that run the sample for docs/results.md share. They source it with their own arguments: WEIGHTS [OUTPUT.csv].
# shellcheck shell=bash
set -euo pipefail

if (($# < 1)); then
    # The comment at the top of the script says how it is used.
    awk 'NR > 1 { if (!/^# / || /shellcheck/) exit; sub(/^# /, ""); print }' "$0" >&2
    exit 2
fi

weights=$(realpath "$1")
output=$(realpath -m "${2:-artifacts/$(basename "$0" .sh).csv}")
cd "$(dirname "$0")/.."
./build.sh setup
dotnet build samples/Cifar10 -c Release --nologo -v quiet -p:QDropEnabled=false

cores=$(nproc) # before OMP_NUM_THREADS is set, which nproc takes for the number of cores
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

# Runs a command of the sample with each line of options that comes in: one process for each core, one thread each.
run() {
    xargs -P "$cores" -L 1 dotnet samples/Cifar10/bin/Release/net10.0/Cifar10.dll "$1" --weights "$weights" --output "$output" --threads 1 "${@:2}"
}
