#!/usr/bin/env python3
"""What linting costs beside a program that only walks and reads the same files.

Trees are made in a temporary directory, the same ones each time: one env file of 100,000 lines, 10,000 small ones, and a
repository of many services with env files, compose files, Kubernetes, Dockerfiles, alembic.ini and Python. Each program
runs over each tree in turn, so that a noisy machine is noisy for all of them; what counts is the ratio of the smallest
CPU times (user and system). dotenv-linter runs too when it is in the path; who takes longer than five seconds for a tree is
run over it once, and over no larger one.

    benches/lint.py [ROUNDS] [PGWARD]
"""
import os, random, resource, shutil, subprocess, sys, tempfile

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
PGWARD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else "target/release/pgward")
HERE = os.path.dirname(os.path.abspath(__file__))
DICE = random.Random(20260101)
# In seconds: who takes longer is run once.
SLOW = 5.0
WORDS = ("CACHE", "EMAIL", "FEATURE", "GATEWAY", "INDEX", "JOB", "LOG", "MAIL", "OAUTH", "QUEUE", "STRIPE", "TOKEN", "WORKER")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def env_file(number, production):
    password = f"{DICE.getrandbits(96):x}" if production else "postgres"
    host = f"db{number % 40}.internal"
    lines = [f"# service {number}", f"DATABASE_URL=postgresql://svc{number}:{password}@{host}:5432/svc{number}?sslmode=require"]
    if number % 4 == 0:
        lines += [f"DB_HOST={host}", "DB_PORT=5432", f"DB_NAME=svc{number}", f"DB_USER=svc{number}", f"DB_PASSWORD={password}"]
    lines += [f"{word}_{DICE.choice(WORDS)}={DICE.getrandbits(64):x}" for word in WORDS]
    return "\n".join(lines) + "\n"


def service(directory, number):
    write(f"{directory}/.env", env_file(number, False))
    write(f"{directory}/.env.production", env_file(number, True))
    write(f"{directory}/compose.yml", f"""services:
  web:
    build: .
    environment:
      DATABASE_URL: ${{DATABASE_URL:-postgresql://svc{number}:postgres@db:5432/svc{number}}}
    depends_on: [db]
  db:
    image: postgres:16.4
    environment:
      - POSTGRES_USER=svc{number}
      - POSTGRES_PASSWORD=postgres
""")
    write(f"{directory}/deploy/web.yaml", f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: svc{number}}}
spec:
  template:
    spec:
      containers:
      - name: web
        image: registry/svc{number}:1
        env:
        - name: DB_PASSWORD
          valueFrom: {{secretKeyRef: {{name: svc{number}, key: password}}}}
""")
    write(f"{directory}/Dockerfile", "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD [\"gunicorn\"]\n")
    write(f"{directory}/alembic.ini", "[alembic]\nscript_location = migrations\nsqlalchemy.url =\n")
    for module in range(5):
        body = "".join(f"def step{k}(x):\n    # {number} {k}\n    return x + {k}\n\n" for k in range(40))
        write(f"{directory}/src/m{module}.py", body)


def trees(root):
    write(f"{root}/big/.env", "".join(f"KEY_{n:06d}=value_{DICE.getrandbits(40):x}\n" for n in range(100_000)))
    write(f"{root}/half/.env", "".join(f"KEY_{n:06d}=value_{DICE.getrandbits(40):x}\n" for n in range(50_000)))
    for n in range(10_000):
        write(f"{root}/small/d{n // 100:03d}/s{n:05d}/.env", env_file(n, False))
    for n in range(1_000):
        service(f"{root}/services/team{n // 50:02d}/svc{n:04d}", n)
    write(f"{root}/tiny/.env", "DATABASE_URL=postgresql://app:app@localhost/app\n")


def cpu(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main():
    root = tempfile.mkdtemp(prefix="pgward-lint-")
    try:
        trees(root)
        subprocess.run(["rustc", "-O", "-o", f"{root}/plain", f"{HERE}/lint/plain.rs"], check=True)
        programs = {"plain": [f"{root}/plain"], "pgward": [PGWARD, "lint", "-q"]}
        if shutil.which("dotenv-linter"):
            programs["dotenv-linter"] = ["dotenv-linter", "check", "-q", "--recursive"]
        slow = set()
        for tree in ("tiny", "small", "services", "half", "big"):
            best = {}
            for name, command in programs.items():
                # Whoever takes seconds for one file is not asked about one of twice the size.
                if name in slow:
                    continue
                runs = [cpu(command + [f"{root}/{tree}"])]
                while len(runs) < ROUNDS and runs[0] < SLOW:
                    runs.append(cpu(command + [f"{root}/{tree}"]))
                best[name] = min(runs)
                if best[name] > SLOW:
                    slow.add(name)
            for name, seconds in best.items():
                print(f"{tree:10} {name:14} {seconds * 1000:9.1f} ms {seconds / best['plain']:8.2f} times plain", flush=True)
    finally:
        shutil.rmtree(root)


main()
