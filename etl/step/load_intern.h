/* load_intern.h: what the files of the load share: the work of one flow, its rows, and how effects
 * get on their way. Only step/load*.c include this. */
#ifndef TAGWERK_STEP_LOAD_INTERN_H
#define TAGWERK_STEP_LOAD_INTERN_H

#include "step/decide.h"
#include "step/deliver.h"

struct load {
    struct job *job;
    const struct flow *flow;
    struct deliver deliver;
    bool delivers; /* deliver is open */
    struct staging_in in;
    struct arena arena;   /* of the file's head */
    struct arena scratch; /* of one line, when nothing can be sent */
    struct buf scrap;
    struct zone zone;
    uint64_t words;
    uint64_t open; /* records that only another reading of the source can bring on */
};

/* Large or personal records are sent from the staged file; the others through the ledger's queue.
 */
bool load_is_queued(enum kind kind);
const char *load_route(const struct load *load);

/* ---- rows (load_row.c) ---- */

struct ledger_row load_fresh_row(const struct load *load, const struct record *record);
/* What this run saw of the record. */
void load_refresh_row(struct load *load, struct ledger_row *row, const struct outline *line);
/* The row is to bring `fingerprint` to the target; a new one is a new revision. */
void load_plan_row(struct load *load, struct ledger_row *row, const char *fingerprint);
/* The record's word in this run is final: it is written and counted. */
MUST_CHECK bool load_put_word(struct load *load, const struct ledger_row *row, struct err *err);
/* A record as the small body of a queued effect, and back. */
const char *load_body(struct load *load, const struct record *record, struct arena *arena);
MUST_CHECK bool load_body_record(const struct ledger_row *row, struct arena *arena,
                                 struct record **out, struct err *err);

/* ---- before it is sent (load_gate.c) ---- */

/* Changes a decision to send an order that may not be sent, or not yet. */
MUST_CHECK bool load_gate(struct load *load, const struct record *record, struct arena *arena,
                          struct decision *decision, struct err *err);

/* ---- settling (load_settle.c) ---- */

/* A settle_fn; the context is the load. */
MUST_CHECK bool load_settle(void *context, struct dispatch *dispatch, struct err *err);
/* The order is at the target and cancelled at the source: it is to be taken back. */
MUST_CHECK bool load_queue_cancel(struct load *load, const struct ledger_row *row,
                                  struct arena *arena, struct err *err);
/* The record is at the target already: its mark is set if it never was, or if an order shows that
 * somebody took it away. */
MUST_CHECK bool load_remind(struct load *load, const struct ledger_row *row,
                            const struct record *record, struct arena *arena, struct err *err);
/* Another order of the source takes this one back, for good. */
MUST_CHECK bool load_credit(struct load *load, const struct order *credit, struct arena *arena,
                            struct err *err);
MUST_CHECK bool load_is_credited(struct load *load, const char *ref, struct arena *arena, bool *out,
                                 struct err *err);

/* ---- on their way (load_queue.c) ---- */

struct claim *load_claim(const struct ledger_row *row, struct arena *arena);
/* The claims' rows are put as sent, and the entry joins the batch being filled. */
MUST_CHECK bool load_send_claims(struct load *load, struct dispatch *dispatch, struct claim *claims,
                                 struct entry entry, bool only_seek, struct err *err);
/* Sends all queued effects that are `effect`, and waits until they are settled. */
MUST_CHECK bool load_queue(struct load *load, enum effect effect, bool only_seek, struct err *err);
/* Seeks what an earlier run sent and never heard of. */
MUST_CHECK bool load_settle_doubts(struct load *load, struct err *err);

#endif
