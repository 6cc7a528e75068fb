/* load_row.c: the load's rows: what is put into the ledger for a record, and when a record's word
 * is final. */
#include "core/text.h"
#include "model/codec.h"
#include "step/load_intern.h"

#define MEND_S (INT64_C(3) * 86400)
#define COMMIT_EVERY 2000 /* words without a request, per transaction */

/* Large or personal records are sent from the staged file; the others through the ledger's queue.
 */
bool load_is_queued(enum kind kind)
{
    return kind != KIND_ORDERS && kind != KIND_ARTICLES;
}

const char *load_route(const struct load *load)
{
    return load->flow->route->name;
}

/* Bytes may have been damaged on the way. Whoever mends them at the source need not touch the
 * record's time, so for some days only another reading can tell. */
static bool may_mend(const struct load *load, const struct ledger_row *row)
{
    return row->state == STATE_REFUSED && text_same(row->reason, FLAW_DAMAGED) &&
           load->job->begun_utc - row->found_utc < MEND_S;
}

/* The record's word in this run is final: it is written and counted. */
bool load_put_word(struct load *load, const struct ledger_row *row, struct err *err)
{
    job_tally(load->job, load->flow)->states[row->state]++;
    load->open +=
        may_mend(load, row) ||
        ((row->state == STATE_WAITING || row->state == STATE_UNSURE) && !load_is_queued(row->kind));
    if (++load->words % COMMIT_EVERY == 0 && !ledger_commit(load->job->ledger, err))
        return false;
    return ledger_begin(load->job->ledger, err) && ledger_put(load->job->ledger, row, err);
}

static void fill_order_facts(struct ledger_row *row, const struct order *order)
{
    row->items = (int64_t)order->items_len;
    row->weight_g = order->weight_g;
    row->weight_from = order->weight_from;
    row->total_e4 = order->total_e4;
    row->currency = order->currency;
}

struct ledger_row load_fresh_row(const struct load *load, const struct record *record)
{
    return (struct ledger_row){.route = load_route(load),
                               .kind = load->flow->kind,
                               .ref = record->ref,
                               .order_ref = record->order_ref,
                               .found_utc = load->job->begun_utc,
                               .found_run = load->job->run,
                               .sent_utc = UNSAID,
                               .settled_utc = UNSAID,
                               .revised_utc = UNSAID,
                               .items = UNSAID,
                               .weight_g = UNSAID,
                               .total_e4 = UNSAID};
}

/* What this run saw of the record. Of one that is left out now but was sent, what was sent stays.
 */
void load_refresh_row(struct load *load, struct ledger_row *row, const struct outline *line)
{
    row->day = zone_day(&load->zone, line->record->at_utc);
    row->run = load->job->run;
    row->order_ref = line->record->order_ref;
    row->detail = line->text;
    if (row->at_target && line->outcome == OUTCOME_SKIP)
        return;
    row->notes = line->notes;
    if (load->flow->kind == KIND_ORDERS)
        fill_order_facts(row, ORDER_OF(line->record));
    if (load->flow->kind == KIND_SHIPMENTS)
        row->weight_g = SHIPMENT_OF(line->record)->weight_g;
}

/* A new revision moves its time, so that a target that compares times sees the change. */
void load_plan_row(struct load *load, struct ledger_row *row, const char *fingerprint)
{
    int64_t now_utc = load->job->begun_utc;

    if (!text_same(row->fingerprint, fingerprint) || row->revision == 0) {
        row->revision++;
        row->revised_utc =
            said(row->revised_utc) && row->revised_utc >= now_utc ? row->revised_utc + 1 : now_utc;
    }
    row->fingerprint = fingerprint;
    row->effect = EFFECT_PLANNED;
}

const char *load_body(struct load *load, const struct record *record, struct arena *arena)
{
    struct json_out out;

    buf_reset(&load->scrap);
    out = json_begin(&load->scrap);
    record_put(&out, record, FIELD_PRIVATE);
    return arena_slice(arena, buf_str(&load->scrap), load->scrap.len);
}

bool load_body_record(const struct ledger_row *row, struct arena *arena, struct record **out,
                      struct err *err)
{
    const struct node *root;

    if (row->body && json_parse(row->body, strlen(row->body), arena, &root, err) &&
        record_get(root, row->kind, arena, out, err))
        return true;
    err->kind = ERR_STORE;
    return err_wrap(err, "ledger: the body of %s %s cannot be read", kind_name(row->kind),
                    row->ref);
}
