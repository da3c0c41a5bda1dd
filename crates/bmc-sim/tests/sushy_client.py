"""What OpenStack's library makes of one BMC: python sushy_client.py URL USER PASSWORD. It prints what it read."""

import sys

import sushy

url, user, password = sys.argv[1:]
# "auto": a session, as Ironic does
root = sushy.Sushy(url, username=user, password=password, verify=False)
system = root.get_system("/redfish/v1/Systems/1")
print("power", system.power_state.value)
print("resets", *sorted(value.value for value in system.get_allowed_reset_system_values()))
system.set_system_boot_options(
    target=sushy.BOOT_SOURCE_TARGET_PXE,
    enabled=sushy.BOOT_SOURCE_ENABLED_ONCE,
    mode=sushy.BOOT_SOURCE_MODE_UEFI,
)
system.refresh()
print("boot", system.boot["target"].value, system.boot["enabled"].value, system.boot["mode"].value)
for order in (sushy.RESET_ON, sushy.RESET_FORCE_RESTART, sushy.RESET_FORCE_OFF):
    system.reset_system(order)
    system.refresh()
    print(order.value, system.power_state.value)
print("manager", system.managers[0].uuid == system.uuid)
