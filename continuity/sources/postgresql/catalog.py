"""What PostgreSQL's own catalogue tells about a database, apart from its rows.

What belongs to an extension is left out: its version decides about it, and no dump carries it. The
schemas whose names begin with ``pg_`` are the server's.
"""

from __future__ import annotations

_OURS = (
    "(n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = {relation}::regclass"
    " AND d.objid = {alias}.oid AND d.deptype IN ('e', 'i')))"
)
_NAMESPACE = "JOIN pg_catalog.pg_namespace AS n ON n.oid"
_CLASSES = (
    "SELECT c.oid FROM pg_catalog.pg_class AS c"
    f" {_NAMESPACE} = c.relnamespace WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'"
    " AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND NOT EXISTS"
    " (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = 'pg_catalog.pg_class'::regclass"
    " AND d.objid = c.oid AND d.deptype = 'e')"
)

TABLES = f"""
SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name,
    c.relpersistence = 'u' AS unlogged, c.reltuples::int8 AS rows,
    CASE WHEN c.relkind = 'r'
        THEN pg_relation_size(c.oid) / current_setting('block_size')::int8 ELSE 0 END AS blocks,
    jsonb_build_array(c.relkind, c.relpersistence, c.relrowsecurity,
        CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
        pg_get_expr(c.relpartbound, c.oid),
        (SELECT jsonb_agg(i.inhparent::regclass::text ORDER BY i.inhparent::regclass::text)
            FROM pg_inherits AS i WHERE i.inhrelid = c.oid))::text AS shape
FROM pg_class AS c {_NAMESPACE} = c.relnamespace
WHERE c.oid IN ({_CLASSES})
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
"""

COLUMNS = f"""
SELECT a.attrelid::int8 AS oid, a.attname AS name, a.attnotnull AS filled, t.typname AS type,
    t.typnamespace = 'pg_catalog'::regnamespace AS builtin,
    jsonb_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
        CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
        (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder)
            FROM pg_enum AS e WHERE e.enumtypid = a.atttypid))::text AS shape
FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN ({_CLASSES})
ORDER BY a.attname COLLATE "C"
"""

INDEXES = f"""
SELECT i.indrelid::int8 AS oid, i.indisprimary AS main,
    i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL
        AND i.indexprs IS NULL AND NOT i.indisexclusion AS identifies,
    ARRAY(SELECT a.attname FROM generate_series(0, i.indnkeyatts - 1) AS k
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k]
        ORDER BY k) AS columns,
    jsonb_build_array(am.amname, i.indisunique, i.indisprimary, i.indnkeyatts, i.indoption::text,
        ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false)
            FROM generate_series(1, i.indnatts) AS k ORDER BY k),
        pg_get_expr(i.indpred, i.indrelid))::text AS shape
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS am ON am.oid = c.relam
WHERE i.indrelid IN ({_CLASSES}) AND i.indisready
    AND (i.indisvalid OR EXISTS (SELECT FROM pg_class AS p
        WHERE p.oid = i.indrelid AND p.relkind = 'p'))
"""

# Since PostgreSQL 18 "not null" is a constraint as well; the columns tell it already. What a
# partition inherits by a foreign key of its parent is made anew by the server.
CONSTRAINTS = f"""
SELECT k.conrelid::int8 AS oid,
    jsonb_build_array(k.contype, k.condeferrable, k.condeferred, k.convalidated,
        k.confupdtype, k.confdeltype, k.confmatchtype,
        ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY AS u(number, place)
            JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number
            ORDER BY u.place),
        CASE WHEN k.confrelid <> 0 THEN k.confrelid::regclass::text END,
        ARRAY(SELECT a.attname FROM unnest(k.confkey) WITH ORDINALITY AS u(number, place)
            JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.number
            ORDER BY u.place),
        pg_get_expr(k.conbin, k.conrelid))::text AS shape
FROM pg_constraint AS k
WHERE k.conrelid IN ({_CLASSES}) AND k.contype IN ('p', 'u', 'f', 'c', 'x')
    AND (k.contype <> 'f' OR k.conparentid = 0)
"""

DATABASE = """
SELECT pg_encoding_to_char(d.encoding) AS encoding,
    d.datcollate AS collate, d.datctype AS ctype,
    coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider,
    coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale
FROM pg_database AS d WHERE d.datname = current_database()
"""

EXTENSIONS = """
SELECT e.extname AS name, e.extversion AS version FROM pg_extension AS e
ORDER BY e.extname COLLATE "C"
"""

# First the role that the server was made with: of what belongs to it the server keeps no note, and
# nobody else may own an event trigger on a scratch server. Names that begin with pg_ are its own.
ROLES = """
SELECT r.rolname AS name FROM pg_roles AS r
WHERE r.oid = 10 OR r.rolname NOT LIKE 'pg\\_%' AND r.oid IN (SELECT s.refobjid
    FROM pg_shdepend AS s WHERE s.refclassid = 'pg_authid'::regclass
    AND s.dbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
ORDER BY r.oid <> 10, r.rolname COLLATE "C"
"""


def _counted(kind: str, source: str, relation: str, alias: str, condition: str = "true") -> str:
    ours = _OURS.format(relation=f"'pg_catalog.{relation}'", alias=alias)
    return (
        f"SELECT '{kind}' AS kind, count(*)::int8 AS count FROM {source}"
        f" WHERE {ours} AND {condition}"
    )


_OF_CLASS = f"pg_class AS c {_NAMESPACE} = c.relnamespace"
_KINDS = {
    "views": "c.relkind = 'v'",
    "materialized views": "c.relkind = 'm'",
    "filled materialized views": "c.relkind = 'm' AND c.relispopulated",
    "foreign tables": "c.relkind = 'f'",
}
OTHERS = " UNION ALL ".join(
    [
        *(_counted(kind, _OF_CLASS, "pg_class", "c", where) for kind, where in _KINDS.items()),
        # A sequence of an identity column is internal to its table, and still an object of its own.
        "SELECT 'sequences', count(*)::int8 FROM pg_sequence AS s WHERE NOT EXISTS (SELECT FROM"
        " pg_depend AS d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = s.seqrelid"
        " AND d.deptype = 'e')",
        _counted("functions", f"pg_proc AS p {_NAMESPACE} = p.pronamespace", "pg_proc", "p"),
        _counted(
            "types",
            f"pg_type AS t {_NAMESPACE} = t.typnamespace",
            "pg_type",
            "t",
            "t.typtype IN ('d', 'e', 'r')",
        ),
        _counted(
            "triggers",
            f"pg_trigger AS g JOIN {_OF_CLASS} ON c.oid = g.tgrelid",
            "pg_class",
            "c",
            "NOT g.tgisinternal AND coalesce((to_jsonb(g) ->> 'tgparentid')::int8, 0) = 0",
        ),
        _counted(
            "policies", f"pg_policy AS o JOIN {_OF_CLASS} ON c.oid = o.polrelid", "pg_class", "c"
        ),
        _counted("schemas", "pg_namespace AS n", "pg_namespace", "n"),
        "SELECT 'event triggers', count(*)::int8 FROM pg_event_trigger",
        "SELECT 'foreign servers', count(*)::int8 FROM pg_foreign_server",
        "SELECT 'publications', count(*)::int8 FROM pg_publication",
        "SELECT 'large objects', count(*)::int8 FROM pg_largeobject_metadata",
    ]
)
