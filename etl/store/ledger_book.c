#include "core/text.h"
#include "model/codec.h"
#include "store/ledger_intern.h"

/* --- Watermarks ------------------------------------------------------------------------------- */

bool ledger_watermark(struct ledger *ledger, const char *route, enum kind kind, int64_t *out,
                      struct err *err)
{
    static const char sql[] = "SELECT until_utc FROM watermark WHERE route = ?1 AND kind = ?2";
    AUTO(query_close) struct query query = {0};
    int64_t id;
    bool row = false;

    if (!names_id(ledger, &ledger->routes, route, false, &id, err) ||
        !query_open(ledger, sql, &query, err))
        return false;
    query_bind_int(&query, id);
    query_bind_int(&query, (int64_t)kind);
    if (!query_next(&query, &row, err))
        return false;
    *out = row ? query_take_int(&query) : UNSAID;
    return true;
}

bool ledger_watermark_set(struct ledger *ledger, const char *route, enum kind kind,
                          int64_t until_utc, struct err *err)
{
    static const char sql[] = "INSERT INTO watermark(route, kind, until_utc) VALUES(?1, ?2, ?3)"
                              " ON CONFLICT DO UPDATE SET until_utc = ?3 WHERE until_utc IS NOT ?3";
    AUTO(query_close) struct query query = {0};
    int64_t id;

    if (!names_id(ledger, &ledger->routes, route, true, &id, err) ||
        !query_open_write(ledger, sql, &query, err))
        return false;
    query_bind_int(&query, id);
    query_bind_int(&query, (int64_t)kind);
    query_bind_int(&query, until_utc);
    return query_run(&query, NULL, err);
}

/* --- Articles --------------------------------------------------------------------------------- */

/* A bundle's parts stand in one column: an article of nothing else, as staging writes it. */
static const char *parts_text(const struct article *article, struct buf *scratch)
{
    struct article bare = {.head = {.kind = KIND_ARTICLES, .ref = article->head.ref},
                           .weight_g = UNSAID,
                           .price_e4 = UNSAID,
                           .length_mm = UNSAID,
                           .width_mm = UNSAID,
                           .height_mm = UNSAID,
                           .parts = article->parts,
                           .parts_len = article->parts_len};
    struct json_out out = json_begin(scratch);

    bare.head.at_utc = UNSAID;
    if (!article->parts_len)
        return NULL;
    record_put(&out, &bare.head, 0);
    return buf_str(scratch);
}

static bool take_parts(const char *text, struct article *article, struct arena *arena,
                       struct err *err)
{
    const struct node *root;
    struct record *bare;

    if (!text)
        return true;
    if (!json_parse(text, strlen(text), arena, &root, err) ||
        !record_get(root, KIND_ARTICLES, arena, &bare, err)) {
        err->kind = ERR_STORE;
        return err_wrap(err, "ledger: the parts of article %s cannot be read", article->head.ref);
    }
    article->parts = ARTICLE(bare)->parts;
    article->parts_len = ARTICLE(bare)->parts_len;
    return true;
}

bool ledger_article_put(struct ledger *ledger, const char *account, const struct article *article,
                        struct err *err)
{
    static const char sql[] =
        "INSERT INTO article(account, ref, sku, ean, title, weight_g, hs_code, origin, price_e4,"
        " parts) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO UPDATE SET"
        " sku = ?3, ean = ?4, title = ?5, weight_g = ?6, hs_code = ?7, origin = ?8, price_e4 = ?9,"
        " parts = ?10 WHERE (sku, ean, title, weight_g, hs_code, origin, price_e4, parts)"
        " IS NOT (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    AUTO(query_close) struct query query = {0};
    AUTO(buf_done) struct buf scratch = {0};

    if (!query_open_write(ledger, sql, &query, err))
        return false;
    query_bind_text(&query, account);
    query_bind_text(&query, article->head.ref);
    query_bind_text(&query, article->sku);
    query_bind_text(&query, article->ean);
    query_bind_text(&query, article->title);
    query_bind_int(&query, article->weight_g);
    query_bind_text(&query, article->hs_code);
    query_bind_text(&query, article->origin);
    query_bind_int(&query, article->price_e4);
    query_bind_text(&query, parts_text(article, &scratch));
    return query_run(&query, NULL, err);
}

