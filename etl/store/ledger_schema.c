#include "store/ledger_intern.h"

/* Kinds, states and effects stand in the rows as their numbers. */
_Static_assert(KIND_ARTICLES == 0 && KIND_SHIPMENTS == 1 && KIND_ORDERS == 2 && KIND_CANCELS == 3 &&
                   KIND_MARKS == 4 && KIND_STOCK == 5,
               "ledgers hold these numbers: a new order needs an upgrade");
_Static_assert(STATE_SENT == 0 && STATE_UNEXPLAINED == 6 && EFFECT_NONE == 0 && EFFECT_UNSURE == 5,
               "ledgers hold these numbers: a new order needs an upgrade");

/* From format N to N + 1, each.
 *
 * The tables are made for the load's way of writing: hundreds of rows in order of ref, a few times
 * each. order_ref is NULL where it is the ref itself, so only what belongs to another record is in
 * record_order; only effects that are under way are in record_open, so it stays small and settled
 * rows cost it nothing. */
const char *const ledger_upgrades[] = {
    "CREATE TABLE route(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE run(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE record("
    " route INTEGER NOT NULL, kind INTEGER NOT NULL, ref TEXT NOT NULL,"
    " order_ref TEXT, day INTEGER,"
    " run INTEGER, state INTEGER NOT NULL, reason TEXT, notes TEXT, detail TEXT,"
    " effect INTEGER NOT NULL, revision INTEGER NOT NULL, revised_utc INTEGER,"
    " fingerprint BLOB, at_target BLOB, target_id TEXT, body TEXT,"
    " found_utc INTEGER, sent_utc INTEGER, settled_utc INTEGER, found_run INTEGER,"
    " items INTEGER, weight_g INTEGER, total_e4 INTEGER, weight_from TEXT, currency TEXT,"
    " PRIMARY KEY(route, kind, ref)) WITHOUT ROWID;"
    "CREATE INDEX record_day ON record(route, kind, day);"
    "CREATE INDEX record_order ON record(order_ref) WHERE order_ref IS NOT NULL;"
    "CREATE INDEX record_open ON record(route, kind, effect) WHERE effect = 1 OR effect = 2 OR "
    "effect = 5;"
    "CREATE TABLE due(route INTEGER NOT NULL, day INTEGER NOT NULL, PRIMARY KEY(route, day))"
    " WITHOUT ROWID;"
    "CREATE TABLE run_route(run INTEGER NOT NULL, route INTEGER NOT NULL, command TEXT,"
    " begun_utc INTEGER, ended_utc INTEGER, exit_code INTEGER, extracted INTEGER NOT NULL,"
    " transformed INTEGER NOT NULL, loaded INTEGER NOT NULL, reported INTEGER NOT NULL,"
    " PRIMARY KEY(run, route)) WITHOUT ROWID;"
    "CREATE TABLE event(route INTEGER NOT NULL, kind INTEGER NOT NULL, ref TEXT NOT NULL,"
    " number INTEGER NOT NULL, at_utc INTEGER, run INTEGER, revision INTEGER NOT NULL,"
    " what TEXT NOT NULL, text TEXT, PRIMARY KEY(route, kind, ref, number)) WITHOUT ROWID;"
    "CREATE TABLE watermark(route INTEGER NOT NULL, kind INTEGER NOT NULL, until_utc INTEGER,"
    " PRIMARY KEY(route, kind)) WITHOUT ROWID;"
    "CREATE TABLE article(account TEXT NOT NULL, ref TEXT NOT NULL, sku TEXT, ean TEXT, title TEXT,"
    " weight_g INTEGER, hs_code TEXT, origin TEXT, PRIMARY KEY(account, ref)) WITHOUT ROWID;"
    "CREATE INDEX article_sku ON article(account, sku) WHERE sku IS NOT NULL;"
    "CREATE TABLE calls(account TEXT NOT NULL, month TEXT NOT NULL, calls INTEGER NOT NULL,"
    " PRIMARY KEY(account, month)) WITHOUT ROWID;",
    "ALTER TABLE article ADD COLUMN price_e4 INTEGER;"
    "ALTER TABLE article ADD COLUMN parts TEXT;"
    "CREATE INDEX article_ean ON article(account, ean) WHERE ean IS NOT NULL;",
};
const int64_t ledger_format = ARRAY_LEN(ledger_upgrades);
