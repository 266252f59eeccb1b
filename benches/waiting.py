#!/usr/bin/env python3
"""How long after a server is ready each waiter says so.

A real PostgreSQL is started at a random moment while the waiter waits; ready is what its own log says. Prints the
median and the worst delay in milliseconds of `pgward preflight --wait`, and of loops of pg_isready and psql with their
usual second of sleep.

    benches/waiting.py [ROUNDS] [PGWARD]        PGBIN is the directory of initdb and postgres
"""
import datetime, glob, os, random, re, shutil, socket, statistics, subprocess, sys, tempfile, time

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
PGWARD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else "target/release/pgward")
BIN = os.environ.get("PGBIN") or max(glob.glob("/usr/lib/postgresql/*/bin"))
# postgres refuses to run as root
WHO = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def server(directory, port):
    command = [f"{BIN}/postgres", "-D", f"{directory}/data", "-p", str(port), "-k", directory, "-F",
               "-c", "log_line_prefix=%m ", "-c", "log_timezone=UTC"]
    with open(f"{directory}/log", "w") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **WHO)


def ready_at(directory):
    for line in open(f"{directory}/log"):
        if "is ready to accept connections" in line:
            stamp = re.match(r"[\d-]+ [\d:.]+", line)[0]
            moment = datetime.datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S.%f")
            return moment.replace(tzinfo=datetime.timezone.utc).timestamp()
    return None


def main():
    directory = tempfile.mkdtemp(prefix="pgward-bench")
    if WHO:
        shutil.chown(directory, "postgres", "postgres")
    subprocess.run([f"{BIN}/initdb", "-D", f"{directory}/data", "-U", "postgres", "-A", "trust", "--no-sync"],
                   check=True, stdout=subprocess.DEVNULL, cwd="/", **WHO)
    port = free_port()
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable"
    waiters = {
        "pgward": [PGWARD, "preflight", "--wait", "60s", "-q"],
        "pg_isready": ["sh", "-c", f"until {BIN}/pg_isready -q -d '{url}'; do sleep 1; done"],
        "psql": ["sh", "-c", f"until {BIN}/psql -Xqc 'SELECT 1' '{url}' >/dev/null 2>&1; do sleep 1; done"],
    }
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "APP_ENV": "development", "HOME": directory}
    for name, command in waiters.items():
        delays = []
        for _ in range(ROUNDS):
            waiter = subprocess.Popen(command, env=environment, cwd=directory)
            time.sleep(random.uniform(0.2, 3))
            postgres = server(directory, port)
            code = waiter.wait()
            ended = time.time()
            while (ready := ready_at(directory)) is None:
                time.sleep(0.01)
            delays.append((ended - ready) * 1000 if code == 0 else float("inf"))
            postgres.terminate()
            postgres.wait()
        early = sum(delay < 0 for delay in delays)
        print(f"{name:<12} median {statistics.median(delays):7.1f} ms   worst {max(delays):7.1f} ms   early {early}",
              flush=True)
    shutil.rmtree(directory)


main()
