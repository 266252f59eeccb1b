//! `explain`: the page of a rule, with its levels.

use super::{Error, Exit, args::Flags, pager};
use crate::{near, page, rules, world::World};

pub(super) fn run(_: &Flags, id: &str) -> Result<Exit, Error> {
    let Some(rule) = rules::find(id) else {
        let help = match near::nearest(id, rules::RULES.iter().map(|r| r.id), 4) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "see `pgward rules`".to_owned(),
        };
        return Err(Error::Other(format!("no rule of this version is called so; {help}")));
    };
    pager::show(&World::of_process(), &page::explain(rule))?;
    Ok(Exit::Success)
}
