//! For which environment a service is, by what says so beside its variables.

use super::Compose;
use crate::{
    environment::Environment,
    layer::{Entry, Layer, tree::Node},
};

/// The word for an environment that a container's name ends with, the stage that it is built up to, or its env file has:
/// `shop_web_dev`, `target: development`, `.env.production`. Of the first two production's say nothing that the file does not, and
/// `load_testing` is what a service does.
pub(super) fn word(own: &str, services: Option<&Node>, node: &Node, variables: &Layer) -> Option<String> {
    if let Some(word) = services.and_then(|services| paired(own, services)) {
        return Some(word.to_owned());
    }
    let means = |word: &&str| Environment::from_word(word);
    let mild = |word: &&str| means(word) == Some(Environment::Development);
    let named =
        node.get("container_name").and_then(Node::text).and_then(|name| name.rsplit(['-', '_']).next());
    let built = node.at(&["build", "target"]).and_then(Node::text);
    // The last counts.
    let file = node.get("env_file").and_then(|file| file.text().or_else(|| file.items().last()?.text()));
    let file = file.and_then(|path| path.rsplit('/').next());
    let handed = file.and_then(|name| name.strip_prefix(".env.").or_else(|| name.strip_suffix(".env")));
    // What it is given itself comes before what it is built or handed for.
    let own = |e: &Entry| Environment::from_word(e.value.text.expose());
    let given = |is: fn(Environment) -> bool| variables.entries.iter().filter_map(own).any(is);
    let real = |word: &&str| means(word) == Some(Environment::Production);
    let word = named
        .filter(mild)
        .or_else(|| {
            built.filter(mild).or(handed.filter(mild)).filter(|_| !given(|e| e >= Environment::Staging))
        })
        .or_else(|| handed.filter(real).filter(|_| !given(|e| e < Environment::Production)));
    word.map(str::to_owned)
}

/// The word of a service that stands beside production's of the same name: `admin-dev` and `admin-prod`.
pub(super) fn paired<'o>(own: &'o str, services: &Node) -> Option<&'o str> {
    let (stem, word) = own.rsplit_once(['-', '_'])?;
    let mild = Environment::from_word(word).is_some_and(|of| of < Environment::Production);
    let beside =
        |of: &str| ["-", "_"].iter().any(|mark| services.get(&format!("{stem}{mark}{of}")).is_some());
    (mild && ["prod", "production"].into_iter().any(beside)).then_some(word)
}

/// Whether a service is started as a part of the file that this one changes: nothing switches it off, and no `extends` says where
/// the rest of it stands.
pub(super) fn is_on(node: &Node) -> bool {
    let zero = |path: &[&str]| node.at(path).and_then(Node::text) == Some("0");
    node.get("profiles").is_none()
        && node.get("extends").is_none()
        && !zero(&["scale"])
        && !zero(&["deploy", "replicas"])
}

/// Notes whether a server is started again.
pub(super) fn restarts(node: &Node, file: &mut Compose) {
    if let Some(word) = node.get("restart").and_then(Node::text) {
        let stops = matches!(word, "no" | "false");
        file.stops |= stops;
        file.goes_on |= !stops;
    }
}

/// Whether a page of the service is opened on the machine that runs it: `FRONTEND_URL=http://localhost:3000`, or an argument of the
/// build that goes into the page. What a container asks at its own `localhost` is another thing, and what is called
/// `compose.deploy.yml` has a default there for whoever tries it.
pub(super) fn is_seen_here(path: &str, node: &Node, variables: &Layer) -> bool {
    if path.rsplit('/').next().is_some_and(|name| name.contains("deploy")) {
        return false;
    }
    // The page of an image that was made elsewhere is somebody's tool.
    if node.get("build").is_none() && node.get("image").is_some() {
        return false;
    }
    let own = variables.entries.iter().any(|e| is_page(&e.key, e.value.text.expose()));
    let args = node.at(&["build", "args"]);
    let (listed, named) =
        (args.map(Node::items).unwrap_or_default(), args.map(Node::pairs).unwrap_or_default());
    let listed = listed.iter().filter_map(|n| n.text()?.split_once('='));
    let named = named.iter().filter_map(|(key, value)| Some((key.text()?, value.text()?)));
    own || listed.chain(named).any(|(key, value)| is_page(key, value))
}

/// Whether a variable has addresses of pages, by its name, and each of them is the machine's own.
fn is_page(key: &str, value: &str) -> bool {
    let value = value.split_once(":-").map_or(value, |(_, default)| default.trim_end_matches('}'));
    let local = |url: &str| {
        let host =
            url.trim().strip_prefix("http://").map(|rest| rest.split(['/', ':']).next().unwrap_or(rest));
        matches!(host, Some("localhost" | "127.0.0.1"))
    };
    let page =
        PUBLIC.iter().any(|mark| key.starts_with(mark)) || PAGES.iter().any(|name| key.ends_with(name));
    page && value.split(',').all(local)
}

/// How names of variables begin that a bundler puts into a page.
const PUBLIC: [&str; 5] = ["NEXT_PUBLIC_", "NUXT_PUBLIC_", "VITE_", "REACT_APP_", "PUBLIC_"];
/// How names of variables end whose address a browser opens, or comes from.
const PAGES: [&str; 16] = [
    "FRONTEND_URL",
    "FRONTEND_ORIGIN",
    "CLIENT_URL",
    "CLIENT_ORIGIN",
    "CORS_ORIGIN",
    "CORS_ORIGINS",
    "ALLOWED_ORIGIN",
    "ALLOWED_ORIGINS",
    "NEXTAUTH_URL",
    "APP_URL",
    "SITE_URL",
    "WEB_URL",
    "DOMAIN_URL",
    "PUBLIC_URL",
    "REDIRECT_URI",
    "REDIRECT_URL",
];
