#include "step/decide.h"

#include "core/text.h"

static bool is_cancelled_order(const struct record *record)
{
    return record->kind == KIND_ORDERS && ORDER_OF(record)->cancelled == 1;
}

static struct decision keep(enum state state, const char *reason)
{
    return (struct decision){.state = state, .reason = reason};
}

/* A rule keeps it out. What is at the target already stays there, unless the source has cancelled
 * it; after the way back it is the written number that keeps an order out, which is how it should
 * end. A parcel whose label was cancelled after the way back says so. */
static struct decision decide_skip(const struct facts *facts, bool at_target)
{
    struct decision decision = keep(STATE_SKIPPED, facts->line->code);

    if (!at_target)
        return decision;
    decision.state = STATE_SAME;
    decision.withdraw = is_cancelled_order(facts->line->record);
    if (!decision.withdraw && facts->line->record->kind == KIND_ORDERS)
        decision.reason = facts->written_back ? "closed" : "kept";
    return decision;
}

static struct decision decide_change(const struct facts *facts)
{
    struct decision decision = {.wanted = true};

    if (facts->labelled) {
        decision.state = STATE_REFUSED;
        decision.reason = "too-late-label";
    } else {
        decision.send = true;
        decision.reason = "changed";
    }
    return decision;
}

static struct decision decide_send(const struct facts *facts, bool at_target)
{
    const struct ledger_row *row = facts->row;
    struct decision decision = {.wanted = true};

    if (!facts->has_sink) {
        decision.state = STATE_SKIPPED;
        decision.reason = "catalogue";
    } else if (at_target && text_same(row->at_target, facts->fingerprint)) {
        decision.state = STATE_SAME;
        decision.reason = "unchanged";
    } else if (row && row->effect == EFFECT_REFUSED &&
               text_same(row->fingerprint, facts->fingerprint) && !facts->retry_refused) {
        decision.state = STATE_REFUSED; /* the same again would be refused again */
        decision.reason = row->reason;
        decision.detail = row->detail;
    } else if (at_target) {
        decision = decide_change(facts);
    } else if (facts->labelled) {
        decision.state = STATE_SAME;
        decision.reason = "already-there";
        decision.at_target_now = true;
    } else {
        decision.send = true;
        decision.reason = "new";
    }
    return decision;
}

struct decision decide_record(const struct facts *facts)
{
    const struct ledger_row *row = facts->row;
    bool at_target = row && row->at_target;

    if (row && (row->effect == EFFECT_SENT || row->effect == EFFECT_UNSURE)) {
        struct decision decision = keep(STATE_UNSURE, "in-doubt");

        decision.wanted = true;
        return decision;
    }
    switch (facts->line->outcome) {
    case OUTCOME_SKIP:
        return decide_skip(facts, at_target);
    case OUTCOME_REFUSE:
        return keep(STATE_REFUSED, facts->line->code);
    case OUTCOME_SEND:
        break;
    }
    return decide_send(facts, at_target);
}
