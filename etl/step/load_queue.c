/* load_queue.c: putting effects on their way: from a line, from the ledger's queue, and, to be
 * sought only, from what an earlier run left in doubt. */
#include "core/clock.h"
#include "core/text.h"
#include "step/load_intern.h"

#define SOME 500 /* rows taken from the queue at once */

/* ---- sending ---- */

static const char *target_key(const struct load *load, const struct ledger_row *row,
                              struct arena *arena)
{
    const char *ref =
        load->flow->sink->per_order || load->flow->kind == KIND_MARKS ? row->order_ref : row->ref;

    return *load->flow->route->prefix && !load->flow->back && load->flow->kind != KIND_MARKS
               ? arena_format(arena, "%s%s", load->flow->route->prefix, ref)
               : ref;
}

/* Every row of the claims is put as sent: the intent. */
static bool intend(struct load *load, struct claim *claims, bool only_seek, struct err *err)
{
    for (; claims && !only_seek; claims = claims->next) {
        claims->row.effect = EFFECT_SENT;
        claims->row.state = STATE_UNSURE;
        claims->row.reason = "in-doubt";
        claims->row.run = load->job->run;
        claims->row.sent_utc = clock_utc();
        if (!ledger_put(load->job->ledger, &claims->row, err))
            return false;
    }
    return true;
}

bool load_send_claims(struct load *load, struct dispatch *d, struct claim *claims,
                      struct entry entry, bool only_seek, struct err *err)
{
    entry.key = target_key(load, &claims->row, &d->arena);
    entry.revision = claims->row.revision;
    entry.revised_utc = claims->row.revised_utc;
    entry.target_id = claims->row.target_id;
    return ledger_begin(load->job->ledger, err) && intend(load, claims, only_seek, err) &&
           deliver_add(&load->deliver, &entry, claims, only_seek, err);
}

struct claim *load_claim(const struct ledger_row *row, struct arena *arena)
{
    struct claim *claim = arena_alloc(arena, sizeof *claim);

    claim->row = *row;
    return claim;
}

/* ---- one place per order: a shipment brings all the order's live numbers ---- */

/* Walks the order's shipments: claims those that are due, gathers the live numbers, and all there
 * ever were. */
static bool gather_order(struct load *load, const struct ledger_row *first, struct dispatch *d,
                         struct claim **claims, struct entry *entry, struct err *err)
{
    bool newest_only = text_same(settings_text(&load->flow->route->settings, "parcels"), "newest");
    struct ledger_row *rows;
    struct record *newest = NULL;
    const char **live, **ours;
    size_t count, live_len = 0, ours_len = 0;

    if (!ledger_of_order(load->job->ledger, first->route, first->kind, first->order_ref, &d->arena,
                         &rows, &count, err))
        return false;
    live = arena_array(&d->arena, count + 1, sizeof *live);
    ours = arena_array(&d->arena, count + 1, sizeof *ours);
    for (size_t i = 0; i < count; i++) {
        struct record *record;

        if (!rows[i].body)
            continue;
        if (!load_body_record(&rows[i], &d->arena, &record, err))
            return false;
        ours[ours_len++] = SHIPMENT(record)->tracking;
        if (!rows[i].fingerprint)
            continue; /* cancelled, or never to be shown */
        newest = record;
        live_len = newest_only ? 0 : live_len;
        live[live_len++] = SHIPMENT(record)->tracking;
        if (rows[i].effect == first->effect) {
            struct claim *claim = load_claim(&rows[i], &d->arena);

            claim->next = *claims;
            *claims = claim;
        }
    }
    if (!newest)
        return true;
    SHIPMENT(newest)->order_tracking = (struct texts){live, live_len};
    entry->record = newest;
    entry->ours = (struct texts){ours, ours_len};
    return true;
}

/* What is to become of a queued effect, seen beside what else is known of its order. */
struct outlook {
    const char *drop; /* reason: it is not carried out */
    bool waits;       /* its turn comes later */
};

/* A cancellation that waited while its order was wanted again is not carried out, unless the order
 * is taken back for good; one that never left needs none. */
static bool look_at_order(struct load *load, const struct ledger_row *cancel, struct arena *arena,
                          struct outlook *out, struct err *err)
{
    struct ledger_row order;
    bool found, credited;

    if (!load_is_credited(load, cancel->ref, arena, &credited, err) ||
        !ledger_get(load->job->ledger, cancel->route, KIND_ORDERS, cancel->ref, arena, &order,
                    &found, err))
        return false;
    if (!credited)
        out->drop =
            found && (order.fingerprint || order.state == STATE_REFUSED) ? "withdrawn" : NULL;
    else if (found && (order.effect == EFFECT_SENT || order.effect == EFFECT_UNSURE))
        out->waits = true;
    else if (!found || !order.at_target)
        out->drop = "never-sent";
    return true;
}

/* Is the number still to go to the target? One that was refused goes once somebody has mended it;
 * where an order's numbers go together, it went along with the others. */
static bool is_to_go(const struct ledger_row *shipment, const struct sink *sink)
{
    return shipment->effect == EFFECT_PLANNED || shipment->effect == EFFECT_SENT ||
           shipment->effect == EFFECT_UNSURE ||
           (shipment->effect == EFFECT_REFUSED && !sink->per_order);
}

