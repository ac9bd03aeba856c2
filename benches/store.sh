#!/bin/bash
# Stores of events: writing, reading and reporting, beside the logs they were made from.
#
#   benches/store.sh                     # logs of 1, 4 and 9 GB (ten million events), some 12 GB of disk, minutes
#   SIZES="1GB" RUNS=3 benches/store.sh
#
# Prints for each command: wall and CPU seconds (the best of RUNS), and peak memory in MB; for each store its bytes
# and the log's size as a multiple of them; and whether the reports are the same. Needs GNU time and jq.
set -euo pipefail
cd "$(dirname "$0")/.."

sizes=${SIZES:-"1GB 4GB 9GB"}
runs=${RUNS:-1}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release
cargo build --quiet --release -p mailgap
cargo build --quiet --release -p mailgap-benches --bin generate-log

# One row: name, file for what it prints, command.
row() {
    local name=$1 out=$2 best=
    shift 2
    for _ in $(seq "$runs"); do
        [ "$out" = - ] && rm -rf "$folder/store"
        /usr/bin/time -o "$folder/time" -f '%e %U %S %M' "$@" >"$folder/out"
        best=$({ echo "$best"; tail -n 1 "$folder/time"; } | grep . | sort -n | head -n 1)
    done
    [ "$out" = - ] || mv "$folder/out" "$out"
    echo "$best" | awk -v name="$name" '{ printf "%-34s %8.2f %8.2f %8.0f\n", name, $1, $2 + $3, $4 / 1024 }'
}

echo "CPU:    $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
echo "Memory: $(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo)"
echo "Load:   $(cut -d ' ' -f 1-3 /proc/loadavg) (1, 5, 15 minutes) before the start"
for size in $sizes; do
    log=$folder/$size.log
    "$target/generate-log" --bytes "$size" -o "$log" >"$folder/counts"
    echo
    echo "$size: $(awk '$1 == "lines" || $1 == "delivery" || $1 == "queue" { printf "%s %s  ", $1, $2 }' "$folder/counts")"
    printf '%-34s %8s %8s %8s\n' command 'wall s' 'CPU s' 'peak MB'
    row 'events -f parquet' - "$target/mailgap" events -f parquet -o "$folder/store" "$log"
    row 'report LOG' "$folder/log.json" "$target/mailgap" report -f json "$log"
    row 'report STORE' "$folder/store.json" "$target/mailgap" report -f json "$folder/store"
    row 'report STORE --jobs 1' "$folder/one.json" "$target/mailgap" report -f json --jobs 1 "$folder/store"
    for json in log store one; do
        jq 'del(.coverage)' "$folder/$json.json" >"$folder/$json.bare"
    done
    cmp "$folder/log.bare" "$folder/store.bare" && cmp "$folder/log.bare" "$folder/one.bare" && echo 'the reports are the same'
    bytes=$(du -bs "$folder/store" | cut -f 1)
    echo "store: $bytes bytes, 1/$(awk -v of="$(stat -c %s "$log")" -v store="$bytes" 'BEGIN { printf "%.1f", of / store }') of the log"
    rm -r "$log" "$folder/store"
done
