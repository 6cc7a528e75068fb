/* load.c: out.gz -> target. First what an earlier run left in doubt is sought; then every line gets
 * its word, and what is to be sent goes out; then the queue: effects whose small bodies live in the
 * ledger (shipments, cancels, marks). Orders and articles travel from the file, because they are
 * large or personal.
 *
 * The watermark moves last, and only when the target took part to the end. */
#include "core/clock.h"
#include "core/text.h"
#include "step/load_intern.h"

static void load_done(struct load *load)
{
    if (load->delivers)
        deliver_close(&load->deliver);
    ledger_rollback(load->job->ledger);
    staging_in_close(&load->in);
    arena_done(&load->arena);
    arena_done(&load->scratch);
    buf_done(&load->scrap);
}

/* ---- lines ---- */

/* What is known of the order's parcels. */
static bool look_for_labels(struct load *load, const struct record *record, struct arena *arena,
                            struct facts *facts, struct err *err)
{
    struct ledger_row *rows;
    size_t count;

    if (load->flow->kind != KIND_ORDERS || !route_flow(load->flow->route, KIND_SHIPMENTS))
        return true;
    if (!ledger_of_order(load->job->ledger, load_route(load), KIND_SHIPMENTS, record->ref, arena,
                         &rows, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        facts->labelled = facts->labelled || rows[i].fingerprint;
        facts->written_back = facts->written_back || (rows[i].fingerprint && rows[i].at_target);
    }
    return true;
}

/* A change that came too late must stay in sight, whatever later runs say of the order. */
static bool remember_refusal(struct load *load, struct ledger_row *row, struct arena *arena,
                             struct err *err)
{
    if (row->notes && strstr(row->notes, row->reason))
        return true;
    row->notes = row->notes ? arena_format(arena, "%s %s", row->notes, row->reason) : row->reason;
    return ledger_event(load->job->ledger, row, state_name(row->state), row->reason, clock_utc(),
                        err);
}

/* The word without a request. */
static bool keep(struct load *load, struct ledger_row *row, const struct decision *decision,
                 const char *fingerprint, struct arena *arena, struct err *err)
{
    row->state = decision->state;
    row->reason = decision->reason;
    if (row->effect == EFFECT_PLANNED) /* it waited, and is not to be sent any more */
        row->effect = row->at_target ? EFFECT_DONE : EFFECT_NONE;
    if (!decision->wanted)
        row->fingerprint = NULL;
    else if (row->effect != EFFECT_SENT && row->effect != EFFECT_UNSURE)
        row->fingerprint = fingerprint;
    if (decision->at_target_now) {
        row->at_target = fingerprint;
        row->effect = EFFECT_DONE;
    }
    if (row->at_target && row->state == STATE_REFUSED && !remember_refusal(load, row, arena, err))
        return false;
    if (!load_put_word(load, row, err))
        return false;
    return !decision->withdraw || load_queue_cancel(load, row, arena, err);
}

static bool send_line(struct load *load, struct ledger_row *row, const struct outline *line,
                      struct dispatch *d, struct err *err)
{
    struct entry entry = {.record = line->record};

    load_plan_row(load, row, line->fingerprint);
    if (!load_is_queued(load->flow->kind))
        return load_send_claims(load, d, load_claim(row, &d->arena), entry, false, err);
    row->state = STATE_WAITING;
    row->reason = "queued";
    row->body = load_body(load, line->record, &d->arena);
    return ledger_begin(load->job->ledger, err) && ledger_put(load->job->ledger, row, err);
}

/* Had its word in this run already: the same record on two pages, or a load that goes on where it
 * was stopped. */
static bool had_its_word(const struct load *load, const struct ledger_row *row)
{
    return text_same(row->run, load->job->run) && row->effect != EFFECT_PLANNED;
}

/* Is at the target as it should be, or what it takes back is to be taken back. */
static bool follow_up(struct load *load, const struct ledger_row *row,
                      const struct decision *decision, const struct record *record,
                      struct arena *arena, struct err *err)
{
    if (load->flow->kind == KIND_ORDERS && ORDER_OF(record)->credit_for)
        return load_credit(load, ORDER_OF(record), arena, err);
    return text_is_empty(record->mark) || !decision->wanted || decision->state != STATE_SAME ||
           !row->at_target || load_remind(load, row, record, arena, err);
}

static bool load_outline(struct load *load, const struct outline *line, struct dispatch *d,
                         struct arena *arena, bool *used, struct err *err)
{
    struct facts facts = {.line = line,
                          .fingerprint = line->fingerprint,
                          .has_sink = load->flow->sink != NULL,
                          .retry_refused = load->job->retry_refused};
    struct ledger_row row;
    struct decision decision;
    bool found;

