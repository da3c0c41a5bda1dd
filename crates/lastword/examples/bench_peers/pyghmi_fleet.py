"""Drives BMCs with pyghmi from one process. Status: one BMC after the other, which is its fastest way. Orders: to all, then
reads until all are there.
usage: pyghmi_fleet.py status|on|off USER PASSWORD PORT ADDRESS..."""

import sys
import time

from pyghmi.ipmi import command

action, user, password, port, *addresses = sys.argv[1:]


def log_in(address):
    return command.Command(bmc=address, userid=user, password=password, port=int(port))


def is_elsewhere(bmc):
    return bmc.get_power()["powerstate"] != (action if action != "status" else "on")


left, open_sessions = [], []
for address in addresses:
    bmc = log_in(address)
    if action == "status":
        left += [bmc] * is_elsewhere(bmc)
        bmc.ipmi_session.logout()
    else:
        bmc.set_power(action, wait=False)
        open_sessions.append(bmc)
if action != "status":
    left = open_sessions
    while left := [bmc for bmc in left if is_elsewhere(bmc)]:
        time.sleep(0.2)
for bmc in open_sessions:
    bmc.ipmi_session.logout()
print(f"{len(addresses) - len(left)} of {len(addresses)}")
sys.exit(1 if left else 0)
