//! Whether a script waits for a server before it goes on: by a program made for it, by a loop around one that tries, or by code
//! that tries until it is let in.

use super::{Argument, Command, Script};

/// Programs that wait by themselves, or ask for nothing else.
const PROGRAMS: [&str; 5] = ["dockerize", "pg_isready", "wait-on", "wait-port", "backend_pre_start.py"];
/// What the names of others begin with: `wait-for-it.sh`, `wait_for_db`, `wait4ports`.
const BEGINNINGS: [&str; 4] = ["wait-for", "wait_for", "wait4", "waitfor"];
/// What the rest of such a name begins with where a database may be meant.
const FOR: [&str; 17] = [
    "it",
    "db",
    "database",
    "pg",
    "postgre",
    "psql",
    "sql",
    "port",
    "tcp",
    "host",
    "connection",
    "dep",
    "services",
    "everything",
    "migration",
    "rds",
    "timescale",
];
/// Programs that try a port.
const TRYING: [&str; 3] = ["nc", "ncat", "netcat"];
/// Words of commands that come to their end only where the server let them in.
const DONE: [&str; 7] =
    ["psql", "migrate", "migrate:status", "db:migrate", "showmigrations", "upgrade", "--database"];
/// What code that connects has in it.
const CLIENTS: [&str; 10] = [
    "psycopg",
    "asyncpg",
    "pg8000",
    "create_connection",
    "connect_ex",
    "django.db",
    "create_engine",
    "pgsql:",
    "'pg'",
    "\"pg\"",
];
/// Ports of other kinds of servers: to wait for one of them is no waiting for the database.
const OTHERS: [&str; 10] = ["3306", "1433", "27017", "6379", "11211", "5672", "9092", "2181", "9200", "9000"];
/// Names of other kinds of servers.
const SERVERS: [&str; 15] = [
    "redis",
    "rabbit",
    "rabbitmq",
    "amqp",
    "kafka",
    "elastic",
    "elasticsearch",
    "mongo",
    "mongodb",
    "mysql",
    "mariadb",
    "minio",
    "memcached",
    "zookeeper",
    "clickhouse",
];
/// A file of bash that is a connection.
const DEVICE: &str = "/dev/tcp/";

/// Whether `host:port`, or `host/port`, is another kind of server's.
pub(in crate::layer) fn is_others(address: &str) -> bool {
    let port = address.rsplit([':', '/']).next().unwrap_or(address);
    OTHERS.contains(&port.trim_end_matches(|c: char| !c.is_ascii_digit()))
}

/// Whether it opens a connection by bash's own device.
pub(in crate::layer) fn opens_device(text: &str) -> bool {
    let behind = text.split(DEVICE).skip(1);
    behind.map(|rest| rest.split_whitespace().next().unwrap_or(rest)).any(|address| !is_others(address))
}

/// Whether code connects to a database.
fn connects(code: &str) -> bool {
    CLIENTS.iter().any(|word| code.contains(word))
}

/// Whether code tries again and again.
pub(in crate::layer) fn connects_at_last(code: &str) -> bool {
    connects(code) && ["sleep", "while "].iter().any(|word| code.contains(word))
}

fn text(argument: &Argument) -> &str {
    argument.value.text.expose()
}

/// What is behind `wait-for` in the name of a program, without its extension.
fn called_for(word: &str) -> Option<String> {
    let name = word.rsplit('/').next().unwrap_or(word);
    let rest = BEGINNINGS.iter().find_map(|beginning| name.strip_prefix(beginning))?;
    Some(rest.split('.').next().unwrap_or(rest).to_ascii_lowercase())
}

fn is_called_to_wait(word: &str) -> bool {
    called_for(word).is_some()
}

