#include "core/text.h"
#include "store/ledger_intern.h"
#include "wire/hash.h"

/* In this order everywhere. */
#define COLUMNS                                                                                    \
    "route, kind, ref, order_ref, day, run, state, reason, notes, detail, effect, revision,"       \
    " revised_utc, fingerprint, at_target, target_id, body, found_utc, sent_utc, settled_utc,"     \
    " found_run, items, weight_g, total_e4, weight_from, currency"

#define SELECT "SELECT " COLUMNS " FROM record "
/* Said, because without statistics SQLite would read the whole flow by its primary key. */
#define BY_DAY "INDEXED BY record_day WHERE route = ?1 AND kind = ?2 AND day = ?3 "

/* --- Rows out --------------------------------------------------------------------------------- */

static const char *take_hex(struct query *query, struct arena *arena)
{
    size_t len;
    const void *bytes = query_take_blob(query, &len);
    char *hex;

    if (!bytes || len != FINGERPRINT_SIZE)
        return NULL;
    hex = arena_bytes(arena, 2 * FINGERPRINT_SIZE + 1);
    hex_put(bytes, FINGERPRINT_SIZE, hex);
    return hex;
}

static void take_effect(struct query *query, struct arena *arena, struct ledger_row *row)
{
    row->effect = (enum effect)query_take_int(query);
    row->revision = (unsigned)query_take_int(query);
    row->revised_utc = query_take_int(query);
    row->fingerprint = take_hex(query, arena);
    row->at_target = take_hex(query, arena);
    row->target_id = query_take_text(query, arena);
    row->body = query_take_text(query, arena);
    row->found_utc = query_take_int(query);
    row->sent_utc = query_take_int(query);
    row->settled_utc = query_take_int(query);
}

static bool take_row(struct ledger *ledger, struct query *query, struct arena *arena,
                     struct ledger_row *out, struct err *err)
{
    struct ledger_row row;
    int64_t route = query_take_int(query);
    int64_t run, found_run;

    row.kind = (enum kind)query_take_int(query);
    row.ref = query_take_text(query, arena);
    row.order_ref = query_take_text(query, arena);
    if (!row.order_ref)
        row.order_ref = row.ref;
    row.day = query_take_int(query);
    run = query_take_int(query);
    row.state = (enum state)query_take_int(query);
    row.reason = query_take_text(query, arena);
    row.notes = query_take_text(query, arena);
    row.detail = query_take_text(query, arena);
    take_effect(query, arena, &row);
    found_run = query_take_int(query);
    row.items = query_take_int(query);
    row.weight_g = query_take_int(query);
    row.total_e4 = query_take_int(query);
    row.weight_from = query_take_text(query, arena);
    row.currency = query_take_text(query, arena);
    if (!names_text(ledger, &ledger->routes, route, arena, &row.route, err) ||
        !names_text(ledger, &ledger->runs, run, arena, &row.run, err) ||
        !names_text(ledger, &ledger->runs, found_run, arena, &row.found_run, err))
        return false;
    *out = row;
    return true;
}

static bool take_rows(struct ledger *ledger, struct query *query, struct arena *arena,
                      struct ledger_row **out, size_t *count, struct err *err)
{
    struct ledger_row *rows = NULL;
    size_t len = 0;
    bool row = false;

    for (;;) {
        if (!query_next(query, &row, err))
            return false;
        if (!row)
            break;
        rows = ledger_grow(arena, rows, len, sizeof *rows);
        if (!take_row(ledger, query, arena, &rows[len++], err))
            return false;
    }
    *out = rows;
    *count = len;
    return true;
}

/* A query over one flow, with route and kind bound. A route that has no number has no rows either.
 */
static bool flow_open(struct ledger *ledger, const char *sql, const char *route, enum kind kind,
                      struct query *out, struct err *err)
{
    int64_t id;

    if (!names_id(ledger, &ledger->routes, route, false, &id, err) ||
        !query_open(ledger, sql, out, err))
        return false;
    query_bind_int(out, id);
    query_bind_int(out, (int64_t)kind);
    return true;
}

