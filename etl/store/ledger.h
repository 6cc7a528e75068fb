/* ledger.h: what we know to be true of every record on every route: SQLite (WAL, synchronous FULL)
 * in staging/ledger.db. Intent, act, settle, each durable before the next: an effect is `sent` on
 * disk before its request leaves, and settled in the same transaction that queues what follows it.
 *
 * One row per (route, kind, ref): the record as last seen, and its effect at the target. No
 * personal data: ids, codes, counts, weights, hashes. Rows of queued effects carry their small body
 * (tag, tracking number).
 *
 * Writes join the open transaction, or begin one; nothing is durable before ledger_commit. Reads
 * see what was written, and many of them cost less inside a transaction.
 *
 * Owns: the database handle and its prepared statements. One connection, one thread.
 * Errors: ERR_STORE with what SQLite says and what mends it. Every commit passes GATE_COMMIT. */
#ifndef TAGWERK_STORE_LEDGER_H
#define TAGWERK_STORE_LEDGER_H

#include "core/arena.h"
#include "core/err.h"
#include "model/record.h"

/* Where a record ended in a run: exactly one (the report's column). Stored as numbers: only ever
 * append. */
enum state {
    STATE_SENT,        /* this run brought it to the target */
    STATE_SAME,        /* the target has had it, as it is */
    STATE_SKIPPED,     /* a rule keeps it out */
    STATE_REFUSED,     /* it cannot be sent, or the target will not have it */
    STATE_WAITING,     /* later: its time, or what it depends on, has not come */
    STATE_UNSURE,      /* nobody can tell whether it was done; a person must look */
    STATE_UNEXPLAINED, /* staged, and no word of it: must not happen */
    STATE_COUNT
};
const char *state_name(enum state state);

/* How far its effect is. Stored as numbers: only ever append. */
enum effect {
    EFFECT_NONE,    /* nothing was ever intended */
    EFFECT_PLANNED, /* intended; has not left us */
    EFFECT_SENT,    /* left us; no word yet */
    EFFECT_DONE,    /* the target has it */
    EFFECT_REFUSED,
    EFFECT_UNSURE, /* sought in vain, or cannot be sought */
    EFFECT_COUNT
};
const char *effect_name(enum effect effect);

struct ledger_row {
    const char *route;
    enum kind kind;
    const char *ref, *order_ref; /* order_ref NULL reads back as ref */
    int64_t day;                 /* local day of the record, days since 1970 */
    /* the last run's word */
    const char *run;
    enum state state;
    const char *reason; /* code */
    const char *notes;  /* codes, separated by blanks; NULL: none */
    const char *detail; /* what the far side said; redacted; NULL */
    /* the effect */
    enum effect effect;
    unsigned revision; /* 0: never intended */
    int64_t revised_utc;
    const char *fingerprint; /* of what is wanted: 32 hex digits, NULL */
    const char *at_target;   /* fingerprint of what the target has, NULL */
    const char *target_id;
    const char *body; /* of a queued or per-order effect: JSON of model/codec.h; no personal data */
    int64_t found_utc, sent_utc, settled_utc;
    const char *found_run;
    /* for the report */
    int64_t items, weight_g, total_e4;
    const char *weight_from, *currency;
};

struct ledger; /* opaque: sqlite3 stays in store/ledger*.c */

/* Makes the file (0600) and its tables when missing; brings an older format up to date; refuses a
 * newer one. */
MUST_CHECK bool ledger_open(const char *path, struct ledger **out, struct err *err);
/* For `status` and `explain`, also while a run writes: sees the last commit. Makes nothing: a
 * missing file is an error. */
MUST_CHECK bool ledger_open_readonly(const char *path, struct ledger **out, struct err *err);
/* Drops what was not committed. NULL is fine. */
void ledger_close(struct ledger *ledger);
static inline void ledger_close_at(struct ledger **ledger)
{
    ledger_close(*ledger);
}

/* Asks SQLite whether the file is sound: seconds for a large one. */
MUST_CHECK bool ledger_check(struct ledger *ledger, struct err *err);

/* Fine when one is open already. */
MUST_CHECK bool ledger_begin(struct ledger *ledger, struct err *err);
/* Nothing open or nothing changed: true, no sync. On failure all of the transaction is dropped. */
MUST_CHECK bool ledger_commit(struct ledger *ledger, struct err *err);
void ledger_rollback(struct ledger *ledger);

/* *found false: no such row. Texts live in the arena. */
MUST_CHECK bool ledger_get(struct ledger *ledger, const char *route, enum kind kind,
                           const char *ref, struct arena *arena, struct ledger_row *out,
                           bool *found, struct err *err);
/* Is the record's last word of that run? For asking of every record: ledger_get costs four times as
 * much. */
MUST_CHECK bool ledger_has_word(struct ledger *ledger, const char *route, enum kind kind,
                                const char *ref, const char *run, bool *out, struct err *err);
/* Inserts or replaces the whole row. Borrows it for the call only. */
MUST_CHECK bool ledger_put(struct ledger *ledger, const struct ledger_row *row, struct err *err);

