//! What an agent says that it can do: the names in its metadata. It reads XML only so far.

use std::collections::BTreeSet;

/// What an agent can do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Abilities {
    actions: BTreeSet<String>,
    parameters: BTreeSet<String>,
}

impl Abilities {
    /// Reads the metadata.
    ///
    /// # Errors
    /// What is missing in it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if !text.contains("<resource-agent") {
            return Err("its metadata is none");
        }
        let abilities =
            Self { actions: names(text, "action"), parameters: names(text, "parameter") };
        if abilities.actions.is_empty() {
            Err("its metadata lists no action")
        } else {
            Ok(abilities)
        }
    }

    pub(super) fn has_action(&self, action: &str) -> bool {
        self.actions.contains(action)
    }

    /// Whether it knows the parameter; agents pass over the difference between `-` and `_`.
    pub(super) fn has_parameter(&self, name: &str) -> bool {
        self.parameters.contains(name) || self.parameters.contains(&name.replace('-', "_"))
    }

    /// The first of these names that it knows for a parameter.
    pub(super) fn parameter(&self, names: [&'static str; 2]) -> Option<&'static str> {
        names.into_iter().find(|name| self.parameters.contains(*name))
    }

    /// The actions, for people.
    pub(super) fn actions(&self) -> String {
        self.actions.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// The `name` of every element of that kind.
fn names(text: &str, element: &str) -> BTreeSet<String> {
    let opening = format!("<{element}");
    let heads = text.split(&opening).skip(1).filter_map(|rest| {
        let (head, _) = rest.split_once('>')?;
        head.starts_with(char::is_whitespace).then_some(head)
    });
    let name = |head: &str| {
        let (_, after) = head.split_once(" name=").or_else(|| head.split_once("\tname="))?;
        let quote = after.chars().next().filter(|c| ['"', '\''].contains(c))?;
        Some(after[1..].split_once(quote)?.0.to_owned())
    };
    heads.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_actions_and_parameters_are_read_and_nothing_else() {
        let text = "<?xml version=\"1.0\" ?>\n<resource-agent name=\"fence_x\" shortdesc=\"x\" >\n<parameters>\n\
                    \t<parameter name=\"passwd\" unique=\"0\" required=\"0\" deprecated=\"1\">\n\
                    <content type=\"select\" default=\"a\" ><option value=\"1\" /></content></parameter>\n\
                    <parameter unique='0' name='plug'></parameter></parameters>\n<actions>\n\
                    <action name=\"on\" automatic=\"0\"/><action name=\"off\" />\n</actions></resource-agent>";
        let abilities = Abilities::parse(text).unwrap();
        assert_eq!(abilities.actions(), "off, on");
        assert_eq!(abilities.parameter(["password", "passwd"]), Some("passwd"));
        assert!(abilities.has_parameter("plug") && !abilities.has_parameter("fence_x"));
        assert!(!abilities.has_action("action") && abilities.has_action("off"));
        for (text, wrong) in [
            ("Usage: fence_x", "its metadata is none"),
            ("<resource-agent name=\"x\"><actions></actions>", "its metadata lists no action"),
            ("<resource-agent><action name=", "its metadata lists no action"),
        ] {
            assert_eq!(Abilities::parse(text), Err(wrong));
        }
    }
}