/* A mark says that an order is done with: not as long as a number of it is to go. */
static bool look_at_shipments(struct load *load, const struct ledger_row *mark, struct arena *arena,
                              struct outlook *out, struct err *err)
{
    const struct flow *shipments = route_flow(load->flow->route, KIND_SHIPMENTS);
    struct ledger_row *rows;
    size_t count;

    if (!shipments)
        return true;
    if (!ledger_of_order(load->job->ledger, mark->route, KIND_SHIPMENTS, mark->order_ref, arena,
                         &rows, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        out->waits = out->waits || is_to_go(&rows[i], shipments->sink);
    return true;
}

static bool look_around(struct load *load, const struct ledger_row *row, struct arena *arena,
                        struct outlook *out, struct err *err)
{
    *out = (struct outlook){0};
    if (row->kind == KIND_CANCELS)
        return look_at_order(load, row, arena, out, err);
    return row->kind != KIND_MARKS || look_at_shipments(load, row, arena, out, err);
}

static bool drop_queued(struct load *load, struct ledger_row *row, const char *reason,
                        struct err *err)
{
    row->effect = EFFECT_NONE;
    row->state = STATE_SKIPPED;
    row->reason = reason;
    row->run = load->job->run;
    return load_put_word(load, row, err);
}

/* What is to be sent of a queued row, with the others that share its place; no claims: nothing. */
static bool gather(struct load *load, const struct ledger_row *row, struct dispatch *d,
                   struct claim **claims, struct entry *entry, struct err *err)
{
    struct record *record;

    if (load->flow->sink->per_order && load->flow->kind == KIND_SHIPMENTS)
        return gather_order(load, row, d, claims, entry, err);
    if (!load_body_record(row, &d->arena, &record, err))
        return false;
    entry->record = record;
    *claims = load_claim(row, &d->arena);
    return true;
}

/* Puts one queued row on its way. */
static bool send_queued(struct load *load, const struct ledger_row *listed, bool only_seek,
                        struct err *err)
{
    struct dispatch *d;
    struct ledger_row row;
    struct claim *claims = NULL;
    struct entry entry = {0};
    struct outlook outlook = {0};
    bool found;

    if (!deliver_filling(&load->deliver, &d, err) ||
        !ledger_get(load->job->ledger, listed->route, listed->kind, listed->ref, &d->arena, &row,
                    &found, err))
        return false;
    if (!found || row.effect != listed->effect)
        return true; /* went along with another of its order */
    if (!only_seek && !look_around(load, &row, &d->arena, &outlook, err))
        return false;
    if (outlook.drop)
        return drop_queued(load, &row, outlook.drop, err);
    if (outlook.waits)
        return true;
    if (!gather(load, &row, d, &claims, &entry, err))
        return false;
    return !claims || load_send_claims(load, d, claims, entry, only_seek, err);
}

/* A rerun is about its day alone. */
static bool is_of_day(const struct load *load, const struct ledger_row *row)
{
    return !said(load->job->only_day) || row->day == load->job->only_day;
}

bool load_queue(struct load *load, enum effect effect, bool only_seek, struct err *err)
{
    const char *after = NULL;
    struct arena_mark mark = arena_mark(&load->arena);
    size_t count = SOME;

    while (count == SOME) {
        struct ledger_row *rows;

        if (!ledger_effects(load->job->ledger, load_route(load), load->flow->kind, effect, after,
                            SOME, &load->arena, &rows, &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            if (is_of_day(load, &rows[i]) && !send_queued(load, &rows[i], only_seek, err))
                return false;
        after = count ? rows[count - 1].ref : NULL;
    }
    if (!deliver_drain(&load->deliver, err))
        return false;
    arena_rewind(&load->arena, mark);
    return true;
}

/* ---- what an earlier run left in doubt ---- */

/* Orders are sought by their key alone: what they held stays out of the ledger. */
static bool seek_row(struct load *load, const struct ledger_row *row, struct err *err)
{
    struct dispatch *d;
    struct entry entry = {0};
    struct record *record;

    if (!deliver_filling(&load->deliver, &d, err))
        return false;
    record = record_new(load->flow->kind, &d->arena);
    record->ref = arena_text(&d->arena, row->ref);
    record->order_ref = record->ref;
    entry.record = record;
    return load_send_claims(load, d, load_claim(row, &d->arena), entry, true, err);
}

static bool seek_doubts(struct load *load, enum effect effect, struct err *err)
{
    const char *after = NULL;
    size_t count = SOME;

    while (count == SOME) {
        struct ledger_row *rows;

        if (!ledger_effects(load->job->ledger, load_route(load), load->flow->kind, effect, after,
                            SOME, &load->arena, &rows, &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!seek_row(load, &rows[i], err))
                return false;
        after = count ? rows[count - 1].ref : NULL;
    }
    return deliver_drain(&load->deliver, err);
}

bool load_settle_doubts(struct load *load, struct err *err)
{
    return load_is_queued(load->flow->kind) ? load_queue(load, EFFECT_SENT, true, err)
                                            : seek_doubts(load, EFFECT_SENT, err);
}
