/* decide.h: what is to become of one record, given what the mapping says and what the ledger knows.
 * Pure: no I/O, no clock; the whole policy of "send, or why not" is this one function.
 *
 * Reason codes are those of mappings/lookup/reasons.csv. */
#ifndef TAGWERK_STEP_DECIDE_H
#define TAGWERK_STEP_DECIDE_H

#include "step/step.h"

struct decision {
    bool send;
    enum state state; /* when it is not sent */
    const char *reason;
    const char *detail; /* for people; NULL */
    bool wanted;        /* the record is to be at the target (its fingerprint is kept) */
    bool withdraw;      /* it is at the target and must be taken back: a cancellation */
    bool at_target_now; /* found there through another door: take it as ours */
};

struct facts {
    const struct outline *line;
    const char *fingerprint;      /* of what is to be sent */
    const struct ledger_row *row; /* NULL: never heard of */
    bool has_sink;
    bool labelled;     /* a live shipment of this order is known */
    bool written_back; /* and its number stands at the source */
    bool retry_refused;
};

struct decision decide_record(const struct facts *facts);

#endif
