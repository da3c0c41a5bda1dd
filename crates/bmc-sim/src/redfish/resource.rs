//! What there is under `/redfish`, and what may be done with it. It does not know what anything looks like.

/// A place in the tree. What stands in it as text is not checked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    Versions,
    Root,
    Odata,
    Metadata,
    SessionService,
    Sessions,
    Session(&'a str),
    System,
    Reset,
    ResetInfo,
    Manager,
    Chassis,
    AccountService,
    Account(&'a str),
    Role(&'a str),
    TaskService,
    Tasks,
    Task(&'a str),
    TaskMonitor(&'a str),
    Collection(Collection),
}

/// A collection that never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    Systems,
    Managers,
    Chassis,
    Accounts,
    Roles,
}

impl<'a> Resource<'a> {
    /// What is at that path.
    pub fn at(path: &'a str) -> Option<Self> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut parts = path.split('/');
        if (parts.next(), parts.next()) != (Some(""), Some("redfish")) {
            return None;
        }
        let parts: Vec<&str> = parts.collect();
        Some(match parts[..] {
            [] => Self::Versions,
            ["v1"] => Self::Root,
            ["v1", "odata"] => Self::Odata,
            ["v1", "$metadata"] => Self::Metadata,
            ["v1", "SessionService"] => Self::SessionService,
            // DSP0266, 13.3.4.2: both may be posted to
            ["v1", "SessionService", "Sessions"]
            | ["v1", "SessionService", "Sessions", "Members"] => Self::Sessions,
            ["v1", "SessionService", "Sessions", id] => Self::Session(id),
            ["v1", "Systems"] => Self::Collection(Collection::Systems),
            ["v1", "Systems", "1"] => Self::System,
            ["v1", "Systems", "1", "ResetActionInfo"] => Self::ResetInfo,
            ["v1", "Systems", "1", "Actions", "ComputerSystem.Reset"] => Self::Reset,
            ["v1", "Managers"] => Self::Collection(Collection::Managers),
            ["v1", "Managers", "1"] => Self::Manager,
            ["v1", "Chassis"] => Self::Collection(Collection::Chassis),
            ["v1", "Chassis", "1"] => Self::Chassis,
            ["v1", "AccountService"] => Self::AccountService,
            ["v1", "AccountService", "Accounts"] => Self::Collection(Collection::Accounts),
            ["v1", "AccountService", "Accounts", id] => Self::Account(id),
            ["v1", "AccountService", "Roles"] => Self::Collection(Collection::Roles),
            ["v1", "AccountService", "Roles", id] => Self::Role(id),
            ["v1", "TaskService"] => Self::TaskService,
            ["v1", "TaskService", "Tasks"] => Self::Tasks,
            ["v1", "TaskService", "Tasks", id] => Self::Task(id),
            ["v1", "TaskService", "TaskMonitors", id] => Self::TaskMonitor(id),
            _ => return None,
        })
    }

    /// Whether everybody may do that (DSP0266, 13.3.2).
    pub fn is_public_for(self, method: &str) -> bool {
        match self {
            Self::Versions | Self::Root | Self::Odata | Self::Metadata => true,
            Self::Sessions => method == "POST",
            Self::SessionService
            | Self::Session(_)
            | Self::System
            | Self::Reset
            | Self::ResetInfo
            | Self::Manager
            | Self::Chassis
            | Self::AccountService
            | Self::Account(_)
            | Self::Role(_)
            | Self::TaskService
            | Self::Tasks
            | Self::Task(_)
            | Self::TaskMonitor(_)
            | Self::Collection(_) => false,
        }
    }

    /// The methods that it knows, as the header `Allow` wants them.
    pub const fn allows(self) -> &'static str {
        match self {
            Self::Sessions => "GET, HEAD, POST",
            Self::Session(_) => "GET, HEAD, DELETE",
            Self::System => "GET, HEAD, PATCH",
            Self::Reset => "POST",
            Self::Versions
            | Self::Root
            | Self::Odata
            | Self::Metadata
            | Self::SessionService
            | Self::ResetInfo
            | Self::Manager
            | Self::Chassis
            | Self::AccountService
            | Self::Account(_)
            | Self::Role(_)
            | Self::TaskService
            | Self::Tasks
            | Self::Task(_)
            | Self::TaskMonitor(_)
            | Self::Collection(_) => "GET, HEAD",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_makes_no_difference_and_a_part_of_a_word_is_no_word() {
        for (path, resource) in [
            ("/redfish", Some(Resource::Versions)),
            ("/redfish/", Some(Resource::Versions)),
            ("/redfish/v1", Some(Resource::Root)),
            ("/redfish/v1/Systems/1/", Some(Resource::System)),
            ("/redfish/v1/SessionService/Sessions/7", Some(Resource::Session("7"))),
            ("/redfishes", None),
            ("/redfish/v1/Systems/2", None),
            ("redfish/v1", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Resource::at(path), resource, "{path}");
        }
    }
}
