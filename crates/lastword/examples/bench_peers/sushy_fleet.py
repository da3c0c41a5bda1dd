"""Drives Redfish services with sushy in sixteen threads: orders, and reads until all are there.
usage: sushy_fleet.py status|on|off USER PASSWORD PORT ADDRESS..."""

import concurrent.futures
import logging
import sys
import time

import sushy
import urllib3

urllib3.disable_warnings()
logging.disable(logging.CRITICAL)
action, user, password, port, *addresses = sys.argv[1:]
ORDERS = {"on": sushy.ResetType.ON, "off": sushy.ResetType.FORCE_OFF}


def one(address):
    root = sushy.Sushy(f"https://{address}:{port}", username=user, password=password, verify=False)
    system = root.get_system("/redfish/v1/Systems/1")
    if action != "status":
        system.reset_system(ORDERS[action])
        while system.power_state is None or system.power_state.value.lower() != action:
            time.sleep(0.2)
            system.refresh(force=True)
    return system.power_state.value


with concurrent.futures.ThreadPoolExecutor(16) as pool:
    states = list(pool.map(one, addresses))
print({state: states.count(state) for state in set(states)})
