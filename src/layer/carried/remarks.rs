//! What a file says of itself in a comment at its top.

mod copied;
mod meant;

use super::Carrier;

/// What a file says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Remarks {
    /// It is there to be copied, or filled in.
    pub copy: bool,
    /// It is for development, tests or a demonstration.
    pub not_for_production: bool,
}

impl Remarks {
    pub(super) fn of(carrier: Carrier, bytes: &[u8]) -> Self {
        match carrier {
            Carrier::Dotenv | Carrier::Yaml | Carrier::Kubernetes | Carrier::Compose => Self {
                copy: carrier != Carrier::Compose && copied::asks_to_be_copied(bytes)
                    || carrier == Carrier::Kubernetes && copied::asks_for_values(bytes),
                not_for_production: meant::not_for_production(bytes),
            },
            _ => Self::default(),
        }
    }
}
