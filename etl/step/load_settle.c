/* load_settle.c: a batch is through: each entry's verdict becomes its rows' state, and what follows
 * from it is queued in the same transaction. */
#include "core/clock.h"
#include "core/text.h"
#include "step/load_intern.h"

/* ---- what follows a settled effect ---- */

#define ENDED(effect) (1U << (effect))
#define CREDITED "credited"

/* `again`: an effect that has ended in one of these ways is begun anew; any other is left alone:
 * one fact, one effect. */
static bool queue_effect(struct load *load, const struct record *record, int64_t day,
                         unsigned again, struct arena *arena, struct err *err)
{
    struct ledger_row row, old;
    bool found;

    if (!route_flow(load->flow->route, record->kind))
        return true; /* that side takes no such thing: `tagwerk systems` shows it */
    if (!ledger_get(load->job->ledger, load_route(load), record->kind, record->ref, arena, &old,
                    &found, err))
        return false;
    if (found && !((again | ENDED(EFFECT_NONE)) & ENDED(old.effect)))
        return true;
    row = found ? old : load_fresh_row(load, record);
    row.kind = record->kind;
    row.day = day;
    row.run = load->job->run;
    row.state = STATE_WAITING;
    row.reason = "queued";
    row.body = load_body(load, record, arena);
    row.revision++;
    row.revised_utc = load->job->begun_utc;
    row.effect = EFFECT_PLANNED;
    return ledger_put(load->job->ledger, &row, err);
}

static bool queue_mark(struct load *load, const struct ledger_row *row, const char *tag,
                       unsigned again, struct arena *arena, struct err *err)
{
    struct record *record = record_new(KIND_MARKS, arena);

    record->order_ref = row->order_ref ? row->order_ref : row->ref;
    record->ref = arena_format(arena, "%s %s", record->order_ref, tag);
    record->at_utc = load->job->begun_utc;
    MARK(record)->tag = tag;
    return queue_effect(load, record, row->day, again, arena, err);
}

static bool has_tag(const struct record *record, const char *tag)
{
    const struct texts *tags = &ORDER_OF(record)->tags;

    for (size_t i = 0; i < tags->len; i++)
        if (text_same_nocase(tags->list[i], tag))
            return true;
    return false;
}

bool load_remind(struct load *load, const struct ledger_row *row, const struct record *record,
                 struct arena *arena, struct err *err)
{
    bool lacks = record->kind == KIND_ORDERS && !has_tag(record, record->mark);

    return queue_mark(load, row, record->mark,
                      lacks ? ENDED(EFFECT_DONE) | ENDED(EFFECT_REFUSED) : 0, arena, err);
}

/* ---- taken back ---- */

bool load_queue_cancel(struct load *load, const struct ledger_row *row, struct arena *arena,
                       struct err *err)
{
    struct record *record = record_new(KIND_CANCELS, arena);

    record->ref = row->ref;
    record->order_ref = row->ref;
    record->at_utc = load->job->begun_utc;
    CANCEL(record)->target_id = row->target_id;
    CANCEL(record)->why = "cancelled";
    return queue_effect(load, record, row->day, ENDED(EFFECT_DONE), arena, err);
}

/* The row stays, whatever becomes of the effect: what was credited is not sent any more. */
bool load_credit(struct load *load, const struct order *credit, struct arena *arena,
                 struct err *err)
{
    struct record *record = record_new(KIND_CANCELS, arena);
    struct ledger_row row;
    bool found;

    record->ref = credit->credit_for;
    record->order_ref = credit->credit_for;
    record->at_utc = credit->head.at_utc;
    CANCEL(record)->why = CREDITED;
    if (!route_flow(load->flow->route, KIND_CANCELS))
        return true;
    if (!queue_effect(load, record, zone_day(&load->zone, record->at_utc), 0, arena, err) ||
        !ledger_get(load->job->ledger, load_route(load), KIND_CANCELS, record->ref, arena, &row,
                    &found, err))
        return false;
    row.notes = CREDITED;
    return ledger_put(load->job->ledger, &row, err);
}

bool load_is_credited(struct load *load, const char *ref, struct arena *arena, bool *out,
                      struct err *err)
{
    struct ledger_row row;
    bool found;

    *out = false;
    if (!route_flow(load->flow->route, KIND_CANCELS))
        return true;
    if (!ledger_get(load->job->ledger, load_route(load), KIND_CANCELS, ref, arena, &row, &found,
                    err))
        return false;
    *out = found && text_same(row.notes, CREDITED);
    return true;
}

