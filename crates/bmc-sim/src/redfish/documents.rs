//! What the resources look like that tell nothing of the machine's power. It answers no requests.

use serde_json::{Value, json};

use super::access::SESSION_IDLE_MS;
use super::resource::Collection;

/// The roles of the standard. The one account is an administrator.
const ROLES: [(&str, &[&str]); 3] = [
    (
        "Administrator",
        &["Login", "ConfigureManager", "ConfigureUsers", "ConfigureSelf", "ConfigureComponents"],
    ),
    ("Operator", &["Login", "ConfigureSelf", "ConfigureComponents"]),
    ("ReadOnly", &["Login", "ConfigureSelf"]),
];

/// The schema of everything that there is (DSP0266, 8.4.1).
pub const METADATA: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
  <edmx:Reference Uri="http://redfish.dmtf.org/schemas/v1/ServiceRoot_v1.xml">
    <edmx:Include Namespace="ServiceRoot"/>
    <edmx:Include Namespace="ServiceRoot.v1_15_0"/>
  </edmx:Reference>
  <edmx:Reference Uri="http://redfish.dmtf.org/schemas/v1/ComputerSystem_v1.xml">
    <edmx:Include Namespace="ComputerSystem"/>
    <edmx:Include Namespace="ComputerSystem.v1_20_0"/>
  </edmx:Reference>
  <edmx:DataServices>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Service">
      <EntityContainer Name="Service" Extends="ServiceRoot.v1_15_0.ServiceContainer"/>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
"#;

pub fn root(uuid: &str) -> Value {
    json!({
        "@odata.id": "/redfish/v1/",
        "@odata.type": "#ServiceRoot.v1_15_0.ServiceRoot",
        "Id": "RootService",
        "Name": "Root Service",
        "RedfishVersion": "1.18.0",
        "UUID": uuid,
        "Systems": link("/redfish/v1/Systems"),
        "Managers": link("/redfish/v1/Managers"),
        "Chassis": link("/redfish/v1/Chassis"),
        "SessionService": link("/redfish/v1/SessionService"),
        "AccountService": link("/redfish/v1/AccountService"),
        "Tasks": link("/redfish/v1/TaskService"),
        "Links": { "Sessions": link("/redfish/v1/SessionService/Sessions") },
    })
}

pub fn odata() -> Value {
    let places = ["Systems", "Managers", "Chassis", "SessionService", "AccountService"];
    let places = places.iter().map(
        |name| json!({ "name": name, "kind": "Singleton", "url": format!("/redfish/v1/{name}") }),
    );
    let root = json!({ "name": "Service", "kind": "Singleton", "url": "/redfish/v1/" });
    let value: Vec<Value> = std::iter::once(root).chain(places).collect();
    json!({ "@odata.context": "/redfish/v1/$metadata", "value": value })
}

pub fn session_service() -> Value {
    json!({
        "@odata.id": "/redfish/v1/SessionService",
        "@odata.type": "#SessionService.v1_1_9.SessionService",
        "Id": "SessionService",
        "Name": "Session Service",
        "ServiceEnabled": true,
        "SessionTimeout": SESSION_IDLE_MS / 1_000,
        "Status": healthy(),
        "Sessions": link("/redfish/v1/SessionService/Sessions"),
    })
}

pub fn session_path(id: &str) -> String {
    format!("/redfish/v1/SessionService/Sessions/{id}")
}

pub fn sessions<'a>(ids: impl Iterator<Item = &'a str>) -> Value {
    collection("/redfish/v1/SessionService/Sessions", "Session", ids.map(session_path))
}

pub fn session(id: &str, username: &str) -> Value {
    json!({
        "@odata.id": session_path(id),
        "@odata.type": "#Session.v1_5_0.Session",
        "Id": id,
        "Name": "Session",
        "UserName": username,
    })
}

pub fn collection_of(kind: Collection) -> Value {
    let one = |path: &str, kind| collection(path, kind, std::iter::once(format!("{path}/1")));
    match kind {
        Collection::Systems => one("/redfish/v1/Systems", "ComputerSystem"),
        Collection::Managers => one("/redfish/v1/Managers", "Manager"),
        Collection::Chassis => one("/redfish/v1/Chassis", "Chassis"),
        Collection::Accounts => one("/redfish/v1/AccountService/Accounts", "ManagerAccount"),
        Collection::Roles => {
            let path = "/redfish/v1/AccountService/Roles";
            let members = ROLES.iter().map(|(name, _)| format!("{path}/{name}"));
            collection(path, "Role", members)
        }
    }
}

