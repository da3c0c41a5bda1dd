//! What an endpoint switches, as far as an inventory tells: the same, by whichever agent and account it is reached.

use super::endpoint::{Access, Endpoint};
use super::fence::Outlet;

/// One switch. Those of different [`Switch::what`] are different ones.
#[derive(Debug)]
pub(super) struct Switch {
    /// What it is called.
    pub(super) what: String,
    /// The port of its device, if that was said.
    port: Option<String>,
}

impl Switch {
    /// Whether it is the same. A port that was not said may be any.
    pub(super) fn is(&self, other: &Self) -> bool {
        let ports = self.port.as_ref().zip(other.port.as_ref());
        self.what == other.what && ports.is_none_or(|(own, other)| own == other)
    }
}

/// All that an endpoint switches.
pub(super) fn switches(endpoint: &Endpoint) -> Vec<Switch> {
    let contact = &endpoint.contact;
    match &endpoint.access {
        Access::Ipmi(_) => vec![one(format!("ipmi {contact}"))],
        Access::Redfish(redfish) => {
            let system = redfish.system.as_deref().unwrap_or_default();
            vec![one(format!(
                "redfish {contact} {}",
                system.rsplit('/').next().unwrap_or_default()
            ))]
        }
        Access::Webhook(webhook) => vec![one(format!("webhook {contact}{}", webhook.off))],
        Access::Fence(fence) => fence.outlets.iter().map(outlet).collect(),
        Access::Manual => Vec::new(),
    }
}

const fn one(what: String) -> Switch {
    Switch { what, port: None }
}

/// An outlet is its number or name at its device's address; without these, all that its agent is told.
fn outlet(outlet: &Outlet) -> Switch {
    let (Some(host), Some(plug)) = (outlet.host(), outlet.plug()) else {
        return one(format!("{} {}", outlet.device(), outlet.name()));
    };
    // some write numbers with zeros before them
    let plug = plug.parse::<u64>().map_or_else(|_| plug.to_ascii_lowercase(), |n| n.to_string());
    let port = outlet.port().map(str::to_owned);
    Switch { what: format!("outlet {plug} of {}", host.to_ascii_lowercase()), port }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::fence::Parameter;
    use super::*;

    fn told(text: &str) -> Switch {
        let pairs = text.split(' ').map(|pair| pair.split_once('=').unwrap());
        let text = |value: &str| Parameter::Text(value.into());
        outlet(&Outlet { parameters: pairs.map(|(k, v)| (Arc::from(k), text(v))).collect() })
    }

    #[test]
    fn an_outlet_is_the_same_however_it_is_written() {
        let own = told("ip=pdu1 plug=1");
        for same in
            ["ip=PDU1 plug=01", "ipaddr=pdu1 port=1", "ip=pdu1 plug=1 ipport=161 power_wait=3"]
        {
            assert!(told(same).is(&own) && own.is(&told(same)), "{same}");
        }
        for other in ["ip=pdu1 plug=2", "ip=pdu2 plug=1", "plug=1", "status_file=/a"] {
            assert!(!told(other).is(&own), "{other}");
        }
        let port = |number: u8| told(&format!("ip=pdu1 plug=1 ipport=16{number}"));
        assert!(!port(1).is(&port(2)));
    }
}
