#include "store/ledger_intern.h"

#include "core/text.h"

#include <sqlite3.h>

/* --- Statements ------------------------------------------------------------------------------- */

bool query_open(struct ledger *ledger, const char *sql, struct query *out, struct err *err)
{
    size_t at = 0;

    while (at < LEDGER_STATEMENTS && ledger->kept[at].sql && ledger->kept[at].sql != sql)
        at++;
    if (at == LEDGER_STATEMENTS)
        return err_set(err, ERR_STORE, "too many statements"); // GCOVR_EXCL_LINE: there are fewer
    if (!ledger->kept[at].sql) {
        if (sqlite3_prepare_v3(ledger->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                               &ledger->kept[at].stmt, NULL) != SQLITE_OK)
            return ledger_fails(ledger, "cannot be asked", err);
        ledger->kept[at].sql = sql;
    }
    *out = (struct query){.stmt = ledger->kept[at].stmt, .ledger = ledger};
    return true;
}

bool query_open_write(struct ledger *ledger, const char *sql, struct query *out, struct err *err)
{
    return ledger_begin(ledger, err) && query_open(ledger, sql, out, err);
}

void query_close(struct query *query)
{
    (void)sqlite3_reset(query->stmt);
    *query = (struct query){0};
}

/* What goes wrong while binding (nothing but memory) shows when the statement runs. */
void query_bind_int(struct query *query, int64_t number)
{
    query->bound++;
    (void)(said(number) ? sqlite3_bind_int64(query->stmt, query->bound, number)
                        : sqlite3_bind_null(query->stmt, query->bound));
}

void query_bind_text(struct query *query, const char *text)
{
    query->bound++;
    (void)sqlite3_bind_text(query->stmt, query->bound, text, -1, SQLITE_STATIC);
}

void query_bind_blob(struct query *query, const void *bytes, size_t len)
{
    query->bound++;
    (void)sqlite3_bind_blob64(query->stmt, query->bound, bytes, len, SQLITE_STATIC);
}

bool query_next(struct query *query, bool *row, struct err *err)
{
    int got = sqlite3_step(query->stmt);

    if (got != SQLITE_ROW && got != SQLITE_DONE)
        return ledger_fails(query->ledger, "cannot be read", err);
    query->taken = 0;
    *row = got == SQLITE_ROW;
    return true;
}

bool query_run(struct query *query, int64_t *changed, struct err *err)
{
    int got = sqlite3_step(query->stmt);

    if (got != SQLITE_DONE)
        return ledger_fails(query->ledger, "cannot be written", err);
    if (changed)
        *changed = sqlite3_changes64(query->ledger->db);
    (void)sqlite3_reset(query->stmt);
    query->bound = 0;
    return true;
}

int64_t query_take_int(struct query *query)
{
    int at = query->taken++;

    if (sqlite3_column_type(query->stmt, at) == SQLITE_NULL)
        return UNSAID;
    return sqlite3_column_int64(query->stmt, at);
}

const void *query_take_blob(struct query *query, size_t *len)
{
    int at = query->taken++;
    const void *bytes = sqlite3_column_blob(query->stmt, at);

    *len = (size_t)sqlite3_column_bytes(query->stmt, at);
    return bytes;
}

/* As a blob, since SQLite would copy a text only to put a NUL behind it. */
const char *query_take_text(struct query *query, struct arena *arena)
{
    bool null = sqlite3_column_type(query->stmt, query->taken) == SQLITE_NULL;
    size_t len;
    const char *bytes = query_take_blob(query, &len);

    return null ? NULL : arena_slice(arena, bytes ? bytes : "", len);
}

void *ledger_grow(struct arena *arena, void *list, size_t len, size_t size)
{
    bool full = len == 0 || (len >= 16 && (len & (len - 1)) == 0);
    void *wider;

    if (!full)
        return list;
    wider = arena_array(arena, len ? 2 * len : 16, size);
    if (len)
        memcpy(wider, list, len * size);
    return wider;
}

/* --- Names ------------------------------------------------------------------------------------ */

static void names_keep(struct names *names, int64_t id, const char *text, size_t len)
{
    struct name name = {.id = id};

    if (len >= sizeof name.text)
        return;
    memcpy(name.text, text, len);
    names->by_text[text_hash(name.text) % LEDGER_NAMES] = name;
    names->by_id[(uint64_t)id % LEDGER_NAMES] = name;
}

static bool names_find(struct ledger *ledger, const struct names *names, const char *text,
                       int64_t *out, struct err *err)
{
    AUTO(query_close) struct query query = {0};
    bool row = false;

    if (!query_open(ledger, names->find_sql, &query, err))
        return false;
    query_bind_text(&query, text);
    if (!query_next(&query, &row, err))
        return false;
    *out = row ? query_take_int(&query) : 0;
    return true;
}

static bool names_add(struct ledger *ledger, const struct names *names, const char *text,
                      int64_t *out, struct err *err)
{
    AUTO(query_close) struct query query = {0};

    if (!query_open_write(ledger, names->add_sql, &query, err))
        return false; // GCOVR_EXCL_LINE: the table was read a moment ago
    query_bind_text(&query, text);
    if (!query_run(&query, NULL, err))
        return false;
    *out = sqlite3_last_insert_rowid(ledger->db);
    return true;
}

bool names_id(struct ledger *ledger, struct names *names, const char *text, bool add, int64_t *out,
              struct err *err)
{
    const struct name *kept;
    int64_t id = 0;

    if (!text) {
        *out = 0;
        return true;
    }
    kept = &names->by_text[text_hash(text) % LEDGER_NAMES];
    if (kept->id && strcmp(kept->text, text) == 0) {
        *out = kept->id;
        return true;
    }
    if (!names_find(ledger, names, text, &id, err))
        return false;
    if (!id && add && !names_add(ledger, names, text, &id, err))
        return false;
    if (id)
        names_keep(names, id, text, strlen(text));
    *out = id;
    return true;
}

bool names_text(struct ledger *ledger, struct names *names, int64_t id, struct arena *arena,
                const char **out, struct err *err)
{
    AUTO(query_close) struct query query = {0};
    const struct name *kept = &names->by_id[(uint64_t)id % LEDGER_NAMES];
    bool row = false;

    if (!said(id) || id == 0) {
        *out = NULL;
        return true;
    }
    if (kept->id == id) {
        *out = arena_text(arena, kept->text);
        return true;
    }
    if (!query_open(ledger, names->text_sql, &query, err))
        return false;
    query_bind_int(&query, id);
    if (!query_next(&query, &row, err))
        return false;
    *out = row ? query_take_text(&query, arena) : NULL;
    if (*out)
        names_keep(names, id, *out, strlen(*out));
    return true;
}

void names_forget(struct names *names)
{
    memset(names->by_text, 0, sizeof names->by_text);
    memset(names->by_id, 0, sizeof names->by_id);
}

void names_init(struct ledger *ledger)
{
    ledger->routes.find_sql = "SELECT id FROM route WHERE name = ?1";
    ledger->routes.add_sql = "INSERT INTO route(name) VALUES(?1)";
    ledger->routes.text_sql = "SELECT name FROM route WHERE id = ?1";
    ledger->runs.find_sql = "SELECT id FROM run WHERE name = ?1";
    ledger->runs.add_sql = "INSERT INTO run(name) VALUES(?1)";
    ledger->runs.text_sql = "SELECT name FROM run WHERE id = ?1";
}
