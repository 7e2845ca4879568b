"""Everything that is odd in a PostgreSQL database, in one."""

from __future__ import annotations

from tests.support.postgresql import Cluster

WEIRD = "na\"me\n'; DROP TABLE plain; -- ñ $1 \\ %s :ERROR {x}"

_STATEMENTS = (
    "CREATE ROLE zoo_owner NOLOGIN",
    'CREATE ROLE "Zoo ""Reader""" NOLOGIN',
    "CREATE SCHEMA sales",
    "CREATE EXTENSION hstore SCHEMA sales",
    "CREATE EXTENSION citext",
    "CREATE TYPE sales.mood AS ENUM ('sad', 'ok', 'happy')",
    "CREATE DOMAIN sales.percent AS numeric CHECK (VALUE BETWEEN 0 AND 100)",
    "CREATE TYPE sales.pair AS (a int, b text)",
    """CREATE TABLE sales.odd (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        f4 float4, f8 float8, n numeric, money money, b bytea, j json, jb jsonb, x xml,
        i interval, ts timestamp, tz timestamptz, d date, t time, ttz timetz, u uuid,
        arr text[], deep int[][], ip inet, mac macaddr, bits varbit, r int4range, tr tstzrange,
        tsv tsvector, p point, mood sales.mood, pct sales.percent, pair sales.pair,
        h sales.hstore, ci public.citext, c char(5), nothing text,
        twice numeric GENERATED ALWAYS AS (n * 2) STORED)""",
    """INSERT INTO sales.odd (f4, f8, n, money, b, j, jb, x, i, ts, tz, d, t, ttz, u, arr, deep, ip,
        mac, bits, r, tr, tsv, p, mood, pct, pair, h, ci, c)
        SELECT 1.1, 0.1 + g / 3.0, 'NaN', 12.5, '\\xdeadbeef00', '{"a": \n 1}', '{"b": [2]}',
        '<a>1</a>', '1 year 2 days 3.5 s', 'infinity', '2026-03-01 10:00+05', '0044-03-15 BC',
        '10:00', '10:00+02', md5(g::text)::uuid, ARRAY['a', NULL, E'x\ny'], '{{1,2},{3,4}}',
        '10.0.0.0/8', '08:00:2b:01:02:03', B'101', '[1,5)', '[2026-01-01, 2026-02-01)',
        'a fat cat', '(1,2)', 'ok', 50, '(1,x)', 'k=>v', 'CaSe', 'ab'
        FROM generate_series(1, 1500) AS g""",
    'CREATE TABLE plain (k text PRIMARY KEY, v text COLLATE "C", UNIQUE (v))',
    "INSERT INTO plain SELECT 'k' || g, 'v' || g FROM generate_series(1, 1200) AS g",
    "CREATE TABLE nothing ()",
    "CREATE TABLE empty (id int PRIMARY KEY)",
    "CREATE TABLE keyless (a int, b text)",
    "INSERT INTO keyless SELECT g % 7, NULLIF('x' || g % 3, 'x1')"
    " FROM generate_series(1, 2500) AS g",
    "CREATE UNLOGGED TABLE volatile (id int PRIMARY KEY, at timestamptz)",
    "INSERT INTO volatile VALUES (1, now())",
    "CREATE TABLE parts (id int, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
    "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
    "CREATE TABLE parts_rest PARTITION OF parts DEFAULT",
    "INSERT INTO parts SELECT g, '2026-01-20'::date + g FROM generate_series(1, 100) AS g",
    "CREATE TABLE parent (a int PRIMARY KEY, b int)",
    "CREATE TABLE child (c int, d int) INHERITS (parent)",
    "ALTER TABLE child DROP COLUMN d, ADD COLUMN e text DEFAULT 'later'",
    "INSERT INTO child (a, b, c) VALUES (1, 2, 3)",
    "CREATE TABLE refers (plain text REFERENCES plain ON DELETE CASCADE DEFERRABLE,"
    " part int, at date, CHECK (part > 0), FOREIGN KEY (part, at) REFERENCES parts)",
    "INSERT INTO refers VALUES ('k1', 1, '2026-01-21')",
    "CREATE INDEX partial ON plain (lower(v)) WHERE k > 'k5'",
    "CREATE VIEW seen AS SELECT k FROM plain",
    "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM plain",
    "CREATE MATERIALIZED VIEW unfilled AS SELECT 1 WITH NO DATA",
    "CREATE SEQUENCE tickets START 41",
    "SELECT nextval('tickets')",
    "CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER noop BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION noop()",
    "ALTER TABLE keyless ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY certain ON keyless USING (a > 3)",
    "SELECT lo_from_bytea(0, convert_to(repeat('large ' || g, 1000), 'UTF8'))"
    " FROM generate_series(1, 3) AS g",
    "ALTER TABLE sales.odd OWNER TO zoo_owner",
    'GRANT SELECT ON plain TO "Zoo ""Reader"""',
    "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION note()",
)
_NOTE = "CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'"


def fill(cluster: Cluster, database: str) -> None:
    """Make a database with one of everything."""
    cluster.create_database(database)
    name = WEIRD.replace('"', '""')
    cluster.execute(database, _NOTE, *_STATEMENTS)
    for statement in (
        'CREATE SCHEMA "{name}"',
        'CREATE TABLE "{name}"."{name}" ("{name}" int PRIMARY KEY)',
        'INSERT INTO "{name}"."{name}" VALUES (1), (2)',
    ):
        cluster.execute(database, statement.replace("{name}", name))
