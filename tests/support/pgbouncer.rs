//! A real PgBouncer for one test: a configuration in a temporary directory, a free port, ended with the test.

use super::pg;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running pooler. As with the server, a small `sh` holds a pipe and ends it when the pipe closes.
pub(crate) struct Pooler {
    dir: tempfile::TempDir,
    port: u16,
    keeper: Child,
}

/// What the pooler is made of.
pub(crate) struct Setup<'a> {
    /// Lines for `[databases]`.
    pub(crate) databases: &'a str,
    /// Lines for `[pgbouncer]`; they come last and win.
    pub(crate) conf: &'a str,
    /// Names and passwords that it knows, beside those of the console.
    pub(crate) users: &'a [(&'a str, &'a str)],
    /// Files beside the configuration: name and content. `DIR` in `conf` stands for their directory.
    pub(crate) files: &'a [(&'a str, &'a str)],
}

/// The role and password of the console.
const CONSOLE: (&str, &str) = ("console", "console-secret");

impl Pooler {
    /// Starts one, or panics with what to do about it.
    pub(crate) fn start(setup: &Setup<'_>) -> Self {
        let binary = binary();
        let dir = tempfile::Builder::new().prefix("pgward").tempdir().expect("a temporary directory");
        let user = pg::unprivileged();
        if let Some(user) = &user {
            std::os::unix::fs::chown(dir.path(), Some(user.uid), Some(user.gid)).expect("chown");
        }
        let port = pg::free_port();
        let write = |name: &str, content: &str| pg::write(dir.path(), name, content, user.as_ref());
        let users = std::iter::once(&CONSOLE).chain(setup.users);
        let users: Vec<String> = users.map(|(name, password)| format!("\"{name}\" \"{password}\"")).collect();
        write("users", &users.join("\n"));
        for (name, content) in setup.files {
            write(name, content);
        }
        let conf = format!(
            "[databases]\n{}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = scram-sha-256\nauth_file = DIR/users\nadmin_users = {}\npool_mode = transaction\n\
             default_pool_size = 2\n{}\n",
            setup.databases, CONSOLE.0, setup.conf
        );
        let conf = write("pgbouncer.ini", &conf.replace("DIR", &dir.path().to_string_lossy()));
        // It has nothing to lose, and its signals changed their meaning over the versions.
        let script = "\"$0\" \"$1\" >\"$2\" 2>&1 & pooler=$!; cat >/dev/null; kill -KILL $pooler; wait $pooler; rm -rf \"$3\"";
        let keeper = pg::run(user.as_ref(), Path::new("/bin/sh"))
            .args(["-c", script])
            .arg(binary)
            .arg(conf)
            .arg(dir.path().join("log"))
            .arg(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh runs");
        let pooler = Self { dir, port, keeper };
        pooler.wait_until_ready();
        pooler
    }

    /// Its TCP port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Sends one command to the console and returns what `psql -At` prints.
    #[allow(dead_code, reason = "not every test gives commands")]
    pub(crate) fn console(&self, command: &str) -> String {
        let out = self.psql("pgbouncer", CONSOLE.0, CONSOLE.1, command);
        assert!(out.status.success(), "console: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).expect("UTF-8").trim_end().to_owned()
    }

    /// Runs SQL through the pooler.
    pub(crate) fn psql(&self, database: &str, user: &str, password: &str, sql: &str) -> std::process::Output {
        Command::new(pg::bin_dir().join("psql"))
            .args(["-X", "-At", "-h", "127.0.0.1", "-U", user, "-d", database, "-c", sql])
            .args(["-p", &self.port.to_string()])
            .env("PGPASSWORD", password)
            .env_remove("PGSERVICE")
            .env_remove("PGOPTIONS")
            .stdin(Stdio::null())
            .output()
            .expect("psql runs")
    }

    /// What it wrote into its log.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    fn wait_until_ready(&self) {
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "no pooler:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// `PGWARD_TEST_PGBOUNCER`, else the one in the path, else where Debian has it.
fn binary() -> PathBuf {
    let set = std::env::var_os("PGWARD_TEST_PGBOUNCER").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from);
    let found = std::env::split_paths(&path).chain(usual).map(|dir| dir.join("pgbouncer"));
    set.or_else(|| found.into_iter().find(|file| file.exists())).unwrap_or_else(|| {
        panic!(
            "no PgBouncer found: install one with `apt-get install pgbouncer`, or set PGWARD_TEST_PGBOUNCER to \
             the binary"
        )
    })
}
