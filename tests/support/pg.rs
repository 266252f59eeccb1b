//! A real PostgreSQL for one test binary: `initdb` in a temporary directory, a free port, ended with the test.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A running server. It is the child of a small `sh` that holds a pipe and ends the server when the pipe closes,
/// so that a killed test leaves nothing behind, and a static (which is never dropped) neither.
pub(crate) struct Server {
    dir: tempfile::TempDir,
    bin: PathBuf,
    port: u16,
    keeper: Option<Child>,
}

/// What the server is made of.
#[derive(Default)]
pub(crate) struct Setup<'a> {
    /// The lines of `pg_hba.conf`; `local all postgres trust` comes before them.
    pub(crate) hba: &'a str,
    /// Lines for `postgresql.conf`.
    pub(crate) conf: &'a str,
    /// Files for the data directory: name and content. Readable by the server only.
    pub(crate) files: &'a [(&'a str, &'a str)],
    /// SQL, run once as the superuser in the database `postgres`.
    pub(crate) sql: &'a str,
}

impl Server {
    /// Starts one, or panics with what to do about it.
    pub(crate) fn start(setup: &Setup<'_>) -> Self {
        let mut server = Self::prepare(setup);
        server.launch();
        server.wait_until_ready();
        if !setup.sql.is_empty() {
            server.sql("postgres", setup.sql);
        }
        server
    }

    /// One that was never started; its SQL is not run.
    pub(crate) fn prepare(setup: &Setup<'_>) -> Self {
        let bin = bin_dir();
        let dir = tempfile::Builder::new().prefix("pgward").tempdir().expect("a temporary directory");
        let user = unprivileged();
        if let Some(user) = &user {
            std::os::unix::fs::chown(dir.path(), Some(user.uid), Some(user.gid)).expect("chown");
        }
        let data = dir.path().join("data");
        let initdb = run(user.as_ref(), &bin.join("initdb"))
            .args([
                "--no-sync",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--username=postgres",
            ])
            .arg("--pwfile")
            .arg(write(dir.path(), "pw", "superuser-secret", user.as_ref()))
            .arg("-D")
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(initdb.status.success(), "initdb: {}", String::from_utf8_lossy(&initdb.stderr));

        let port = free_port();
        write(&data, "pg_hba.conf", &format!("local all postgres trust\n{}\n", setup.hba), user.as_ref());
        for (name, content) in setup.files {
            write(&data, name, content, user.as_ref());
        }
        let conf = format!(
            "listen_addresses = '127.0.0.1, ::1'\nport = {port}\nunix_socket_directories = '{}'\nfsync = off\n\
             logging_collector = off\nlog_min_messages = fatal\n{}\n",
            dir.path().display(),
            setup.conf
        );
        write(&data, "postgresql.auto.conf", &conf, user.as_ref());

        Self { dir, bin, port, keeper: None }
    }