/* Once an order is taken back, the target no longer has it. */
static bool forget_at_target(struct load *load, const struct ledger_row *cancel,
                             struct arena *arena, struct err *err)
{
    struct ledger_row row;
    bool found;

    if (!ledger_get(load->job->ledger, load_route(load), KIND_ORDERS, cancel->ref, arena, &row,
                    &found, err))
        return false;
    if (!found)
        return true;
    row.at_target = NULL;
    row.fingerprint = NULL;
    row.effect = EFFECT_NONE;
    return ledger_put(load->job->ledger, &row, err);
}

static bool follow(struct load *load, const struct dispatch *d, size_t at,
                   const struct ledger_row *row, struct arena *arena, struct err *err)
{
    const char *tag = d->entries[at].record->mark;

    unsigned again =
        ENDED(EFFECT_REFUSED) |
        (load->flow->kind == KIND_ORDERS && row->revision > 1 ? ENDED(EFFECT_DONE) : 0);

    if (tag && !text_is_empty(tag) && !queue_mark(load, row, tag, again, arena, err))
        return false;
    return load->flow->kind != KIND_CANCELS || forget_at_target(load, row, arena, err);
}

/* ---- settling ---- */

static const char *clean_detail(const struct load *load, const char *text, struct arena *arena)
{
    AUTO(buf_done) struct buf clean = {0};

    if (!text)
        return NULL;
    session_redact(load->flow->target, text, 300, &clean);
    return arena_text(arena, buf_str(&clean));
}

static void settle_done(const struct load *load, struct ledger_row *row, const struct entry *entry)
{
    bool same = entry->verdict == VERDICT_SAME;

    row->effect = EFFECT_DONE;
    row->state = same ? STATE_SAME : STATE_SENT;
    row->reason = same ? "already-there" : row->at_target ? "changed" : "new";
    row->at_target = row->fingerprint;
    row->target_id = entry->target_id ? entry->target_id : row->target_id;
    row->settled_utc = clock_utc();
    row->detail = NULL;
    (void)load;
}

static void settle_row(const struct load *load, const struct dispatch *d, const struct entry *entry,
                       struct ledger_row *row, struct arena *arena)
{
    bool down = d->trouble.kind != ERR_NONE;

    switch (entry->verdict) {
    case VERDICT_DONE:
    case VERDICT_SAME:
        settle_done(load, row, entry);
        break;
    case VERDICT_REFUSED:
        row->effect = EFFECT_REFUSED;
        row->state = STATE_REFUSED;
        row->reason = entry->code ? entry->code : "refused-by-target";
        row->detail = clean_detail(load, entry->text, arena);
        row->settled_utc = clock_utc();
        break;
    case VERDICT_UNSURE:
        row->effect =
            load->flow->sink->seeks || load->flow->sink->upserts ? EFFECT_SENT : EFFECT_UNSURE;
        row->state = STATE_UNSURE;
        row->reason = "in-doubt";
        break;
    case VERDICT_NONE:
    case VERDICT_AGAIN:
    case VERDICT_ABSENT:
        row->effect = EFFECT_PLANNED;
        row->state = STATE_WAITING;
        row->reason = down && entry->verdict != VERDICT_AGAIN ? "target-down" : "retry-later";
        row->detail = clean_detail(load, entry->text, arena);
        break;
    }
}

static bool settle_claim(struct load *load, struct dispatch *d, size_t at, struct ledger_row *row,
                         struct err *err)
{
    const struct entry *entry = &d->entries[at];
    bool done = entry->verdict == VERDICT_DONE || entry->verdict == VERDICT_SAME;

    if (d->only_seek && entry->verdict == VERDICT_ABSENT)
        row->effect = EFFECT_PLANNED; /* its word comes with the line, or with the queue */
    else
        settle_row(load, d, entry, row, &d->arena);
    if (!(d->only_seek ? ledger_put(load->job->ledger, row, err) : load_put_word(load, row, err)))
        return false;
    if (row->effect == EFFECT_PLANNED)
        return true;
    return ledger_event(load->job->ledger, row, effect_name(row->effect), row->detail, clock_utc(),
                        err) &&
           (!done || follow(load, d, at, row, &d->arena, err));
}

bool load_settle(void *context, struct dispatch *d, struct err *err)
{
    for (size_t i = 0; i < d->len; i++)
        for (struct claim *claim = d->claims[i]; claim; claim = claim->next)
            if (!settle_claim(context, d, i, &claim->row, err))
                return false;
    return true;
}
