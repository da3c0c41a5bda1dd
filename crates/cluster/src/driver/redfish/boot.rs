//! Boot overrides: set by PATCH and read back, in the way that the standard has, and then in those that some BMCs want.

use arbiter::{Boot, BootDevice};
use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::client::{Client, What};
use super::{document, quirks};
use crate::driver::http::{Failure, Said};

impl Client<'_> {
    /// Sets a boot override and reads it back.
    ///
    /// # Errors
    /// [`Failure`]: refused when it reads back as another one.
    pub(super) async fn boot(&mut self, boot: Boot) -> Result<(), Failure> {
        let (system, tag) = self.look().await.map_err(Failure::before)?;
        let path = self.path();
        let mode = mode(boot, &system);
        let mut said = self.set(&path, body(boot, mode), tag.clone()).await?;
        if said.status().as_u16() == quirks::MODE_IS_NOT_WRITABLE.shows && is_so(mode, &system) {
            said = self.set(&path, body(boot, None), tag).await?;
        }
        let told = if said.status().is_success() {
            // it was sent, and may be set
            let (system, _) = self.look().await.map_err(Failure::after)?;
            reads_back(boot, &system).map_err(Failure::Refused)
        } else {
            Err(document::failure(&said))
        };
        match (told, settings(&system)) {
            (Err(Failure::Refused(_)), Some(path)) => self.boot_by_settings(boot, mode, path).await,
            (told, _) => told,
        }
    }

    /// The same at the resource where a BMC keeps what holds from the next start on.
    async fn boot_by_settings(
        &mut self,
        boot: Boot,
        mode: Option<&str>,
        path: &str,
    ) -> Result<(), Failure> {
        let (shown, said) = self.get(path).await.map_err(Failure::before)?;
        let tag = document::etag(said.headers(), &shown);
        let said = self.set(path, body(boot, mode), tag).await?;
        if !said.status().is_success() {
            return Err(document::failure(&said));
        }
        let (shown, _) = self.get(path).await.map_err(Failure::after)?;
        reads_back(boot, &shown).map_err(Failure::Refused)
    }

    /// Sends an override. A tag that does not match any more is read anew; a BMC that takes none for a match is told
    /// without.
    async fn set(&mut self, path: &str, body: Value, tag: Option<String>) -> Result<Said, Failure> {
        let said = self.ask(What::patch(path, body.clone(), tag)).await?;
        if said.status() != StatusCode::PRECONDITION_FAILED {
            return Ok(said);
        }
        let (shown, said) = self.get(path).await?;
        let tag = document::etag(said.headers(), &shown);
        let said = self.ask(What::patch(path, body.clone(), tag)).await?;
        if said.status() != StatusCode::PRECONDITION_FAILED {
            return Ok(said);
        }
        self.ask(What::patch(path, body, None)).await
    }

    /// Where the system is that was looked at.
    fn path(&self) -> String {
        self.known().map(|system| system.path.clone()).unwrap_or_default()
    }
}

/// The mode that is asked for, or the one that there is: some take a mode that is not told for their own.
fn mode(boot: Boot, system: &Value) -> Option<&str> {
    match (boot.device, boot.uefi) {
        (BootDevice::None, _) => None,
        (_, true) => Some("UEFI"),
        (_, false) => shown_mode(system),
    }
}

fn shown_mode(system: &Value) -> Option<&str> {
    let mode = system["Boot"][quirks::MODE_IS_FORGOTTEN.shows].as_str();
    mode.filter(|mode| ["UEFI", "Legacy"].contains(mode))
}

/// Whether the system is in that mode already, so that it need not be said.
fn is_so(mode: Option<&str>, system: &Value) -> bool {
    mode.is_some() && shown_mode(system) == mode
}

/// What is sent (DSP0268, ComputerSystem, Boot).
fn body(boot: Boot, mode: Option<&str>) -> Value {
    let lifetime = match (boot.device, boot.persistent) {
        (BootDevice::None, _) => "Disabled",
        (_, false) => "Once",
        (_, true) => "Continuous",
    };
    let mut set = Map::new();
    set.insert("BootSourceOverrideEnabled".into(), lifetime.into());
    set.insert("BootSourceOverrideTarget".into(), device(boot.device).into());
    if let Some(mode) = mode {
        set.insert(quirks::MODE_IS_FORGOTTEN.shows.into(), mode.into());
    }
    json!({ "Boot": set })
}

/// The resource for what holds from the next start on, on the same BMC, if the system names one (DSP0266, 9.10).
fn settings(system: &Value) -> Option<&str> {
    let path = system[quirks::OVERRIDES_IN_SETTINGS.shows]["SettingsObject"]["@odata.id"].as_str();
    path.filter(|path| path.starts_with("/redfish/"))
}

/// Whether the override that was read is the one that was set; else what it reads back as.
fn reads_back(boot: Boot, system: &Value) -> Result<(), String> {
    let read = |name: &str| system["Boot"][name].as_str().unwrap_or("nothing");
    let (enabled, target) = (read("BootSourceOverrideEnabled"), read("BootSourceOverrideTarget"));
    let is_set = enabled != "Disabled" && target == device(boot.device);
    let is_none = enabled == "Disabled" || target == "None";
    if (boot.device == BootDevice::None && is_none) || (boot.device != BootDevice::None && is_set) {
        return Ok(());
    }
    let [target, enabled] = [target, enabled].map(document::text);
    Err(format!("boot override reads back as {target} ({enabled})"))
}

const fn device(device: BootDevice) -> &'static str {
    match device {
        BootDevice::None => "None",
        BootDevice::Pxe => "Pxe",
        BootDevice::Disk => "Hdd",
        BootDevice::Bios => "BiosSetup",
        BootDevice::Cd => "Cd",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boot_override_has_a_mode_where_one_is_asked_for_and_is_read_back() {
        let pxe = Boot { device: BootDevice::Pxe, persistent: false, uefi: false };
        let none = Boot { device: BootDevice::None, uefi: true, ..pxe };
        for (wanted, expected) in [
            (
                pxe,
                json!({
                    "BootSourceOverrideEnabled": "Once",
                    "BootSourceOverrideTarget": "Pxe",
                }),
            ),
            (
                Boot { device: BootDevice::Bios, persistent: true, uefi: true },
                json!({
                    "BootSourceOverrideEnabled": "Continuous",
                    "BootSourceOverrideTarget": "BiosSetup",
                    "BootSourceOverrideMode": "UEFI",
                }),
            ),
            (
                none,
                json!({
                    "BootSourceOverrideEnabled": "Disabled",
                    "BootSourceOverrideTarget": "None",
                }),
            ),
        ] {
            let sent = body(wanted, mode(wanted, &json!({})));
            assert_eq!(sent, json!({ "Boot": expected }));
        }
        let reads = |boot, enabled: &str, target: &str| {
            let shown = json!({ "Boot": {
                "BootSourceOverrideEnabled": enabled,
                "BootSourceOverrideTarget": target,
            } });
            reads_back(boot, &shown).is_ok()
        };
        assert!(reads(pxe, "Once", "Pxe") && reads(pxe, "Continuous", "Pxe"));
        assert!(!reads(pxe, "Disabled", "Pxe") && !reads(pxe, "Once", "Hdd"));
        assert!(reads(none, "Disabled", "Pxe") && reads(none, "Once", "None"));
        assert!(!reads(none, "Once", "Pxe"));
        assert!(reads_back(pxe, &json!({})).is_err());
    }
}