/// Whether a program is made to wait, and its name does not say that it is for something else.
fn is_named_for(name: &str) -> bool {
    called_for(name).is_some_and(|rest| {
        let mut said = rest.split(['-', '_']).filter(|word| !word.is_empty()).peekable();
        said.peek().is_none() || said.any(|word| FOR.iter().any(|own| word.starts_with(own)))
    })
}

/// Whether a program is by its name one that waits for other kinds of servers: `/wait-for-redis.sh`.
pub(in crate::layer) fn is_named_for_others(word: &str) -> bool {
    called_for(word).is_some_and(|rest| {
        let mut said = rest.split(['-', '_']).filter(|word| !word.is_empty()).peekable();
        said.peek().is_some() && said.all(|word| SERVERS.contains(&word) || matches!(word, "and" | "sh"))
    })
}

/// The host and the port of an address, without the text of a variable: `tcp://$DB_HOST:5432` has `$` and `5432`.
fn address(word: &str) -> Option<(&str, &str)> {
    let place = word.split_once("://").map_or(word, |(_, place)| place);
    let braces = |at: usize| place[..at].matches('{').count() > place[..at].matches('}').count();
    let mut colons = place.rmatch_indices([':', '/']).map(|(at, _)| at);
    let at = colons.find(|at| !braces(*at))?;
    Some((&place[..at], &place[at + 1..]))
}

/// Whether a word is the address of a database, or its port: `db:5432`, `5432`, `$DATABASE_URL`.
fn is_ours(word: &str) -> bool {
    if let Some(variable) = word.strip_prefix('$') {
        let variable = variable.to_ascii_uppercase();
        let mut words = variable.split(|c: char| !c.is_ascii_alphanumeric());
        let of = ["DATABASE", "DB", "PG", "POSTGRES", "POSTGRESQL", "PGHOST", "PGPORT"];
        return words.any(|word| of.contains(&word));
    }
    let (host, port) = address(word).unwrap_or(("", word));
    let names = ["db", "database", "postgres", "postgresql", "pg"];
    port == "5432" || names.contains(&host) && port.starts_with(|c: char| c.is_ascii_digit() || c == '$')
}

/// Whether all that the words of one command name are other kinds of servers: `redis:6379`, `http://api/health`. What a
/// variable says may be the database's.
pub(in crate::layer) fn are_others(words: &[&str]) -> bool {
    let other = |word: &&str| {
        let scheme = word.split_once("://").map_or("tcp", |(scheme, _)| scheme);
        if matches!(scheme, "http" | "https" | "http-get" | "https-get") {
            return Some(true);
        }
        match address(word) {
            Some((_, port)) if port.starts_with(|c: char| c.is_ascii_digit()) => Some(is_others(port)),
            Some((_, port)) if port.starts_with('$') => Some(false),
            _ => is_ours(word).then_some(false),
        }
    };
    let mut named = words.iter().filter_map(other).peekable();
    named.peek().is_some() && named.all(|other| other)
}

impl Command {
    /// Whether a program made for it is among its words, and is not for others. Behind `--` another program begins.
    fn is_made_to_wait(&self) -> bool {
        let words: Vec<&str> = self.words.iter().map(text).collect();
        words.split(|word| *word == "--").any(|words| {
            // The shell's own `wait` has no directory.
            let made = words.iter().any(|word| {
                let name = word.rsplit('/').next().unwrap_or(word);
                PROGRAMS.contains(&name) || *word == "/wait" || is_named_for(name)
            });
            // What such a name says of a deployment or of another store (`wait_for_rollout`, `wait-for-redis.sh`) is no
            // waiting for a database, unless it is told to wait for one.
            let waits =
                || words.iter().any(|word| is_called_to_wait(word)) && words.iter().any(|w| is_ours(w));
            (made || waits()) && !are_others(words)
        })
    }

    /// Whether it tries a port, and does nothing else.
    fn tries(&self) -> bool {
        let arguments = || self.words.iter().skip(1).map(text);
        let listens = arguments().any(|a| a.starts_with('-') && a.contains('l'));
        let own = self.words.iter().any(|w| TRYING.contains(&text(w).rsplit('/').next().unwrap_or_default()));
        own && !listens && !arguments().any(is_others) || self.words.iter().any(|w| opens_device(text(w)))
    }

