#!/bin/sh
# Starts 20 simulated BMCs: one ipmi_sim (Debian: openipmi) on 127.0.0.1, UDP ports 9001 to 9020.
# Any user may run it. LAG is the seconds that a machine takes to follow an order (default 2).
# Everything it writes lies in $SIM_DIR (default: target/ipmi-sim in the repository).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=${SIM_DIR:-$here/../../target/ipmi-sim}
lag=${LAG:-2}
nodes=20
password=$(cat "$here/password")

if ! command -v ipmi_sim >/dev/null; then
    echo "ipmi_sim is missing: apt-get install openipmi ipmitool" >&2
    exit 1
fi
if [ -f "$dir/pid" ] && kill -0 "$(cat "$dir/pid")" 2>/dev/null; then
    echo "it runs already (pid $(cat "$dir/pid")); stop it with $here/stop.sh" >&2
    exit 1
fi

rm -rf "$dir"
mkdir -p "$dir/state"
dir=$(cd "$dir" && pwd)
: >"$dir/orders.log"

lan() {
    echo 'name "twenty"'
    n=1
    while [ "$n" -le "$nodes" ]; do
        printf 'set_working_mc 0x%x\n' $((0x1e + 2 * n))
        echo 'startlan 1'
        echo "  addr 127.0.0.1 $((9000 + n))"
        echo '  priv_limit admin'
        for level in callback user operator admin; do
            echo "  allowed_auths_$level none md2 md5 straight"
        done
        printf '  guid %032x\n' "$n"
        echo 'endlan'
        echo 'user 1 true "" "" user 10 none md2 md5 straight'
        echo "user 2 true \"admin\" \"$password\" admin 10 none md2 md5 straight"
        echo "chassis_control \"$here/machine.sh $dir n$n $lag\""
        printf '0 0 0\n' >"$dir/n$n"
        n=$((n + 1))
    done
}

emulated() {
    echo 'mc_setbmc 0x20'
    n=1
    while [ "$n" -le "$nodes" ]; do
        mc=$(printf '0x%x' $((0x1e + 2 * n)))
        echo "mc_add $mc 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02"
        echo "sel_enable $mc 100 0x0a"
        echo "mc_enable $mc"
        n=$((n + 1))
    done
}

lan >"$dir/lan.conf"
emulated >"$dir/bmc.emu"
cd "$dir"
# -n: no console; its own group, so that Ctrl-C in this terminal does not end it
setsid ipmi_sim -n -c lan.conf -f bmc.emu -s state >ipmi_sim.log 2>&1 </dev/null &
echo $! >pid
sleep 1
if ! kill -0 "$(cat pid)" 2>/dev/null; then
    cat ipmi_sim.log >&2
    rm pid
    exit 1
fi
echo "20 BMCs at 127.0.0.1, ports 9001 to 9020; user admin, password $password"
echo "every order they receive is a line in $dir/orders.log"
