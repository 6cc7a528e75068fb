#include "store/ledger.h"

#include "core/file.h"
#include "core/gate.h"
#include "store/ledger_intern.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

/* `status` may hold the file for a moment while SQLite tidies its log. */
#define BUSY_MS 2000

/* --- Words ------------------------------------------------------------------------------------ */

static const char *const state_names[STATE_COUNT] = {
    [STATE_SENT] = "sent",
    [STATE_SAME] = "same",
    [STATE_SKIPPED] = "skipped",
    [STATE_REFUSED] = "refused",
    [STATE_WAITING] = "waiting",
    [STATE_UNSURE] = "unsure",
    [STATE_UNEXPLAINED] = "unexplained",
};

static const char *const effect_names[EFFECT_COUNT] = {
    [EFFECT_NONE] = "none", [EFFECT_PLANNED] = "planned", [EFFECT_SENT] = "sent",
    [EFFECT_DONE] = "done", [EFFECT_REFUSED] = "refused", [EFFECT_UNSURE] = "unsure",
};

const char *state_name(enum state state)
{
    return state_names[state];
}

const char *effect_name(enum effect effect)
{
    return effect_names[effect];
}

/* --- What can go wrong ------------------------------------------------------------------------ */

struct mend {
    int code;
    const char *how;
};

static const struct mend mends[] = {
    {SQLITE_FULL, "the disk is full: free space, then run again"},
    {SQLITE_IOERR, "the disk fails or is full: look with `df` and `dmesg`, then run again"},
    {SQLITE_READONLY, "it may not be written: give it to the user who runs tagwerk"},
    {SQLITE_PERM, "it may not be opened: give it to the user who runs tagwerk"},
    {SQLITE_CANTOPEN, "does it exist, is there room, and may this user read and write it?"},
    {SQLITE_BUSY, "another program holds it: end that one, then run again"},
    {SQLITE_CORRUPT, "it is damaged: restore the last backup of staging/"},
    {SQLITE_NOTADB, "it is damaged or no ledger: restore the last backup of staging/"},
};

bool ledger_fails(const struct ledger *ledger, const char *what, struct err *err)
{
    const char *how = "run again; if it stays, restore the last backup of staging/";
    int code = sqlite3_errcode(ledger->db) & 0xff;
    int system = code == SQLITE_CANTOPEN ? sqlite3_system_errno(ledger->db) : 0;

    for (size_t i = 0; i < ARRAY_LEN(mends); i++)
        if (mends[i].code == code)
            how = mends[i].how;
    return err_set(err, ERR_STORE, "the ledger %s %s: %s; %s", ledger->path, what,
                   system ? strerror(system) : sqlite3_errmsg(ledger->db), how);
}

void ledger_forget(struct ledger *ledger)
{
    names_forget(&ledger->routes);
    names_forget(&ledger->runs);
    memset(ledger->recent, 0, sizeof ledger->recent);
}

/* --- Opening ---------------------------------------------------------------------------------- */

static bool run_sql(const struct ledger *ledger, const char *sql, const char *what, struct err *err)
{
    return sqlite3_exec(ledger->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           ledger_fails(ledger, what, err);
}

static bool read_version(struct ledger *ledger, int64_t *out, struct err *err)
{
    AUTO(query_close) struct query query = {0};
    bool row = false;

    if (!query_open(ledger, "PRAGMA user_version", &query, err) || !query_next(&query, &row, err))
        return false;
    *out = row ? query_take_int(&query) : 0;
    return true;
}

static bool version_known(struct ledger *ledger, int64_t *version, struct err *err)
{
    if (!read_version(ledger, version, err))
        return false;
    if (*version > ledger_format)
        return err_set(err, ERR_STORE,
                       "the ledger %s has format %lld, this tagwerk knows up to %lld: install the "
                       "newer tagwerk again",
                       ledger->path, (long long)*version, (long long)ledger_format);
    return true;
}

/* One transaction for all steps: a ledger is never between two formats. */
static bool upgrade(struct ledger *ledger, struct err *err)
{
    char set_version[64];
    int64_t version;
    bool good;

    if (!version_known(ledger, &version, err))
        return false;
    if (version == ledger_format)
        return true;
    good = ledger_begin(ledger, err);
    for (; good && version < ledger_format; version++)
        good = run_sql(ledger, ledger_upgrades[version], "cannot be brought up to date", err);
    (void)snprintf(set_version, sizeof set_version, "PRAGMA user_version = %lld",
                   (long long)ledger_format);
    ledger->changes = -1; /* tables are no counted changes */
    return good && run_sql(ledger, set_version, "cannot be brought up to date", err) &&
           ledger_commit(ledger, err);
}

/* SQLite gives its own files the mode of the database, so it is enough that we make that one; and
 * it syncs the folder with its first commit. */
static bool make_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_errno(err, ERR_STORE,
                         "cannot open the ledger %s (give staging/ to the user who runs tagwerk)",
                         path);
    (void)close(fd);
    return true;
}