/* `key`: account, and ref, SKU or EAN. */
static bool find_article(struct ledger *ledger, const char *sql, const char *const key[2],
                         struct query *query, bool *found, struct err *err)
{
    *found = false;
    if (!key[1] || !*key[1])
        return true;
    if (!query_open(ledger, sql, query, err))
        return false;
    query_bind_text(query, key[0]);
    query_bind_text(query, key[1]);
    return query_next(query, found, err);
}

#define ARTICLE_COLUMNS "ref, sku, ean, title, weight_g, hs_code, origin, price_e4, parts"

static bool take_article(struct query *query, struct arena *arena, struct article *out,
                         struct err *err)
{
    struct article *article = ARTICLE(record_new(KIND_ARTICLES, arena));

    article->head.ref = query_take_text(query, arena);
    article->sku = query_take_text(query, arena);
    article->ean = query_take_text(query, arena);
    article->title = query_take_text(query, arena);
    article->weight_g = query_take_int(query);
    article->hs_code = query_take_text(query, arena);
    article->origin = query_take_text(query, arena);
    article->price_e4 = query_take_int(query);
    *out = *article;
    return take_parts(query_take_text(query, arena), out, arena, err);
}

bool ledger_article(struct ledger *ledger, const char *account, const char *ref, const char *sku,
                    struct arena *arena, struct article *out, bool *found, struct err *err)
{
    static const char by_ref[] = "SELECT " ARTICLE_COLUMNS " FROM article"
                                 " WHERE account = ?1 AND ref = ?2";
    static const char by_sku[] = "SELECT " ARTICLE_COLUMNS " FROM article INDEXED BY article_sku"
                                 " WHERE account = ?1 AND sku = ?2 ORDER BY ref LIMIT 1";
    AUTO(query_close) struct query of_ref = {0};
    AUTO(query_close) struct query of_sku = {0};
    struct query *query = &of_ref;

    if (!find_article(ledger, by_ref, (const char *const[]){account, ref}, &of_ref, found, err))
        return false;
    if (!*found) {
        query = &of_sku;
        if (!find_article(ledger, by_sku, (const char *const[]){account, sku}, &of_sku, found, err))
            return false;
    }
    return !*found || take_article(query, arena, out, err);
}

bool ledger_article_owner(struct ledger *ledger, const char *account, const char *field,
                          const char *value, struct arena *arena, const char **out_ref,
                          struct err *err)
{
    static const char by_sku[] = "SELECT ref FROM article INDEXED BY article_sku"
                                 " WHERE account = ?1 AND sku = ?2 ORDER BY ref LIMIT 1";
    static const char by_ean[] = "SELECT ref FROM article INDEXED BY article_ean"
                                 " WHERE account = ?1 AND ean = ?2 ORDER BY ref LIMIT 1";
    AUTO(query_close) struct query query = {0};
    bool found;

    *out_ref = NULL;
    if (!find_article(ledger, text_same(field, "ean") ? by_ean : by_sku,
                      (const char *const[]){account, value}, &query, &found, err))
        return false;
    if (found)
        *out_ref = query_take_text(&query, arena);
    return true;
}

/* --- Calls ------------------------------------------------------------------------------------ */

bool ledger_calls_add(struct ledger *ledger, const char *account, const char *month, uint64_t calls,
                      struct err *err)
{
    static const char sql[] = "INSERT INTO calls(account, month, calls) VALUES(?1, ?2, ?3)"
                              " ON CONFLICT DO UPDATE SET calls = calls + ?3";
    AUTO(query_close) struct query query = {0};

    if (calls == 0)
        return true;
    if (!query_open_write(ledger, sql, &query, err))
        return false;
    query_bind_text(&query, account);
    query_bind_text(&query, month);
    query_bind_int(&query, (int64_t)calls);
    return query_run(&query, NULL, err);
}