    /// Whether it looks into a container from outside, or at the very machine: `docker exec db pg_isready`,
    /// `nc -z localhost 5432`. Who asks a service of the same compose file may start the others behind that, and what stands
    /// behind `--` is started then.
    fn is_of_the_machine(&self) -> bool {
        let words = || self.words.iter().map(text).take_while(|word| *word != "--");
        let has = |own: &str| words().any(|word| word == own);
        if has("exec") && (has("compose") || has("docker-compose")) {
            return false;
        }
        if has("exec") && ["docker", "podman", "kubectl"].iter().any(|own| has(own)) {
            return true;
        }
        let local = |host: &str| {
            let host = host.rsplit('@').next().unwrap_or(host);
            matches!(host, "localhost" | "127.0.0.1")
        };
        let place = |word: &str| address(word).map_or_else(|| word.to_owned(), |(host, _)| host.to_owned());
        // `wait-for-it db:5432` is told of another one.
        if words().any(|word| {
            is_ours(word) && address(word).is_some_and(|(host, _)| !host.is_empty() && !local(host))
        }) {
            return false;
        }
        let named =
            words().zip(words().skip(1)).any(|(flag, host)| matches!(flag, "-h" | "--host") && local(host));
        let attached = |word: &str| {
            ["-h", "--host=", "host="].iter().any(|flag| word.strip_prefix(flag).is_some_and(local))
        };
        let tried =
            self.words.iter().any(|w| TRYING.contains(&text(w).rsplit('/').next().unwrap_or_default()));
        let bare =
            |word: &str| (tried || address(word).is_some()) && !word.starts_with('-') && local(&place(word));
        named || words().any(|word| attached(word) || bare(word))
    }

    /// Whether it comes to its end only where the server let it in.
    fn is_let_in(&self) -> bool {
        let done = |word: &Argument| {
            let text = text(word);
            DONE.contains(&text.rsplit('/').next().unwrap_or(text)) || connects(text)
        };
        self.words.iter().any(done)
    }
}

impl Script {
    /// Whether it waits until compose finds its services healthy, or looks itself.
    pub fn asks_for_health(&self) -> bool {
        self.commands.iter().any(|c| {
            let has = |word: &str| c.words.iter().any(|w| text(w) == word);
            has("up") && has("--wait") || c.words.iter().any(|w| text(w).contains(".State.Health"))
        })
    }

    /// Whether it waits for a server before it goes on.
    pub fn waits(&self) -> bool {
        self.waits_by(|_| true)
    }

    /// Whether it waits for a server that is not on its own machine, as it would have to in a container beside that.
    pub fn waits_in_a_container(&self) -> bool {
        self.waits_by(|command| !command.is_of_the_machine())
    }

    fn waits_by(&self, counts: impl Fn(&Command) -> bool) -> bool {
        let commands = || self.commands.iter().filter(|c| counts(c));
        let words = || commands().flat_map(|c| &c.words).map(text);
        if commands().any(Command::is_made_to_wait) {
            return true;
        }
        let mut conditions = commands().filter(|c| c.repeated);
        // `for i in …; do nc -z db 5432 && break; sleep 1; done`
        let sleeps = self.runs(&["sleep"]);
        let tried = |c: &Command| (c.repeated || sleeps) && c.tries() || c.repeated && c.is_let_in();
        if commands().any(tried) {
            return true;
        }
        let asked =
            conditions.any(|c| !c.program().is_some_and(|p| matches!(p, "[" | "[[" | "test" | "read")));
        let mut code = self.documents.iter().map(|(_, body)| text(body)).chain(words());
        code.any(|code| connects_at_last(code) || asked && connects(code))
    }
}
