//! Why a request is not carried out, in the words of DMTF's Base registry. It does not know how it is sent.

use hyper::StatusCode;
use serde_json::{Value, json};

/// The registry that the names are of.
const REGISTRY: &str = "Base.1.18";

/// Why a request is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The body is no JSON object.
    Malformed,
    /// An action lacks this parameter.
    ParameterMissing(&'static str),
    /// An action does not have such a value for this parameter.
    ParameterNotInList(&'static str),
    /// The body lacks this property.
    PropertyMissing(&'static str),
    /// This property does not have such a value.
    PropertyNotInList(&'static str),
    /// The body changes what can't be changed.
    PropertyNotWritable,
    /// Name and password are wrong, or the session is gone.
    Unauthorized,
    /// There is no such resource.
    NotFound,
    /// The resource does not know the method.
    MethodNotAllowed,
    /// The machine's state does not allow it.
    NotNow,
    /// The resource is not as the client thinks.
    PreconditionFailed,
    /// Another version of the protocol is wanted.
    WrongVersion,
    /// The body is too large.
    TooLarge,
    /// The BMC could not find out.
    Failed,
    /// Nobody implements that.
    NotImplemented,
    /// Later.
    Busy,
    /// There is no session left.
    NoSession,
}

impl Problem {
    /// The status that it is answered with.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed
            | Self::ParameterMissing(_)
            | Self::ParameterNotInList(_)
            | Self::PropertyMissing(_)
            | Self::PropertyNotInList(_)
            | Self::PropertyNotWritable => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotNow => StatusCode::CONFLICT,
            Self::PreconditionFailed | Self::WrongVersion => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotImplemented => StatusCode::NOT_IMPLEMENTED,
            Self::Busy | Self::NoSession => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The body that it is answered with (DSP0266, 8.6).
    pub fn body(self) -> Value {
        let (name, text) = self.words();
        let (code, arguments) = (format!("{REGISTRY}.{name}"), self.arguments());
        let text = arguments.iter().fold(text.to_owned(), |text, it| text.replace("%1", it));
        let said = json!({
            "@odata.type": "#Message.v1_2_1.Message",
            "MessageId": code,
            "Message": text,
            "MessageArgs": arguments,
            "MessageSeverity": "Critical",
            "Resolution": "None.",
        });
        json!({ "error": { "code": code, "message": text, "@Message.ExtendedInfo": [said] } })
    }

    fn arguments(self) -> Vec<&'static str> {
        if let Self::ParameterMissing(name)
        | Self::ParameterNotInList(name)
        | Self::PropertyMissing(name)
        | Self::PropertyNotInList(name) = self
        {
            return vec![name];
        }
        Vec::new()
    }

    /// Its name in the registry, and a text with a place for the argument.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => ("MalformedJSON", "The body is no JSON object."),
            Self::ParameterMissing(_) => {
                ("ActionParameterMissing", "The action requires the parameter %1.")
            }
            Self::ParameterNotInList(_) => {
                ("ActionParameterValueNotInList", "The parameter %1 does not have such a value.")
            }
            Self::PropertyMissing(_) => ("PropertyMissing", "The property %1 is missing."),
            Self::PropertyNotInList(_) => {
                ("PropertyValueNotInList", "The property %1 does not have such a value.")
            }
            Self::PropertyNotWritable => {
                ("PropertyNotWritable", "A property can't be changed, or does not exist.")
            }
            // what was wrong with it is not told (DSP0266, 13.3.3)
            Self::Unauthorized => {
                ("ResourceAtUriUnauthorized", "The service received an authorization error.")
            }
            Self::NotFound => ("ResourceMissingAtURI", "There is no such resource."),
            Self::MethodNotAllowed => {
                ("OperationNotAllowed", "The method is not allowed on this resource.")
            }
            Self::NotNow => ("ResourceInUse", "The resource is in use or in transition."),
            Self::PreconditionFailed => ("PreconditionFailed", "The ETag does not match."),
            Self::WrongVersion => ("HeaderInvalid", "This version of OData is not supported."),
            Self::TooLarge => ("PayloadTooLarge", "The body is too large."),
            Self::Failed => ("InternalError", "An internal service error."),
            Self::NotImplemented => {
                ("ActionNotSupported", "The method or the query option is not implemented.")
            }
            Self::Busy => {
                ("ServiceTemporarilyUnavailable", "The service is temporarily unavailable.")
            }
            Self::NoSession => ("SessionLimitExceeded", "The limit of sessions is reached."),
        }
    }
}
