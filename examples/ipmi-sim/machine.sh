#!/bin/sh
# One simulated machine, as ipmi_sim's chassis_control calls it:
#   machine.sh FOLDER NAME LAG get|set PARAMETER [VALUE] ...
# Its file holds "BEFORE AFTER SINCE": the power is BEFORE until the second SINCE, and AFTER from then on.
set -eu

dir=$1 name=$2 lag=$3 verb=$4
shift 4
now=$(date +%s)
read -r before after since <"$dir/$name"
if [ "$now" -ge "$since" ]; then power=$after; else power=$before; fi

become() {
    if [ "$1" != "$after" ]; then
        echo "$power $1 $((now + lag))" >"$dir/$name.new"
        mv "$dir/$name.new" "$dir/$name"
        after=$1
    fi
}

if [ "$verb" = get ]; then
    for parameter; do
        case $parameter in
        power) echo "power:$power" ;;
        boot) echo "boot:$(cat "$dir/$name.boot" 2>/dev/null || echo default)" ;;
        *) exit 1 ;;
        esac
    done
    exit 0
fi

while [ $# -ge 2 ]; do
    echo "$(date +%T) $name $1 $2" >>"$dir/orders.log"
    case $1 in
    power) become "$2" ;;
    shutdown) become 0 ;;
    boot) echo "$2" >"$dir/$name.boot" ;;
    reset) ;;
    *) exit 1 ;;
    esac
    shift 2
done
