#!/bin/sh
# The chassis behind one BMC of OpenIPMI's ipmi_sim, which calls: chassis.sh FOLDER get|set NAME [VALUE] ...
# The folder holds: power (0|1), on_ms and off_ms (how long a change takes), ignore (how many power-ons to
# accept and forget), fail (exists: reads fail). It gets: orders (what was asked), edges (what really happened).
d=$1 op=$2
shift 2
now() { date +%s%3N; }
settle() {
    [ -f "$d/pending" ] || return 0
    read -r value at < "$d/pending"
    [ "$(now)" -ge "$at" ] || return 0
    read -r old < "$d/power"
    [ "$old" = "$value" ] || echo "$at $old>$value" >> "$d/edges"
    echo "$value" > "$d/power"
    rm -f "$d/pending"
}
turn() {
    if [ "$1" = 1 ] && [ -f "$d/ignore" ]; then
        read -r left < "$d/ignore"
        if [ "$left" -gt 0 ]; then
            echo $((left - 1)) > "$d/ignore"
            return 0
        fi
    fi
    if [ "$1" = 1 ]; then read -r ms < "$d/on_ms"; else read -r ms < "$d/off_ms"; fi
    echo "$1 $(($(now) + ms))" > "$d/pending"
    settle
}
settle
case $op in
get)
    for name in "$@"; do
        case $name in
        power)
            [ ! -e "$d/fail" ] || exit 1
            read -r value < "$d/power"
            echo "power:$value"
            ;;
        boot)
            read -r value < "$d/boot"
            echo "boot:$value"
            ;;
        *) exit 1 ;;
        esac
    done
    ;;
set)
    while [ $# -gt 1 ]; do
        echo "$(now) $1=$2" >> "$d/orders"
        case $1 in
        power) turn "$2" ;;
        shutdown) turn 0 ;;
        boot) echo "$2" > "$d/boot" ;;
        reset | identify) ;;
        *) exit 1 ;;
        esac
        shift 2
    done
    ;;
*) exit 1 ;;
esac
