/* ledger_intern.h: what the ledger's own files share: the handle, and queries as scopes. A query
 * binds its parameters and takes its columns one after the other, in the order in which the SQL
 * names them:
 *
 *   AUTO(query_close) struct query query = {0};
 *   if (!query_open(ledger, sql, &query, err)) return false;
 *   query_bind_text(&query, ref);
 *   while (query_next(&query, &row, err) && row) ... query_take_int(&query) ...
 *
 * Statements are kept by the address of their SQL, so SQL is always a string with static life, one
 * query at a time. Bound texts and blobs are borrowed until the query is closed. NULL and UNSAID
 * are SQL's NULL, both ways. Only files named store/ledger*.c include this. */
#ifndef TAGWERK_STORE_LEDGER_INTERN_H
#define TAGWERK_STORE_LEDGER_INTERN_H

#include "store/ledger.h"

#define LEDGER_STATEMENTS 48
#define LEDGER_NAMES 64
#define LEDGER_RECENT 16

/* Routes and runs stand in the rows as small numbers; the latest stay in memory, found by text and
 * by id. */
struct name {
    int64_t id; /* 0: empty */
    char text[56];
};

struct names {
    const char *find_sql, *add_sql, *text_sql;
    struct name by_text[LEDGER_NAMES], by_id[LEDGER_NAMES];
};

struct ledger {
    struct sqlite3 *db;
    char *path;
    struct {
        const char *sql;
        struct sqlite3_stmt *stmt;
    } kept[LEDGER_STATEMENTS];
    struct names routes, runs;
    struct {
        int64_t route, day;
    } recent[LEDGER_RECENT]; /* days that are known to be noted as due */
    unsigned recent_at;
    uint64_t missing; /* the key that was last sought in vain: most likely the next to be put */
    bool began;
    int64_t changes; /* of the connection, when the transaction began */
    uint64_t commits;
};

/* The SQL that leads from format N to N + 1; the format that this program reads and writes. */
extern const char *const ledger_upgrades[];
extern const int64_t ledger_format;

/* Gives SQLite its memory; before it is used first. */
void ledger_memory(void);

/* Says what failed, why, and what mends it. False. */
bool ledger_fails(const struct ledger *ledger, const char *what, struct err *err);
/* What is remembered beside the tables. */
void ledger_forget(struct ledger *ledger);

struct query {
    struct sqlite3_stmt *stmt;
    const struct ledger *ledger;
    int bound, taken;
};

MUST_CHECK bool query_open(struct ledger *ledger, const char *sql, struct query *out,
                           struct err *err);
/* Also begins a transaction when none is open. */
MUST_CHECK bool query_open_write(struct ledger *ledger, const char *sql, struct query *out,
                                 struct err *err);
void query_close(struct query *query);

void query_bind_int(struct query *query, int64_t number);
void query_bind_text(struct query *query, const char *text);
void query_bind_blob(struct query *query, const void *bytes, size_t len);

MUST_CHECK bool query_next(struct query *query, bool *row, struct err *err);
/* For statements without rows; *changed (may be NULL): rows that changed. */
MUST_CHECK bool query_run(struct query *query, int64_t *changed, struct err *err);

int64_t query_take_int(struct query *query);
const char *query_take_text(struct query *query, struct arena *arena);
/* Bytes live until the next row. */
const void *query_take_blob(struct query *query, size_t *len);

/* For lists that grow in an arena: room for one more behind `len` of them. */
void *ledger_grow(struct arena *arena, void *list, size_t len, size_t size);

/* The number of a name; 0 when there is none of this text and `add` is not given, or the text is
 * NULL. */
MUST_CHECK bool names_id(struct ledger *ledger, struct names *names, const char *text, bool add,
                         int64_t *out, struct err *err);
/* The text of a number, in the arena; NULL for 0 and UNSAID. */
MUST_CHECK bool names_text(struct ledger *ledger, struct names *names, int64_t id,
                           struct arena *arena, const char **out, struct err *err);
void names_init(struct ledger *ledger);
void names_forget(struct names *names);

#endif