static struct ledger *ledger_new(const char *path)
{
    struct ledger *ledger = heap_resize(NULL, sizeof *ledger);

    ledger_memory();
    *ledger = (struct ledger){0};
    ledger->path = heap_resize(NULL, strlen(path) + 1);
    memcpy(ledger->path, path, strlen(path) + 1);
    names_init(ledger);
    return ledger;
}

static bool open_db(struct ledger *ledger, int flags, struct err *err)
{
    if (sqlite3_open_v2(ledger->path, &ledger->db,
                        flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK)
        return ledger_fails(ledger, "cannot be opened", err);
    (void)sqlite3_busy_timeout(ledger->db, BUSY_MS);
    return true;
}

bool ledger_open(const char *path, struct ledger **out, struct err *err)
{
    static const char settings[] = "PRAGMA journal_mode = WAL;"
                                   "PRAGMA synchronous = FULL;"
                                   "PRAGMA temp_store = MEMORY;"
                                   "PRAGMA wal_autocheckpoint = 4000;"
                                   "PRAGMA cache_size = -8192;";
    struct ledger *ledger;

    if (!make_file(path, err))
        return false;
    ledger = ledger_new(path);
    if (open_db(ledger, SQLITE_OPEN_READWRITE, err) &&
        run_sql(ledger, settings, "cannot be opened", err) && upgrade(ledger, err)) {
        *out = ledger;
        return true;
    }
    ledger_close(ledger);
    return false;
}

bool ledger_open_readonly(const char *path, struct ledger **out, struct err *err)
{
    struct ledger *ledger = ledger_new(path);
    int64_t version;

    if (open_db(ledger, SQLITE_OPEN_READONLY, err) && version_known(ledger, &version, err)) {
        if (version == ledger_format) {
            *out = ledger;
            return true;
        }
        (void)err_set(err, ERR_STORE,
                      "the ledger %s has format %lld: `tagwerk run` brings it up to %lld", path,
                      (long long)version, (long long)ledger_format);
    }
    ledger_close(ledger);
    return false;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    ledger_rollback(ledger);
    for (size_t i = 0; i < LEDGER_STATEMENTS; i++)
        (void)sqlite3_finalize(ledger->kept[i].stmt);
    (void)sqlite3_close(ledger->db);
    heap_free(ledger->path);
    heap_free(ledger);
}

bool ledger_check(struct ledger *ledger, struct err *err)
{
    AUTO(query_close) struct query query = {0};
    AUTO(arena_done) struct arena arena = {0};
    const char *said_of_it;
    bool row = false;

    if (!query_open(ledger, "PRAGMA quick_check(1)", &query, err) || !query_next(&query, &row, err))
        return false; // GCOVR_EXCL_LINE: what cannot be asked was not opened
    said_of_it = row ? query_take_text(&query, &arena) : NULL;
    return (said_of_it && strcmp(said_of_it, "ok") == 0) ||
           err_set(err, ERR_STORE,
                   "the ledger %s is damaged: %s; restore the last backup of staging/",
                   ledger->path, said_of_it ? said_of_it : "no answer");
}

/* --- Transactions ----------------------------------------------------------------------------- */

bool ledger_begin(struct ledger *ledger, struct err *err)
{
    AUTO(query_close) struct query query = {0};

    if (ledger->began)
        return true;
    if (!query_open(ledger, "BEGIN", &query, err) || !query_run(&query, NULL, err))
        return false; // GCOVR_EXCL_LINE: it asks nothing of the disk
    ledger->began = true;
    ledger->changes = sqlite3_total_changes64(ledger->db);
    return true;
}

static bool commit(struct ledger *ledger, struct err *err)
{
    AUTO(query_close) struct query query = {0};

    return query_open(ledger, "COMMIT", &query, err) && query_run(&query, NULL, err);
}

bool ledger_commit(struct ledger *ledger, struct err *err)
{
    bool changed;

    if (!ledger->began)
        return true;
    changed = sqlite3_total_changes64(ledger->db) != ledger->changes;
    if ((changed && !gate_pass(GATE_COMMIT, "ledger", err)) || !commit(ledger, err)) {
        ledger_rollback(ledger);
        return false;
    }
    ledger->began = false;
    ledger->commits += changed;
    return true;
}

void ledger_rollback(struct ledger *ledger)
{
    if (!ledger->began)
        return;
    /* An error may have rolled back already: then this says so, and nothing is open either way. */
    (void)sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
    ledger->began = false;
    ledger_forget(ledger);
}

uint64_t ledger_commits(const struct ledger *ledger)
{
    return ledger->commits;
}
