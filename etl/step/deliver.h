/* deliver.h: brings effects to a target, a batch at a time and several batches side by side. A
 * batch looks first where its sink wants that, and always for what it is about to change: a label
 * may have been printed a moment ago. Then it writes, hears, and seeks whatever the answer did not
 * tell; it is cut smaller until a bad entry stands alone. Nothing is written twice on a guess.
 *
 * The order of things: the caller puts the entries' rows as `sent` into the ledger, deliver commits
 * them, then the first request leaves; when a batch is through, `settle` puts the outcome and
 * deliver commits again. Two commits.
 *
 * Owns: the dispatches (batches on their way) and all memory of their entries. Errors: ERR_STORE
 * only; a target's trouble ends in the entries' verdicts: NONE, AGAIN and ABSENT were not done,
 * UNSURE nobody knows. */
#ifndef TAGWERK_STEP_DELIVER_H
#define TAGWERK_STEP_DELIVER_H

#include "step/step.h"

/* A ledger row that waits for an entry's verdict. With a sink that has one place per order several
 * rows share one. */
struct claim {
    struct ledger_row row;
    struct claim *next;
};

enum phase {
    PHASE_LOOK, /* is it there already? */
    PHASE_WRITE,
    PHASE_CONFIRM, /* did it get there? */
    PHASE_THROUGH,
};

/* One batch. */
struct dispatch {
    struct exchange exchange;
    struct arena arena; /* entries' texts, records, rows; until the batch is settled */
    struct entry entries[BATCH_MAX];
    struct claim *claims[BATCH_MAX];
    unsigned char attempts[BATCH_MAX]; /* writes that this entry took part in */
    unsigned char answers[BATCH_MAX];  /* those that were answered, and did not bring it there */
    size_t len;
    bool busy;         /* under way */
    bool only_seek;    /* settles what an earlier run left open: never writes */
    bool looks_at_all; /* before the write; else only at what changes */
    enum phase phase;
    size_t place, at;  /* of the seek */
    size_t limit;      /* entries per write */
    struct batch part; /* what the request under way is about */
    struct entry part_entries[BATCH_MAX];
    size_t part_of[BATCH_MAX]; /* their places in entries */
    bool answered;             /* the last write had an answer */
    struct err trouble;        /* of the target; kind ERR_NONE: none */
    struct err lost;           /* why the last write had no answer, when it had none */
};

struct deliver;
typedef bool settle_fn(void *context, struct dispatch *dispatch, struct err *err);

struct deliver {
    struct job *job;
    const struct flow *flow;
    const struct sink *sink;
    struct session *session;
    struct dispatch **dispatches;
    size_t dispatches_len;
    struct dispatch *filling;
    settle_fn *settle;
    void *context;
    uint64_t settled;
};

MUST_CHECK bool deliver_open(struct deliver *deliver, struct job *job, const struct flow *flow,
                             settle_fn *settle, void *context, struct err *err);
void deliver_close(struct deliver *deliver);

/* The batch being filled, whose arena is for the next entry; waits until one is free. */
MUST_CHECK bool deliver_filling(struct deliver *deliver, struct dispatch **out, struct err *err);
/* Adds an entry to it; a full batch leaves at once. */
MUST_CHECK bool deliver_add(struct deliver *deliver, const struct entry *entry,
                            struct claim *claims, bool only_seek, struct err *err);
/* Sends what is filled and waits until everything is settled. */
MUST_CHECK bool deliver_drain(struct deliver *deliver, struct err *err);

#endif