static uint64_t key_hash(enum kind kind, const char *ref)
{
    return text_hash(ref) + (uint64_t)kind;
}

bool ledger_get(struct ledger *ledger, const char *route, enum kind kind, const char *ref,
                struct arena *arena, struct ledger_row *out, bool *found, struct err *err)
{
    static const char sql[] = SELECT "WHERE route = ?1 AND kind = ?2 AND ref = ?3";
    AUTO(query_close) struct query query = {0};
    bool row = false;

    if (!flow_open(ledger, sql, route, kind, &query, err))
        return false;
    query_bind_text(&query, ref);
    if (!query_next(&query, &row, err) || (row && !take_row(ledger, &query, arena, out, err)))
        return false;
    *found = row;
    if (!row)
        ledger->missing = key_hash(kind, ref);
    return true;
}

bool ledger_has_word(struct ledger *ledger, const char *route, enum kind kind, const char *ref,
                     const char *run, bool *out, struct err *err)
{
    static const char sql[] = "SELECT run FROM record WHERE route = ?1 AND kind = ?2 AND ref = ?3";
    AUTO(query_close) struct query query = {0};
    int64_t run_id;
    bool row = false;

    if (!names_id(ledger, &ledger->runs, run, false, &run_id, err) ||
        !flow_open(ledger, sql, route, kind, &query, err))
        return false;
    query_bind_text(&query, ref);
    if (!query_next(&query, &row, err))
        return false;
    *out = row && run_id && query_take_int(&query) == run_id;
    return true;
}

// NOLINTNEXTLINE(readability-function-size): the usual nine, and where to go on
bool ledger_effects(struct ledger *ledger, const char *route, enum kind kind, enum effect effect,
                    const char *after_ref, size_t most, struct arena *arena,
                    struct ledger_row **out, size_t *count, struct err *err)
{
    /* The second condition on `effect` is that of the index. */
    static const char under_way[] =
        SELECT "INDEXED BY record_open WHERE route = ?1 AND kind = ?2 AND effect = ?3"
               " AND (effect = 1 OR effect = 2 OR effect = 5) AND ref > ?4 ORDER BY ref LIMIT ?5";
    static const char settled[] =
        SELECT "WHERE route = ?1 AND kind = ?2 AND effect = ?3 AND ref > ?4 ORDER BY ref LIMIT ?5";
    bool open = effect == EFFECT_PLANNED || effect == EFFECT_SENT || effect == EFFECT_UNSURE;
    AUTO(query_close) struct query query = {0};

    if (!flow_open(ledger, open ? under_way : settled, route, kind, &query, err))
        return false;
    query_bind_int(&query, (int64_t)effect);
    query_bind_text(&query, after_ref ? after_ref : "");
    query_bind_int(&query, most > INT64_MAX ? INT64_MAX : (int64_t)most);
    return take_rows(ledger, &query, arena, out, count, err);
}

bool ledger_of_order(struct ledger *ledger, const char *route, enum kind kind,
                     const char *order_ref, struct arena *arena, struct ledger_row **out,
                     size_t *count, struct err *err)
{
    static const char sql[] =
        SELECT "WHERE route = ?1 AND kind = ?2 AND ref = ?3 AND order_ref IS NULL UNION ALL " SELECT
               "INDEXED BY record_order WHERE route = ?1 AND kind = ?2 AND order_ref = ?3"
               " ORDER BY found_utc, ref";
    AUTO(query_close) struct query query = {0};

    if (!flow_open(ledger, sql, route, kind, &query, err))
        return false;
    query_bind_text(&query, order_ref);
    return take_rows(ledger, &query, arena, out, count, err);
}

bool ledger_day(struct ledger *ledger, const char *route, enum kind kind, int64_t day,
                struct arena *scratch, ledger_each_fn *each, void *context, struct err *err)
{
    static const char sql[] = SELECT BY_DAY "ORDER BY ref";
    AUTO(query_close) struct query query = {0};
    struct arena_mark mark = arena_mark(scratch);
    bool row = false;