    *used = false;
    if (!ledger_get(load->job->ledger, load_route(load), load->flow->kind, line->record->ref, arena,
                    &row, &found, err))
        return false;
    if (found && had_its_word(load, &row))
        return true;
    if (!found)
        row = load_fresh_row(load, line->record);
    facts.row = found ? &row : NULL;
    if (!look_for_labels(load, line->record, arena, &facts, err))
        return false;
    decision = decide_record(&facts);
    if (!load_gate(load, line->record, arena, &decision, err))
        return false;
    load_refresh_row(load, &row, line);
    if (decision.detail)
        row.detail = decision.detail;
    if (!decision.send)
        return keep(load, &row, &decision, line->fingerprint, arena, err) &&
               follow_up(load, &row, &decision, line->record, arena, err);
    *used = !load_is_queued(load->flow->kind);
    return send_line(load, &row, line, d, err);
}

static bool load_line(struct load *load, const char *text, size_t len, struct err *err)
{
    struct dispatch *d = NULL;
    struct arena *arena = &load->scratch;
    struct arena_mark mark;
    struct outline line;
    bool used = false;

    if (load->delivers && !deliver_filling(&load->deliver, &d, err))
        return false;
    if (d)
        arena = &d->arena;
    mark = arena_mark(arena);
    if (!outline_get(text, len, load->flow->kind, arena, &line, err)) {
        err->kind = ERR_STORE;
        return err_wrap(err, "%s, line %llu", load->in.path,
                        (unsigned long long)load->in.count + 1);
    }
    if (!load_outline(load, &line, d, arena, &used, err))
        return false;
    if (!used)
        arena_rewind(arena, mark);
    return true;
}

static bool load_lines(struct load *load, const char *path, struct err *err)
{
    const char *text;
    size_t len;
    enum next next;

    if (!staging_open(path, &load->arena, &load->in, err))
        return false;
    while ((next = staging_next(&load->in, &text, &len, err)) == NEXT_ITEM) {
        if (!load_line(load, text, len, err))
            return false;
        progress_show(&load->job->progress, load->in.count,
                      load->delivers ? load->deliver.session->calls : 0,
                      load->delivers ? load->deliver.session->waits_for : NULL);
    }
    if (next == NEXT_FAILED)
        return false;
    return !load->delivers || deliver_drain(&load->deliver, err);
}

/* What is read up to here is settled, or waits in the ledger's queue. */
static bool move_watermark(struct load *load, struct err *err)
{
    if (!load->flow->feed || !load->in.open || said(load->job->only_day) || load->open ||
        job_tally(load->job, load->flow)->failed)
        return true;
    return ledger_begin(load->job->ledger, err) &&
           ledger_watermark_set(load->job->ledger, load_route(load), load->flow->kind,
                                load->in.head.until_utc, err);
}

static bool load_everything(struct load *load, const char *path, struct err *err)
{
    if (load->delivers && !load_settle_doubts(load, err))
        return false;
    if (file_exists(path) && !load_lines(load, path, err))
        return false;
    if (load->delivers && load_is_queued(load->flow->kind) &&
        (!load_queue(load, EFFECT_PLANNED, false, err) ||
         (load->job->retry_refused && !load_queue(load, EFFECT_REFUSED, false, err))))
        return false;
    return move_watermark(load, err);
}

bool load_flow(struct job *job, const struct flow *flow, const char *folder, struct err *err)
{
    AUTO(load_done) struct load load = {.job = job, .flow = flow, .zone = job->plan->zone};
    char path[PATH_SIZE];

    if (!staging_file(folder, flow->kind, "out", path, err))
        return false;
    progress_begin(&job->progress, "load", flow->route->name, kind_name(flow->kind));
    if (flow->sink) {
        if (!deliver_open(&load.deliver, job, flow, load_settle, &load, err))
            return false;
        load.delivers = true;
    }
    if (!load_everything(&load, path, err))
        return false;
    progress_end(&job->progress, load.words, load.delivers ? load.deliver.session->calls : 0);
    return (!load.delivers || job_count_calls(job, flow, load.deliver.session, err)) &&
           ledger_commit(job->ledger, err);
}