bool ledger_calls(struct ledger *ledger, const char *account, const char *month, uint64_t *out,
                  struct err *err)
{
    static const char sql[] = "SELECT calls FROM calls WHERE account = ?1 AND month = ?2";
    AUTO(query_close) struct query query = {0};
    bool row = false;

    if (!query_open(ledger, sql, &query, err))
        return false;
    query_bind_text(&query, account);
    query_bind_text(&query, month);
    if (!query_next(&query, &row, err))
        return false;
    *out = row ? (uint64_t)query_take_int(&query) : 0;
    return true;
}

/* --- Runs ------------------------------------------------------------------------------------- */

bool ledger_run_put(struct ledger *ledger, const struct run_row *row, struct err *err)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO run_route(run, route, command, begun_utc, ended_utc, exit_code,"
        " extracted, transformed, loaded, reported) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    AUTO(query_close) struct query query = {0};
    int64_t run, route;

    if (!names_id(ledger, &ledger->runs, row->run, true, &run, err) ||
        !names_id(ledger, &ledger->routes, row->route, true, &route, err) ||
        !query_open_write(ledger, sql, &query, err))
        return false;
    query_bind_int(&query, run);
    query_bind_int(&query, route);
    query_bind_text(&query, row->command);
    query_bind_int(&query, row->begun_utc);
    query_bind_int(&query, row->ended_utc);
    query_bind_int(&query, row->exit_code);
    query_bind_int(&query, row->extracted);
    query_bind_int(&query, row->transformed);
    query_bind_int(&query, row->loaded);
    query_bind_int(&query, row->reported);
    return query_run(&query, NULL, err);
}

static bool take_run(struct ledger *ledger, struct query *query, struct arena *arena,
                     struct run_row *out, struct err *err)
{
    int64_t run = query_take_int(query);
    int64_t route = query_take_int(query);

    out->command = query_take_text(query, arena);
    out->begun_utc = query_take_int(query);
    out->ended_utc = query_take_int(query);
    out->exit_code = query_take_int(query);
    out->extracted = query_take_int(query) == 1;
    out->transformed = query_take_int(query) == 1;
    out->loaded = query_take_int(query) == 1;
    out->reported = query_take_int(query) == 1;
    return names_text(ledger, &ledger->runs, run, arena, &out->run, err) &&
           names_text(ledger, &ledger->routes, route, arena, &out->route, err);
}

bool ledger_runs(struct ledger *ledger, const char *route, size_t most, struct arena *arena,
                 struct run_row **out, size_t *count, struct err *err)
{
    /* A run got its number when it began, so numbers are the order of time. */
    static const char sql[] =
        "SELECT run, route, command, begun_utc, ended_utc, exit_code, extracted, transformed,"
        " loaded, reported FROM run_route WHERE ?1 IS NULL OR route = ?1"
        " ORDER BY run DESC, route DESC LIMIT ?2";
    AUTO(query_close) struct query query = {0};
    struct run_row *runs = NULL;
    size_t len = 0;
    int64_t id;
    bool row = false;

    if (!names_id(ledger, &ledger->routes, route, false, &id, err) ||
        !query_open(ledger, sql, &query, err))
        return false;
    query_bind_int(&query, route ? id : UNSAID);
    query_bind_int(&query, most > INT64_MAX ? INT64_MAX : (int64_t)most);
    for (;;) {
        if (!query_next(&query, &row, err))
            return false;
        if (!row)
            break;
        runs = ledger_grow(arena, runs, len, sizeof *runs);
        if (!take_run(ledger, &query, arena, &runs[len++], err))
            return false;
    }
    *out = runs;
    *count = len;
    return true;
}

/* --- Days that the next report must tell of --------------------------------------------------- */