    if (!flow_open(ledger, sql, route, kind, &query, err))
        return false;
    query_bind_int(&query, day);
    for (;;) {
        struct ledger_row now;

        if (!query_next(&query, &row, err))
            return false;
        if (!row)
            return true;
        if (!take_row(ledger, &query, scratch, &now, err) || !each(context, &now, err))
            return false;
        arena_rewind(scratch, mark);
    }
}

bool ledger_find(struct ledger *ledger, const char *ref, struct arena *arena,
                 struct ledger_row **out, size_t *count, struct err *err)
{
    /* Every flow there can be is asked by the primary key: far fewer than rows. */
    static const char sql[] =
        "SELECT " COLUMNS " FROM route"
        " CROSS JOIN (SELECT 0 AS k UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4"
        " UNION SELECT 5) CROSS JOIN record"
        " WHERE route = id AND kind = k AND ref = ?1 AND order_ref IS NOT ?1 UNION ALL " SELECT
        "INDEXED BY record_order WHERE order_ref = ?1 ORDER BY found_utc, kind, ref";
    AUTO(query_close) struct query query = {0};

    if (!query_open(ledger, sql, &query, err))
        return false;
    query_bind_text(&query, ref);
    return take_rows(ledger, &query, arena, out, count, err);
}

bool ledger_count(struct ledger *ledger, const char *route, enum kind kind, int64_t day,
                  const char *run, uint64_t counts[static STATE_COUNT], struct err *err)
{
    static const char sql[] = "SELECT state FROM record " BY_DAY "AND (?4 IS NULL OR run = ?4)";
    AUTO(query_close) struct query query = {0};
    uint64_t seen[STATE_COUNT] = {0};
    int64_t run_id;
    bool row = false;

    if (!names_id(ledger, &ledger->runs, run, false, &run_id, err) ||
        !flow_open(ledger, sql, route, kind, &query, err))
        return false;
    query_bind_int(&query, day);
    query_bind_int(&query, run ? run_id : UNSAID);
    for (;;) {
        int64_t state;

        if (!query_next(&query, &row, err))
            return false;
        if (!row)
            break;
        state = query_take_int(&query);
        if (state >= 0 && state < STATE_COUNT)
            seen[state]++;
    }
    memcpy(counts, seen, sizeof seen);
    return true;
}

/* --- Rows in ---------------------------------------------------------------------------------- */

/* A row as it is stored. */
struct stored {
    const struct ledger_row *row;
    int64_t route, run, found_run;
    unsigned char fingerprint[FINGERPRINT_SIZE], at_target[FINGERPRINT_SIZE];
};

static bool store_hex(const char *hex, unsigned char out[static FINGERPRINT_SIZE], struct err *err)
{
    return !hex ||
           (strlen(hex) == 2 * (size_t)FINGERPRINT_SIZE && hex_get(hex, out, FINGERPRINT_SIZE)) ||
           err_set(err, ERR_STORE, "a fingerprint for the ledger is not %d hex digits",
                   2 * FINGERPRINT_SIZE);
}

static bool store_row(struct ledger *ledger, const struct ledger_row *row, struct stored *out,
                      struct err *err)
{
    out->row = row;
    return names_id(ledger, &ledger->routes, row->route, true, &out->route, err) &&
           names_id(ledger, &ledger->runs, row->run, true, &out->run, err) &&
           names_id(ledger, &ledger->runs, row->found_run, true, &out->found_run, err) &&
           store_hex(row->fingerprint, out->fingerprint, err) &&
           store_hex(row->at_target, out->at_target, err);
}

/* NULL when it is the row's own: see record_order in the schema. */
static const char *other_order(const struct ledger_row *row)
{
    return text_same(row->order_ref, row->ref) ? NULL : row->order_ref;
}

static void bind_key(struct query *query, const struct stored *stored)
{
    query_bind_int(query, stored->route);
    query_bind_int(query, (int64_t)stored->row->kind);
    query_bind_text(query, stored->row->ref);
    query_bind_text(query, other_order(stored->row));
    query_bind_int(query, stored->row->day);
}