pub fn manager(uuid: &str) -> Value {
    json!({
        "@odata.id": "/redfish/v1/Managers/1",
        "@odata.type": "#Manager.v1_18_0.Manager",
        "Id": "1",
        "Name": "Manager",
        "ManagerType": "BMC",
        "UUID": uuid,
        "FirmwareVersion": env!("CARGO_PKG_VERSION"),
        "PowerState": "On",
        "Status": healthy(),
        "Links": {
            "ManagerForServers": [link("/redfish/v1/Systems/1")],
            "ManagerForChassis": [link("/redfish/v1/Chassis/1")],
        },
    })
}

pub fn chassis() -> Value {
    json!({
        "@odata.id": "/redfish/v1/Chassis/1",
        "@odata.type": "#Chassis.v1_23_0.Chassis",
        "Id": "1",
        "Name": "Chassis",
        "ChassisType": "RackMount",
        "Status": healthy(),
        "Links": {
            "ComputerSystems": [link("/redfish/v1/Systems/1")],
            "ManagedBy": [link("/redfish/v1/Managers/1")],
        },
    })
}

pub fn account_service() -> Value {
    json!({
        "@odata.id": "/redfish/v1/AccountService",
        "@odata.type": "#AccountService.v1_13_0.AccountService",
        "Id": "AccountService",
        "Name": "Account Service",
        "ServiceEnabled": true,
        "Status": healthy(),
        "Accounts": link("/redfish/v1/AccountService/Accounts"),
        "Roles": link("/redfish/v1/AccountService/Roles"),
    })
}

pub fn account(id: &str, username: &str) -> Option<Value> {
    let account = json!({
        "@odata.id": "/redfish/v1/AccountService/Accounts/1",
        "@odata.type": "#ManagerAccount.v1_11_0.ManagerAccount",
        "Id": "1",
        "Name": "Account",
        "UserName": username,
        "Password": null,
        "RoleId": "Administrator",
        "Enabled": true,
        "Locked": false,
        "AccountTypes": ["Redfish"],
        "Links": { "Role": link("/redfish/v1/AccountService/Roles/Administrator") },
    });
    (id == "1").then_some(account)
}

pub fn role(name: &str) -> Option<Value> {
    let (name, privileges) = ROLES.iter().find(|(known, _)| *known == name)?;
    Some(json!({
        "@odata.id": format!("/redfish/v1/AccountService/Roles/{name}"),
        "@odata.type": "#Role.v1_3_1.Role",
        "Id": name,
        "Name": name,
        "RoleId": name,
        "IsPredefined": true,
        "AssignedPrivileges": privileges,
    }))
}

pub fn task_service() -> Value {
    json!({
        "@odata.id": "/redfish/v1/TaskService",
        "@odata.type": "#TaskService.v1_2_0.TaskService",
        "Id": "TaskService",
        "Name": "Task Service",
        "ServiceEnabled": true,
        "Status": healthy(),
        "Tasks": link("/redfish/v1/TaskService/Tasks"),
    })
}

pub fn tasks(ids: impl Iterator<Item = u32>) -> Value {
    collection("/redfish/v1/TaskService/Tasks", "Task", ids.map(task_path))
}

pub fn task(id: u32, running: bool) -> Value {
    json!({
        "@odata.id": task_path(id),
        "@odata.type": "#Task.v1_7_0.Task",
        "Id": id.to_string(),
        "Name": "Reset",
        "TaskState": if running { "Running" } else { "Completed" },
        "TaskStatus": "OK",
        "PercentComplete": if running { 0 } else { 100 },
        "TaskMonitor": monitor_path(id),
    })
}

pub fn monitor_path(id: u32) -> String {
    format!("/redfish/v1/TaskService/TaskMonitors/{id}")
}

pub fn healthy() -> Value {
    json!({ "State": "Enabled", "Health": "OK" })
}

pub fn link(path: &str) -> Value {
    json!({ "@odata.id": path })
}

fn task_path(id: u32) -> String {
    format!("/redfish/v1/TaskService/Tasks/{id}")
}

fn collection(path: &str, kind: &str, members: impl Iterator<Item = String>) -> Value {
    let members: Vec<Value> = members.map(|path| link(&path)).collect();
    json!({
        "@odata.id": path,
        "@odata.type": format!("#{kind}Collection.{kind}Collection"),
        "Name": format!("{kind} Collection"),
        "Members@odata.count": members.len(),
        "Members": members,
    })
}
