#!/bin/sh
# Stops the simulated BMCs that start.sh started. What they wrote stays for whoever wants to read it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=${SIM_DIR:-$here/../../target/ipmi-sim}
if [ ! -f "$dir/pid" ]; then
    echo "nothing was started in $dir" >&2
    exit 1
fi
kill "$(cat "$dir/pid")" 2>/dev/null || echo "it had ended already"
rm -f "$dir/pid"