    /// A standby that streams from `primary`, whose `pg_hba.conf` lets `postgres` replicate over its socket.
    #[allow(dead_code, reason = "not every test has one")]
    pub(crate) fn standby(primary: &Self, conf: &str) -> Self {
        let dir = tempfile::Builder::new().prefix("pgward").tempdir().expect("a temporary directory");
        let user = unprivileged();
        if let Some(user) = &user {
            std::os::unix::fs::chown(dir.path(), Some(user.uid), Some(user.gid)).expect("chown");
        }
        let (data, port) = (dir.path().join("data"), free_port());
        let copied = run(user.as_ref(), &primary.bin.join("pg_basebackup"))
            .arg("-h")
            .arg(primary.dir.path())
            .args(["-p", &primary.port.to_string(), "-U", "postgres", "-R", "-c", "fast", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .expect("pg_basebackup runs");
        assert!(copied.status.success(), "pg_basebackup: {}", String::from_utf8_lossy(&copied.stderr));
        let path = data.join("postgresql.auto.conf");
        let copied = std::fs::read_to_string(&path).expect("its settings");
        let own = format!("port = {port}\nunix_socket_directories = '{}'\n{conf}\n", dir.path().display());
        write(&data, "postgresql.auto.conf", &format!("{copied}\n{own}"), user.as_ref());
        let mut server = Self { dir, bin: primary.bin.clone(), port, keeper: None };
        server.launch();
        server
    }

    /// Starts what was prepared or stopped, and does not wait for it.
    pub(crate) fn launch(&mut self) {
        self.launch_in(&[]);
    }

    /// As [`Server::launch`], with these environment variables.
    pub(crate) fn launch_in(&mut self, env: &[(&str, &str)]) {
        let script = "\"$0\" -D \"$1\" >>\"$2\" 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; \
                      [ -e \"$3/stopped\" ] || rm -rf \"$3\"";
        let _absent = std::fs::remove_file(self.dir.path().join("stopped"));
        let keeper = run(unprivileged().as_ref(), Path::new("/bin/sh"))
            .args(["-c", script])
            .arg(self.bin.join("postgres"))
            .arg(self.dir.path().join("data"))
            .arg(self.dir.path().join("log"))
            .arg(self.dir.path())
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("sh runs");
        self.keeper = Some(keeper);
    }

    /// Ends it; [`Server::launch`] starts it again.
    #[allow(dead_code, reason = "not every test stops its server")]
    pub(crate) fn stop(&mut self) {
        std::fs::write(self.dir.path().join("stopped"), "").expect("a mark");
        self.end();
    }

    fn end(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }

    /// What it wrote to its log so far.
    #[allow(dead_code, reason = "not every test reads it")]
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Its TCP port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The directory of its Unix socket.
    #[allow(dead_code, reason = "not every test uses the socket")]
    pub(crate) fn socket_dir(&self) -> &Path {
        self.dir.path()
    }

    /// The `psql` beside it.
    #[allow(dead_code, reason = "not every test starts its own")]
    pub(crate) fn psql(&self) -> PathBuf {
        self.bin.join("psql")
    }

    /// Runs SQL as the superuser and returns what `psql -At` prints.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let mut psql = self
            .client("psql")
            .args(["-X", "-At", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("psql runs");
        psql.stdin.take().expect("a pipe").write_all(sql.as_bytes()).expect("psql reads");
        let out = psql.wait_with_output().expect("psql ends");
        assert!(out.status.success(), "psql: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).expect("UTF-8").trim_end().to_owned()
    }

    /// Gives the server another certificate and waits until it has taken it.
    #[allow(dead_code, reason = "not every test changes the certificate")]
    pub(crate) fn identity(&self, certificate: &str, key: &str) {
        let data = self.dir.path().join("data");
        let user = unprivileged();
        write(&data, "server.crt", certificate, user.as_ref());
        write(&data, "server.key", key, user.as_ref());
        let loaded = || self.sql("postgres", "SELECT pg_conf_load_time()");
        let before = loaded();
        self.sql("postgres", "SELECT pg_reload_conf()");
        while loaded() == before {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A program of its version.
    #[allow(dead_code, reason = "not every test runs one")]
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The process of the server itself.
    #[allow(dead_code, reason = "not every test ends the server")]
    pub(crate) fn pid(&self) -> u32 {
        let file = self.dir.path().join("data/postmaster.pid");
        let text = std::fs::read_to_string(file).expect("a pid file");
        text.lines().next().and_then(|line| line.parse().ok()).expect("a pid")
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.arg("-h").arg(self.dir.path()).arg("-p").arg(self.port.to_string()).env_remove("PGSERVICE");
        command
    }

    pub(crate) fn wait_until_ready(&self) {
        let began = Instant::now();
        loop {
            let ready: Output = self.client("pg_isready").output().expect("pg_isready runs");
            if ready.status.success() {
                return;
            }
            if began.elapsed() > Duration::from_secs(60) {
                let log = std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
                panic!("the server did not come up:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// `PGWARD_TEST_PG_BIN`, else what `pg_config` says, else the highest version of Debian's layout.
pub(super) fn bin_dir() -> PathBuf {
    let set = std::env::var_os("PGWARD_TEST_PG_BIN").map(PathBuf::from);
    let configured = || {
        let out = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(out.stdout).ok()?.trim()))
    };
    let debian = || {
        let version = |dir: &PathBuf| dir.file_name()?.to_str()?.parse::<u32>().ok();
        let dirs =
            std::fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        Some(dirs.max_by_key(version)?.join("bin"))
    };
    let whole = |dir: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|p| dir.join(p).exists());
    if let Some(set) = set {
        assert!(whole(&set), "PGWARD_TEST_PG_BIN has no initdb, postgres and psql: {}", set.display());
        return set;
    }
    configured().filter(whole).or_else(|| debian().filter(whole)).unwrap_or_else(|| {
        panic!(
            "no PostgreSQL server found: install one with `apt-get install postgresql`, or set \
                 PGWARD_TEST_PG_BIN to the directory of initdb, postgres and psql"
        )
    })
}

/// A program that will not run as root, as the user that the servers of the tests are run as.
#[allow(dead_code, reason = "not every test runs another program")]
pub(crate) fn unprivileged_command(program: &Path) -> Command {
    run(unprivileged().as_ref(), program)
}

pub(super) struct User {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// postgres refuses to run as root: the user that owns a server on this machine, else `nobody`.
pub(super) fn unprivileged() -> Option<User> {
    let me = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").ok()?);
    if me != 0 {
        return None;
    }
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    let find = |name: &str| {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some(User { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    };
    Some(find("postgres").or_else(|| find("nobody")).expect("a user beside root"))
}

/// A command as that user; setpriv is part of util-linux.
pub(super) fn run(user: Option<&User>, program: &Path) -> Command {
    let Some(user) = user else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args([
        format!("--reuid={}", user.uid),
        format!("--regid={}", user.gid),
        "--clear-groups".to_owned(),
    ]);
    command.arg(program);
    command.current_dir("/");
    command
}

pub(super) fn write(dir: &Path, name: &str, content: &str, user: Option<&User>) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.join(name);
    std::fs::write(&path, content).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("chmod");
    if let Some(user) = user {
        std::os::unix::fs::chown(&path, Some(user.uid), Some(user.gid)).expect("chown");
    }
    path
}

pub(super) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}