/* Rows whose effect is `effect`, ordered by ref, after `after_ref` (NULL: from the start), at most
 * `most`; collected first, so that the caller may put rows. Quick for PLANNED, SENT and UNSURE; the
 * others read the flow. */
MUST_CHECK bool ledger_effects(struct ledger *ledger, const char *route, enum kind kind,
                               enum effect effect, const char *after_ref, size_t most,
                               struct arena *arena, struct ledger_row **out, size_t *count,
                               struct err *err);
/* All rows of a kind that belong to an order, oldest first. */
MUST_CHECK bool ledger_of_order(struct ledger *ledger, const char *route, enum kind kind,
                                const char *order_ref, struct arena *arena, struct ledger_row **out,
                                size_t *count, struct err *err);

/* Called per row, which lives until the call returns. False ends the walk as a failure, with *err
 * filled. It may read, but not write. */
typedef bool ledger_each_fn(void *context, const struct ledger_row *row, struct err *err);

/* One day of a flow, ordered by ref; streams. */
MUST_CHECK bool ledger_day(struct ledger *ledger, const char *route, enum kind kind, int64_t day,
                           struct arena *scratch, ledger_each_fn *each, void *context,
                           struct err *err);
/* Any route and kind with this ref or order_ref: for `explain`. */
MUST_CHECK bool ledger_find(struct ledger *ledger, const char *ref, struct arena *arena,
                            struct ledger_row **out, size_t *count, struct err *err);
/* Counts by state for a day. With `run`: only rows whose last word is that run's. */
MUST_CHECK bool ledger_count(struct ledger *ledger, const char *route, enum kind kind, int64_t day,
                             const char *run, uint64_t counts[static STATE_COUNT], struct err *err);
/* Days of which rows were put since the last report, ascending: by this run, and by runs that ended
 * before their report. */
MUST_CHECK bool ledger_days_due(struct ledger *ledger, const char *route, struct arena *arena,
                                int64_t **out, size_t *count, struct err *err);
/* All that was due is reported. (A run's own flag is ledger_run_put's business.) */
MUST_CHECK bool ledger_reported(struct ledger *ledger, const char *route, struct err *err);

/* Until when a feed's records are settled; UNSAID: never read. */
MUST_CHECK bool ledger_watermark(struct ledger *ledger, const char *route, enum kind kind,
                                 int64_t *out, struct err *err);
MUST_CHECK bool ledger_watermark_set(struct ledger *ledger, const char *route, enum kind kind,
                                     int64_t until_utc, struct err *err);

/* The catalogue: articles of a source account as last read. An unchanged article costs no write. */
MUST_CHECK bool ledger_article_put(struct ledger *ledger, const char *account,
                                   const struct article *article, struct err *err);
/* By ref, else by SKU (of several with one SKU, the lowest ref). Fills ref, sku, ean, title,
 * weight_g, hs_code, origin, price_e4 and parts. */
MUST_CHECK bool ledger_article(struct ledger *ledger, const char *account, const char *ref,
                               const char *sku, struct arena *arena, struct article *out,
                               bool *found, struct err *err);

/* The ref of the article that has this `sku` or `ean` (as `field` says); NULL when none has. */
MUST_CHECK bool ledger_article_owner(struct ledger *ledger, const char *account, const char *field,
                                     const char *value, struct arena *arena, const char **out_ref,
                                     struct err *err);

/* Calls per account and month ("2024-06"). */
MUST_CHECK bool ledger_calls_add(struct ledger *ledger, const char *account, const char *month,
                                 uint64_t calls, struct err *err);
MUST_CHECK bool ledger_calls(struct ledger *ledger, const char *account, const char *month,
                             uint64_t *out, struct err *err);

/* Runs, for `status`: one row per (run, route). */
struct run_row {
    const char *run, *route, *command;
    int64_t begun_utc, ended_utc; /* UNSAID: did not end */
    int64_t exit_code;            /* UNSAID */
    bool extracted, transformed, loaded, reported;
};
MUST_CHECK bool ledger_run_put(struct ledger *ledger, const struct run_row *row, struct err *err);
/* Newest first, at most `most`. route NULL: all. */
MUST_CHECK bool ledger_runs(struct ledger *ledger, const char *route, size_t most,
                            struct arena *arena, struct run_row **out, size_t *count,
                            struct err *err);

/* History of one record, oldest first: what was settled when, by which run. */
struct event_row {
    int64_t at_utc;
    const char *run, *what, *text;
    unsigned revision;
};
/* Takes route, kind, ref, run and revision from the row. */
MUST_CHECK bool ledger_event(struct ledger *ledger, const struct ledger_row *row, const char *what,
                             const char *text, int64_t at_utc, struct err *err);
MUST_CHECK bool ledger_events(struct ledger *ledger, const char *route, enum kind kind,
                              const char *ref, struct arena *arena, struct event_row **out,
                              size_t *count, struct err *err);

/* Commits that reached the disk, for the bench. */
uint64_t ledger_commits(const struct ledger *ledger);

#endif
