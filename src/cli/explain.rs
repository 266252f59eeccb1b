//! `explain`: the page of a rule, with its levels.

use super::{Error, Exit, args::Flags, output};
use crate::{near, page, rules};

pub(super) fn run(_: &Flags, id: &str) -> Result<Exit, Error> {
    let Some(rule) = rules::find(id) else {
        let help = match near::nearest(id, rules::RULES.iter().map(|r| r.id), 4) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "see `pgward rules`".to_owned(),
        };
        return Err(Error::Other(format!("no rule of this version is called so; {help}")));
    };
    output::stdout(&page::explain(rule))?;
    Ok(Exit::Success)
}