static void bind_effect(struct query *query, const struct stored *stored)
{
    const struct ledger_row *row = stored->row;

    query_bind_int(query, (int64_t)row->effect);
    query_bind_int(query, row->revision);
    query_bind_int(query, row->revised_utc);
    query_bind_blob(query, row->fingerprint ? stored->fingerprint : NULL, FINGERPRINT_SIZE);
    query_bind_blob(query, row->at_target ? stored->at_target : NULL, FINGERPRINT_SIZE);
    query_bind_text(query, row->target_id);
    query_bind_text(query, row->body);
    query_bind_int(query, row->found_utc);
    query_bind_int(query, row->sent_utc);
    query_bind_int(query, row->settled_utc);
}

static int64_t or_unsaid(int64_t id)
{
    return id ? id : UNSAID;
}

/* By the numbers that COLUMNS gives them. */
#define SET_ALL                                                                                    \
    "SET run = ?6, state = ?7, reason = ?8, notes = ?9, detail = ?10, effect = ?11, revision = "   \
    "?12,"                                                                                         \
    " revised_utc = ?13, fingerprint = ?14, at_target = ?15, target_id = ?16, body = ?17,"         \
    " found_utc = ?18, sent_utc = ?19, settled_utc = ?20, found_run = ?21, items = ?22,"           \
    " weight_g = ?23, total_e4 = ?24, weight_from = ?25, currency = ?26"

/* The common case: what is set touches no index but record_open. */
static const char update_sql[] =
    "UPDATE record " SET_ALL
    " WHERE route = ?1 AND kind = ?2 AND ref = ?3 AND order_ref IS ?4 AND day IS ?5";

/* A new row, or one that moves to another day or order. */
static const char insert_sql[] =
    "INSERT INTO record(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
    " ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)"
    " ON CONFLICT(route, kind, ref) DO UPDATE " SET_ALL ", order_ref = ?4, day = ?5";

static bool write_row(struct ledger *ledger, const char *sql, const struct stored *stored,
                      int64_t *changed, struct err *err)
{
    const struct ledger_row *row = stored->row;
    AUTO(query_close) struct query query = {0};

    if (!query_open_write(ledger, sql, &query, err))
        return false;
    bind_key(&query, stored);
    query_bind_int(&query, or_unsaid(stored->run));
    query_bind_int(&query, (int64_t)row->state);
    query_bind_text(&query, row->reason);
    query_bind_text(&query, row->notes);
    query_bind_text(&query, row->detail);
    bind_effect(&query, stored);
    query_bind_int(&query, or_unsaid(stored->found_run));
    query_bind_int(&query, row->items);
    query_bind_int(&query, row->weight_g);
    query_bind_int(&query, row->total_e4);
    query_bind_text(&query, row->weight_from);
    query_bind_text(&query, row->currency);
    return query_run(&query, changed, err);
}

/* The next report must tell of this day: noted once, not once per row. */
static bool note_due(struct ledger *ledger, const struct stored *stored, struct err *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO due(route, day) VALUES(?1, ?2)";
    int64_t day = stored->row->day;
    AUTO(query_close) struct query query = {0};

    if (!said(day))
        return true;
    for (size_t i = 0; i < LEDGER_RECENT; i++)
        if (ledger->recent[i].route == stored->route && ledger->recent[i].day == day)
            return true;
    if (!query_open_write(ledger, sql, &query, err))
        return false;
    query_bind_int(&query, stored->route);
    query_bind_int(&query, day);
    if (!query_run(&query, NULL, err))
        return false;
    ledger->recent_at = (ledger->recent_at + 1) % LEDGER_RECENT;
    ledger->recent[ledger->recent_at].route = stored->route;
    ledger->recent[ledger->recent_at].day = day;
    return true;
}

bool ledger_put(struct ledger *ledger, const struct ledger_row *row, struct err *err)
{
    bool new = ledger->missing == key_hash(row->kind, row->ref); /* a guess; either way is right */
    struct stored stored;
    int64_t changed = 0;

    if (!store_row(ledger, row, &stored, err) ||
        (!new && !write_row(ledger, update_sql, &stored, &changed, err)) ||
        (changed == 0 && !write_row(ledger, insert_sql, &stored, &changed, err)))
        return false;
    ledger->missing = 0;
    return note_due(ledger, &stored, err);
}
