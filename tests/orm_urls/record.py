"""Asks the real libraries what they make of connection strings.

Reads JSON strings, one a line, and writes one JSON object a line for tests/corpora/python-urls.jsonl. Run with CPython
3.11 and sqlalchemy 2.1.9, dj-database-url 3.1.2, django-environ 0.14.0, asyncpg 0.32.0 and psycopg 3, with no file in
~/.postgresql. dj-database-url registers its schemes with urllib when it is imported, and django-environ reads a URL
without a path differently then; so each is asked in a process of its own: `record.py dj < in > a; record.py rest < in > b`.
"""

import json
import os
import sys
import warnings

for name in [n for n in os.environ if n.startswith(("PG", "SSL"))]:
    del os.environ[name]
os.environ["HOME"] = "/nonexistent"
warnings.simplefilter("ignore")
ME = "\0me"


def plain(value):
    return [plain(v) for v in value] if isinstance(value, (tuple, list)) else value


def sqlalchemy(text):
    from sqlalchemy.engine import make_url

    url = make_url(text)
    out = {k: getattr(url, k) for k in ("drivername", "username", "password", "host", "port", "database")}
    out["query"] = {k: plain(v) for k, v in url.query.items()}
    try:
        dialect = url.get_dialect()
        out["dialect"] = f"{dialect.__module__}.{dialect.__name__}"
    except Exception as error:
        return out | {"dialect_error": type(error).__name__}
    try:
        positional, named = dialect().create_connect_args(url)
        out["connect_args"] = [plain(positional), {k: plain(v) for k, v in named.items()}]
    except Exception as error:
        return out | {"connect_args_error": type(error).__name__}
    if "psycopg" in out["dialect"]:
        from psycopg.conninfo import make_conninfo

        try:
            make_conninfo(**{k: v for k, v in named.items() if k not in ("autocommit", "context", "conninfo")})
        except Exception as error:
            out["psycopg_error"] = type(error).__name__
    return out


def dj_database_url(text):
    import dj_database_url

    return dict(dj_database_url.parse(text))


def django_environ(text):
    import environ

    return dict(environ.Env.db_url_config(text))


def asyncpg(text):
    import getpass

    from asyncpg import connect_utils

    getpass.getuser = lambda: ME
    nothing = "host port user password passfile database ssl service servicefile direct_tls server_settings"
    nothing += " target_session_attrs krbsrvname gsslib"
    places, params = connect_utils._parse_connect_dsn_and_args(dsn=text, **dict.fromkeys(nothing.split()))
    targets = []
    for place in places:
        if isinstance(place, str):
            directory, _, number = place.rpartition("/.s.PGSQL.")
            targets.append([directory, int(number) if number.isdigit() else number])
        else:
            targets.append(list(place))
    return {
        "targets": targets,
        "user": None if params.user == ME else params.user,
        "password": params.password,
        "dbname": None if params.database == ME else params.database,
        "sslmode": params.sslmode.name.replace("_", "-"),
        "settings": params.server_settings,
    }


def ask(library, text):
    try:
        return {"ok": True} | library(text)
    except Exception as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"[:60]}


LIBRARIES = [dj_database_url] if sys.argv[1] == "dj" else [sqlalchemy, django_environ, asyncpg]
for line in sys.stdin:
    text = json.loads(line)
    print(json.dumps({"input": text} | {f.__name__: ask(f, text) for f in LIBRARIES}, ensure_ascii=False))
