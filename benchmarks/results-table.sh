#!/usr/bin/env bash
# A table for docs/results.md from the runs of results.sh, rapq.sh or budget.sh: ./benchmarks/results-table.sh RESULTS.csv
# Runs that differ only in their seed are one line: top-1 accuracy of each seed in the order of the seeds, their mean, and their standard deviation.
set -euo pipefail

if (($# != 1)); then
    sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi

# Sorts by the column with the given name.
key() {
    local at
    at=$(head -n 1 "$runs" | tr ',' '\n' | grep -nx "$1" | cut -d: -f1)
    printf -- '-k%s,%s%s\n' "$at" "$at" "$2"
}

runs=$1
mapfile -t keys < <(key w nr; key a nr; key method ''; key iterations n; key drop n; key seed n)
{ head -n 1 "$runs"; tail -n +2 "$runs" | LC_ALL=C sort -t, "${keys[@]}"; } | LC_ALL=C awk -F, '
NR == 1 {
    for (i = 1; i <= NF; i++) column[$i] = i
    next
}
{
    # Runs of before scales could be powers of two have no such column.
    scale = "scale" in column && $column["scale"] != "" && $column["scale"] != "Free" ? ", " $column["scale"] : ""
    if ("norm" in column && $column["norm"] != "" && $column["norm"] != 2) scale = scale ", Norm " $column["norm"]
    key = (("budget" in column) && $column["budget"] != "" ? $column["budget"] : $column["w"]) "/" $column["a"] " | " $column["method"] scale " | " ($column["method"] == "Nearest" ? "–" : $column["drop"]) " | " ($column["method"] == "Nearest" ? "–" : $column["iterations"])
    if (!(key in count)) order[++keys] = key
    value = $column["top1"]
    count[key]++; sum[key] += value; squares[key] += value * value
    seeds[key] = seeds[key] (seeds[key] == "" ? "" : ", ") value
}
END {
    print "| W/A | method | drop | iterations | each seed | mean | standard deviation |"
    print "|---|---|---|---|---|---|---|"
    for (k = 1; k <= keys; k++) {
        key = order[k]; n = count[key]; mean = sum[key] / n
        variance = n > 1 ? (squares[key] - n * mean * mean) / (n - 1) : 0
        spread = n > 1 ? sprintf("%.2f", sqrt(variance > 0 ? variance : 0)) : "–"
        printf "| %s | %s | **%.2f** | %s |\n", key, seeds[key], mean, spread
    }
}'
