#!/bin/bash
# Whole runs of mailgap beside other tools on generated logs of 1 and 4 GB.
#
#   benches/whole.sh                     # some 5 GB in the folder for temporary files, minutes
#   SIZES="256MB 1GB" RUNS=5 benches/whole.sh
#   GENERATE="--destinations 50 --days 1" benches/whole.sh     # few destinations, a busy day
#
# Prints for each tool: wall and CPU seconds (the best of RUNS), GB/s, wall time as a multiple of that of
# `rg -c ' status='` on the same file, and peak memory in MB. The files are read once before, so that all
# read from memory. Needs GNU time; rg and pflogsumm are left out where they are not installed.
set -euo pipefail
cd "$(dirname "$0")/.."

sizes=${SIZES:-"1GB 4GB"}
runs=${RUNS:-3}
read -r -a generate <<<"${GENERATE:-}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release
cargo build --quiet --release -p mailgap
cargo build --quiet --release -p mailgap-benches --bin generate-log

# Runs a command RUNS times: wall, CPU and peak memory of the quickest run. Output goes into a pipe:
# grep stops at the first match when it writes to /dev/null.
measure() {
    local best=
    for _ in $(seq "$runs"); do
        /usr/bin/time -o "$folder/time" -f '%e %U %S %M' "$@" 2>"$folder/errors" | wc -c >"$folder/out"
        best=$({ echo "$best"; tail -n 1 "$folder/time"; } | grep . | sort -n | head -n 1)
    done
    echo "$best"
}

# One row: name, size in bytes, wall of rg, command.
row() {
    local name=$1 bytes=$2 rg=$3
    shift 3
    measure "$@" | awk -v name="$name" -v bytes="$bytes" -v rg="$rg" '{
        wall = $1 > 0 ? $1 : 0.01
        printf "%-34s %8.2f %8.2f %8.2f %8s %8.0f\n", name, $1, $2 + $3, bytes / wall / 1e9,
            (rg > 0 ? sprintf("%.1f", wall / rg) : "-"), $4 / 1024
    }'
}

echo "CPU:    $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
echo "Memory: $(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo)"
echo "Load:   $(cut -d ' ' -f 1-3 /proc/loadavg) (1, 5, 15 minutes) before the start"
for size in $sizes; do
    log=$folder/$size.log
    "$target/generate-log" --bytes "$size" "${generate[@]}" -o "$log" >"$folder/counts"
    bytes=$(stat -c %s "$log")
    cat "$log" >/dev/null
    echo
    echo "$size, $(awk '$1 == "lines" { print $2 }' "$folder/counts") lines"
    printf '%-34s %8s %8s %8s %8s %8s\n' command 'wall s' 'CPU s' GB/s 'x rg' 'peak MB'
    rg=0
    if command -v rg >/dev/null; then
        rg=$(measure rg -c ' status=' "$log" | cut -d ' ' -f 1)
        row "rg -c ' status='" "$bytes" "$rg" rg -c ' status=' "$log"
    fi
    row "grep -c ' status='" "$bytes" "$rg" grep -c ' status=' "$log"
    row 'wc -l' "$bytes" "$rg" wc -l "$log"
    row 'mailgap report' "$bytes" "$rg" "$target/mailgap" report "$log"
    row 'mailgap report --jobs 1' "$bytes" "$rg" "$target/mailgap" report --jobs 1 "$log"
    row 'mailgap events -f jsonl' "$bytes" "$rg" "$target/mailgap" events -f jsonl "$log"
    if command -v pflogsumm >/dev/null; then
        # Slow, and it does not know RFC 3339 in old releases: a tenth of a GB in the old style, once.
        "$target/generate-log" --bytes 100MB --style traditional -o "$folder/old.log" >"$folder/old"
        runs=1 row 'pflogsumm (100 MB)' 100000000 0 pflogsumm "$folder/old.log"
    fi
    rm "$log"
done
