#!/usr/bin/env bash
# Writes a table for docs/results.md from a file of results.sh, rapq.sh, budget.sh or training.sh.
#
#     ./benchmarks/Experiments/results-table.sh RESULTS.csv
#
# Runs that differ only in their seed share a line: top-1 accuracy for each seed in the order of the seeds, mean and
# standard deviation; for training also the average bits.
set -euo pipefail

if (($# != 1)); then
    awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "${BASH_SOURCE[0]}" >&2
    exit 2
fi

# Sorts by the column with the given name, where there is one.
key() {
    local at
    at=$(head -n 1 "$runs" | tr ',' '\n' | grep -nx "$1" | cut -d: -f1) || return 0
    printf -- '-k%s,%s%s\n' "$at" "$at" "$2"
}

runs=$1
mapfile -t keys < <(
    key w nr; key a nr; key method ''; key iterations n; key drop n; key drop_bits n; key bit_penalty n; key seed n
)
{ head -n 1 "$runs"; tail -n +2 "$runs" | LC_ALL=C sort -t, "${keys[@]}"; } | LC_ALL=C awk -F, '
NR == 1 {
    for (i = 1; i <= NF; i++) column[$i] = i
    next
}
"drop_bits" in column {
    setting = "–"
    if ($column["bit_penalty"] > 0) setting = "BitPenalty " $column["bit_penalty"]
    if ($column["drop_bits"] > 0) setting = "DropBits " $column["drop_bits"]
    extent = $column["epochs"] " × " $column["images"]
    add($column["w"] "/" $column["a"] " | " $column["method"] " | " setting " | " extent)
    next
}
{
    # Older files lack some columns.
    scale = known("scale") && $column["scale"] != "Free" ? ", " $column["scale"] : ""
    if (known("norm") && $column["norm"] != 2) scale = scale ", Norm " $column["norm"]
    bits = known("budget") ? $column["budget"] : $column["w"]
    nearest = $column["method"] == "Nearest"
    extent = (nearest ? "–" : $column["drop"]) " | " (nearest ? "–" : $column["iterations"])
    add(bits "/" $column["a"] " | " $column["method"] scale " | " extent)
}
function known(name) {
    return name in column && $column[name] != ""
}
function add(key, value) {
    if (!(key in count)) order[++keys] = key
    value = $column["top1"]
    count[key]++; sum[key] += value; squares[key] += value * value
    seeds[key] = seeds[key] (seeds[key] == "" ? "" : ", ") value
    if (!("drop_bits" in column)) return
    weights[key] += $column["weight_bits"]; activations[key] += $column["activation_bits"]
}
END {
    training = "drop_bits" in column
    settings = training ? "setting | epochs × images" : "drop | iterations"
    head = "| W/A | method | " settings " | each seed | mean | standard deviation |"
    print head (training ? " average bits |" : "")
    print "|---|---|---|---|---|---|---|" (training ? "---|" : "")
    for (k = 1; k <= keys; k++) {
        key = order[k]; n = count[key]; mean = sum[key] / n
        variance = n > 1 ? (squares[key] - n * mean * mean) / (n - 1) : 0
        spread = n > 1 ? sprintf("%.2f", sqrt(variance > 0 ? variance : 0)) : "–"
        bits = training ? sprintf(" %.2f, %.2f |", weights[key] / n, activations[key] / n) : ""
        printf "| %s | %s | **%.2f** | %s |%s\n", key, seeds[key], mean, spread, bits
    }
}'