bool ledger_days_due(struct ledger *ledger, const char *route, struct arena *arena, int64_t **out,
                     size_t *count, struct err *err)
{
    static const char sql[] = "SELECT day FROM due WHERE route = ?1 ORDER BY day";
    AUTO(query_close) struct query query = {0};
    int64_t route_id;
    int64_t *days = NULL;
    size_t len = 0;
    bool row = false;

    if (!names_id(ledger, &ledger->routes, route, false, &route_id, err) ||
        !query_open(ledger, sql, &query, err))
        return false;
    query_bind_int(&query, route_id);
    for (;;) {
        if (!query_next(&query, &row, err))
            return false;
        if (!row)
            break;
        days = ledger_grow(arena, days, len, sizeof *days);
        days[len++] = query_take_int(&query);
    }
    *out = days;
    *count = len;
    return true;
}

bool ledger_reported(struct ledger *ledger, const char *route, struct err *err)
{
    static const char sql[] = "DELETE FROM due WHERE route = ?1";
    AUTO(query_close) struct query query = {0};
    int64_t route_id;

    if (!names_id(ledger, &ledger->routes, route, false, &route_id, err) ||
        !query_open_write(ledger, sql, &query, err))
        return false;
    query_bind_int(&query, route_id);
    memset(ledger->recent, 0, sizeof ledger->recent);
    return query_run(&query, NULL, err);
}

/* --- Events ----------------------------------------------------------------------------------- */

bool ledger_event(struct ledger *ledger, const struct ledger_row *row, const char *what,
                  const char *text, int64_t at_utc, struct err *err)
{
    /* VALUES, because for a SELECT of its own table SQLite makes a table on the side, every time.
     */
    static const char sql[] =
        "INSERT INTO event(route, kind, ref, number, at_utc, run, revision, what, text)"
        " VALUES(?1, ?2, ?3, (SELECT coalesce(max(number), 0) + 1 FROM event"
        " WHERE route = ?1 AND kind = ?2 AND ref = ?3), ?4, ?5, ?6, ?7, ?8)";
    AUTO(query_close) struct query query = {0};
    int64_t route, run;

    if (!names_id(ledger, &ledger->routes, row->route, true, &route, err) ||
        !names_id(ledger, &ledger->runs, row->run, true, &run, err) ||
        !query_open_write(ledger, sql, &query, err))
        return false;
    query_bind_int(&query, route);
    query_bind_int(&query, (int64_t)row->kind);
    query_bind_text(&query, row->ref);
    query_bind_int(&query, at_utc);
    query_bind_int(&query, run ? run : UNSAID);
    query_bind_int(&query, row->revision);
    query_bind_text(&query, what);
    query_bind_text(&query, text);
    return query_run(&query, NULL, err);
}

static bool take_event(struct ledger *ledger, struct query *query, struct arena *arena,
                       struct event_row *out, struct err *err)
{
    int64_t run;

    out->at_utc = query_take_int(query);
    run = query_take_int(query);
    out->revision = (unsigned)query_take_int(query);
    out->what = query_take_text(query, arena);
    out->text = query_take_text(query, arena);
    return names_text(ledger, &ledger->runs, run, arena, &out->run, err);
}

bool ledger_events(struct ledger *ledger, const char *route, enum kind kind, const char *ref,
                   struct arena *arena, struct event_row **out, size_t *count, struct err *err)
{
    static const char sql[] = "SELECT at_utc, run, revision, what, text FROM event"
                              " WHERE route = ?1 AND kind = ?2 AND ref = ?3 ORDER BY number";
    AUTO(query_close) struct query query = {0};
    struct event_row *events = NULL;
    size_t len = 0;
    int64_t id;
    bool row = false;

    if (!names_id(ledger, &ledger->routes, route, false, &id, err) ||
        !query_open(ledger, sql, &query, err))
        return false;
    query_bind_int(&query, id);
    query_bind_int(&query, (int64_t)kind);
    query_bind_text(&query, ref);
    for (;;) {
        if (!query_next(&query, &row, err))
            return false;
        if (!row)
            break;
        events = ledger_grow(arena, events, len, sizeof *events);
        if (!take_event(ledger, &query, arena, &events[len++], err))
            return false;
    }
    *out = events;
    *count = len;
    return true;
}
