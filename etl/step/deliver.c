#include "step/deliver.h"

#include "core/text.h"

#define ATTEMPTS_MAX 2
#define PATIENCE_S INT64_C(86400) /* with a target that answers and does nothing */
#define IN_FLIGHT_MAX 16
#define AHEAD 4 /* batches: one is being filled, one waits for the connection that comes free */

bool deliver_open(struct deliver *deliver, struct job *job, const struct flow *flow,
                  settle_fn *settle, void *context, struct err *err)
{
    *deliver = (struct deliver){
        .job = job, .flow = flow, .sink = flow->sink, .settle = settle, .context = context};
    if (!job_session(job, flow->target, &deliver->session, err))
        return false;
    deliver->dispatches_len =
        AHEAD +
        (deliver->session->in_flight < IN_FLIGHT_MAX ? deliver->session->in_flight : IN_FLIGHT_MAX);
    deliver->dispatches = heap_resize(NULL, deliver->dispatches_len * sizeof(struct dispatch *));
    for (size_t i = 0; i < deliver->dispatches_len; i++) {
        deliver->dispatches[i] = heap_resize(NULL, sizeof(struct dispatch));
        memset(deliver->dispatches[i], 0, sizeof(struct dispatch));
    }
    return true;
}

void deliver_close(struct deliver *deliver)
{
    for (size_t i = 0; i < deliver->dispatches_len; i++) {
        exchange_done(deliver->session, &deliver->dispatches[i]->exchange);
        arena_done(&deliver->dispatches[i]->arena);
        heap_free(deliver->dispatches[i]);
    }
    heap_free(deliver->dispatches);
    deliver->dispatches = NULL;
    deliver->dispatches_len = 0;
}

/* ---- which entries the next request is about ---- */

static bool is_open(enum verdict verdict)
{
    return verdict == VERDICT_NONE || verdict == VERDICT_AGAIN || verdict == VERDICT_ABSENT;
}

static bool is_change(const struct entry *entry)
{
    return entry->revision > 1;
}

static bool is_due(const struct dispatch *d, const struct entry *entry)
{
    switch (d->phase) {
    case PHASE_LOOK:
        return entry->verdict == VERDICT_NONE && (d->looks_at_all || is_change(entry));
    case PHASE_WRITE:
        return is_open(entry->verdict) && d->answers[entry - d->entries] < ATTEMPTS_MAX;
    case PHASE_CONFIRM:
    case PHASE_THROUGH:
        break;
    }
    return entry->verdict == VERDICT_UNSURE;
}

/* Takes up to `most` due entries, from `at` on, into the part. */
static bool take_part(struct dispatch *d, size_t most)
{
    d->part = (struct batch){.entries = d->part_entries, .arena = &d->arena};
    for (; d->at < d->len && d->part.len < most; d->at++) {
        if (!is_due(d, &d->entries[d->at]))
            continue;
        d->part_of[d->part.len] = d->at;
        d->part_entries[d->part.len++] = d->entries[d->at];
    }
    return d->part.len > 0;
}

static void give_part_back(struct dispatch *d)
{
    for (size_t i = 0; i < d->part.len; i++)
        d->entries[d->part_of[i]] = d->part_entries[i];
}

/* For the entries that are still open: a connector settles some while it writes. */
static void part_verdict(struct dispatch *d, enum verdict verdict)
{
    for (size_t i = 0; i < d->part.len; i++)
        if (is_open(d->part_entries[i].verdict))
            d->part_entries[i].verdict = verdict;
}

static size_t part_count(const struct dispatch *d, enum verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < d->part.len; i++)
        count += d->part_entries[i].verdict == verdict;
    return count;
}

static size_t part_open(const struct dispatch *d)
{
    size_t count = 0;

    for (size_t i = 0; i < d->part.len; i++)
        count += is_open(d->part_entries[i].verdict);
    return count;
}

/* Nothing was done, because of one entry or all: halves are tried until a bad one stands alone. */
static void part_refused(struct dispatch *d, const struct err *err)
{
    size_t open = part_open(d);

    if (open > 1) {
        part_verdict(d, VERDICT_AGAIN);
        d->limit = open / 2;
        return;
    }
    for (size_t i = 0; i < d->part.len; i++) {
        if (!is_open(d->part_entries[i].verdict))
            continue;
        d->part_entries[i].verdict = VERDICT_REFUSED;
        d->part_entries[i].code = *err->code ? arena_text(&d->arena, err->code) : NULL;
        d->part_entries[i].text = arena_text(&d->arena, err->text);
    }
}

static void enter(struct dispatch *d, enum phase phase)
{
    d->phase = phase;
    d->place = 0;
    d->at = 0;
}

/* ---- asking ---- */

static bool ask_write(struct deliver *deliver, struct dispatch *d)
{
    struct exchange *x = &d->exchange;

    d->at = 0;
    while (take_part(d, d->limit)) {
        exchange_begin(x);
        x->owner = d;
        if (deliver->sink->write(deliver->flow->target, &d->part, &x->request, &x->err)) {
            x->request.changes = true;
            for (size_t i = 0; i < d->part.len; i++)
                d->attempts[d->part_of[i]]++;
            session_start(deliver->session, x);
            return true;
        }
        part_refused(d, &x->err); /* it could not even be put together: nobody was asked */
        give_part_back(d);
        d->at = 0;
    }
    return false;
}

/* Asks at one place about the next entries that are due; false when there are none left. */
static bool ask_place(struct deliver *deliver, struct dispatch *d, const struct seek *place)
{
    struct exchange *x = &d->exchange;

    if (!d->part.next && !take_part(d, place->batch_max))
        return false;
    d->part.written = d->phase == PHASE_CONFIRM && d->answered;
    exchange_begin(x);
    x->owner = d;
    if (place->ask(deliver->flow->target, &d->part, &x->request, &x->err)) {
        session_start(deliver->session, x);
        return true;
    }
    d->trouble = x->err; /* what cannot be asked is not known to be absent */
    enter(d, PHASE_THROUGH);
    return false;
}

static bool ask_seek(struct deliver *deliver, struct dispatch *d)
{
    const struct seek *places = deliver->sink->seeks;

    for (; d->phase != PHASE_THROUGH && places && places[d->place].ask; d->place++, d->at = 0)
        if (ask_place(deliver, d, &places[d->place]))
            return true;
    return false;
}

/* Answered as often as it may be in a run, and still not there. Whether the entry is to blame, or
 * the moment, the answer does not tell: a day long it is taken for the moment. */
static void resolve_unapplied(const struct deliver *deliver, struct dispatch *d,
                              struct entry *entry)
{
    AUTO(buf_done) struct buf said_of_it = {0};

    if (deliver->job->begun_utc - entry->revised_utc >= PATIENCE_S) {
        entry->verdict = VERDICT_REFUSED;
        entry->code = entry->code ? entry->code : "not-applied";
        return;
    }
    entry->verdict = VERDICT_AGAIN;
    session_redact(deliver->flow->target, entry->text, REMARK_MAX, &said_of_it);
    (void)err_set(
        &d->trouble, ERR_SYSTEM,
        "account %s: it answered a change of %s and did not make it%s%s; `tagwerk doctor` "
        "asks whether it is well, and after a day of this it counts as refused",
        deliver->flow->target->name, kind_name(deliver->flow->kind), said_of_it.len ? ": " : "",
        buf_str(&said_of_it));
}

/* Every place was looked through, and nobody knows these: what now? */
static void resolve_unconfirmed(const struct deliver *deliver, struct dispatch *d)
{
    bool sought = deliver->sink->seeks != NULL;

    for (size_t i = 0; i < d->len; i++) {
        struct entry *entry = &d->entries[i];

        if (entry->verdict != VERDICT_UNSURE || (!sought && !deliver->sink->upserts))
            continue;
        if (d->answers[i] >= ATTEMPTS_MAX) /* a lost write tells nothing of the entry */
            resolve_unapplied(deliver, d, entry);
        else
            entry->verdict = VERDICT_ABSENT;
    }
    if (d->answered)
        d->limit = 1; /* one by one, so that each answer is about one entry */
}

static bool any_open(const struct dispatch *d)
{
    for (size_t i = 0; i < d->len; i++)
        if (is_open(d->entries[i].verdict))
            return true;
    return false;
}

static bool may_write_again(const struct dispatch *d)
{
    for (size_t i = 0; i < d->len; i++)
        if (is_open(d->entries[i].verdict) && d->attempts[i] < ATTEMPTS_MAX)
            return true;
    return false;
}

/* Nothing is left to ask in this phase: which is the next? */
static void leave_phase(const struct deliver *deliver, struct dispatch *d)
{
    if (d->phase == PHASE_CONFIRM) {
        resolve_unconfirmed(deliver, d);
        enter(d, !d->only_seek && may_write_again(d) ? PHASE_WRITE : PHASE_THROUGH);
        if (d->phase == PHASE_THROUGH && d->trouble.kind == ERR_NONE && any_open(d))
            d->trouble = d->lost;
    } else {
        enter(d, d->phase == PHASE_LOOK ? PHASE_WRITE : PHASE_THROUGH);
    }
}

/* Makes the batch's next request; false when there is none left to make. */
static bool go_on(struct deliver *deliver, struct dispatch *d)
{
    while (d->phase != PHASE_THROUGH) {
        if (d->phase == PHASE_WRITE ? ask_write(deliver, d) : ask_seek(deliver, d))
            return true;
        leave_phase(deliver, d);
    }
    return false;
}

/* ---- hearing ---- */

/* Nobody knows what became of the write: why, should it stay so. */
static void note_lost(const struct deliver *deliver, struct dispatch *d)
{
    d->lost = d->exchange.err;
    (void)err_wrap(&d->lost, "account %s: %s", deliver->flow->target->name,
                   d->exchange.request.call);
}

static void heard_answer(struct deliver *deliver, struct dispatch *d)
{
    size_t asked = part_open(d);

    part_verdict(d, VERDICT_NONE);
    d->answered = deliver->sink->hear(deliver->flow->target, &d->exchange.response, &d->part,
                                      &d->exchange.err);
    if (!d->answered)
        note_lost(deliver, d);
    for (size_t i = 0; i < d->part.len; i++) {
        if (d->part_entries[i].verdict == VERDICT_NONE)
            d->part_entries[i].verdict = VERDICT_UNSURE;
        if (d->answered && d->part_entries[i].verdict == VERDICT_UNSURE)
            d->answers[d->part_of[i]]++;
    }
    if (asked == 0 || part_count(d, VERDICT_AGAIN) != asked)
        return;
    /* A write that did nothing was no attempt. */
    for (size_t i = 0; i < d->part.len; i++)
        d->attempts[d->part_of[i]]--;
    (void)err_reason(&d->exchange.err, "refused-by-target", "%s",
                     d->part_entries[0].text ? d->part_entries[0].text
                                             : "refused without a reason");
    part_refused(d, &d->exchange.err);
}

static void heard_write(struct deliver *deliver, struct dispatch *d)
{
    switch (d->exchange.fate) {
    case FATE_ANSWERED:
        heard_answer(deliver, d);
        break;
    case FATE_REFUSED:
        part_refused(d, &d->exchange.err);
        break;
    case FATE_LOST:
        note_lost(deliver, d);
        d->answered = false;
        part_verdict(d, VERDICT_UNSURE);
        break;
    case FATE_DOWN:
        d->trouble = d->exchange.err;
        enter(d, PHASE_THROUGH);
        break;
    }
    if (part_count(d, VERDICT_UNSURE) && d->phase == PHASE_WRITE)
        enter(d, PHASE_CONFIRM);
}

/* Before the write, what is there was there before; after it, it is there because of the write. */
static void fit_to_phase(struct dispatch *d)
{
    enum verdict wrong = d->phase == PHASE_LOOK ? VERDICT_DONE : VERDICT_SAME;
    enum verdict right = d->phase == PHASE_LOOK ? VERDICT_SAME : VERDICT_DONE;

    for (size_t i = 0; i < d->part.len; i++)
        if (d->part_entries[i].verdict == wrong)
            d->part_entries[i].verdict = right;
}

static void heard_seek(struct deliver *deliver, struct dispatch *d)
{
    const struct seek *place = &deliver->sink->seeks[d->place];
    const char *asked_with = d->part.next;
    bool good =
        d->exchange.fate == FATE_ANSWERED &&
        place->found(deliver->flow->target, &d->exchange.response, &d->part, &d->exchange.err);
    if (d->part.next == asked_with)
        d->part.next = NULL;
    if (good) {
        fit_to_phase(d);
    } else if (d->exchange.fate == FATE_REFUSED && d->phase == PHASE_LOOK && d->part.len == 1) {
        part_refused(d, &d->exchange.err);
    } else {
        d->trouble = d->exchange.err;
        enter(d, PHASE_THROUGH);
    }
}

/* ---- batches ---- */

static bool settle(struct deliver *deliver, struct dispatch *d, struct err *err)
{
    deliver->settled += d->len;
    if (d->trouble.kind != ERR_NONE)
        flow_failed(deliver->job, deliver->flow, &d->trouble);
    if (!ledger_begin(deliver->job->ledger, err) || !deliver->settle(deliver->context, d, err) ||
        !ledger_commit(deliver->job->ledger, err))
        return false;
    arena_reset(&d->arena);
    arena_reset(&d->exchange.arena);
    d->len = 0;
    d->busy = false;
    progress_show(&deliver->job->progress, deliver->settled, deliver->session->calls,
                  deliver->session->waits_for);
    return true;
}

/* Waits for one answer and moves its batch on. */
static bool pump(struct deliver *deliver, struct err *err)
{
    struct exchange *x = session_finish(deliver->session);
    struct dispatch *d;

    if (!x)
        return true;
    d = x->owner;
    if (d->phase == PHASE_WRITE)
        heard_write(deliver, d);
    else
        heard_seek(deliver, d);
    give_part_back(d);
    return go_on(deliver, d) || settle(deliver, d, err);
}

static bool launch(struct deliver *deliver, struct err *err)
{
    struct dispatch *d = deliver->filling;

    deliver->filling = NULL;
    if (!d || d->len == 0)
        return true;
    if (!ledger_commit(deliver->job->ledger, err)) /* the intent, before the act */
        return false;
    d->busy = true;
    d->limit = deliver->sink->batch_max < BATCH_MAX ? deliver->sink->batch_max : BATCH_MAX;
    d->answered = false;
    d->trouble = (struct err){0};
    d->lost = (struct err){0};
    d->part = (struct batch){0};
    memset(d->attempts, 0, sizeof d->attempts);
    memset(d->answers, 0, sizeof d->answers);
    d->looks_at_all = deliver->sink->seek_first;
    enter(d, d->only_seek ? PHASE_CONFIRM : PHASE_LOOK);
    return go_on(deliver, d) || settle(deliver, d, err);
}

bool deliver_filling(struct deliver *deliver, struct dispatch **out, struct err *err)
{
    session_tend(deliver->session);
    while (!deliver->filling) {
        for (size_t i = 0; i < deliver->dispatches_len && !deliver->filling; i++)
            if (!deliver->dispatches[i]->busy)
                deliver->filling = deliver->dispatches[i];
        if (!deliver->filling && !pump(deliver, err))
            return false;
    }
    *out = deliver->filling;
    return true;
}

bool deliver_add(struct deliver *deliver, const struct entry *entry, struct claim *claims,
                 bool only_seek, struct err *err)
{
    struct dispatch *d = deliver->filling;
    size_t most = deliver->sink->batch_max < BATCH_MAX ? deliver->sink->batch_max : BATCH_MAX;

    d->entries[d->len] = *entry;
    d->entries[d->len].verdict = only_seek ? VERDICT_UNSURE : VERDICT_NONE;
    d->claims[d->len] = claims;
    d->only_seek = only_seek;
    // cppcheck-suppress knownConditionTrueFalse; it takes batch_max for 0, which no sink has
    return ++d->len < most || launch(deliver, err);
}

static bool any_busy(const struct deliver *deliver)
{
    for (size_t i = 0; i < deliver->dispatches_len; i++)
        if (deliver->dispatches[i]->busy)
            return true;
    return false;
}

bool deliver_drain(struct deliver *deliver, struct err *err)
{
    if (!launch(deliver, err))
        return false;
    while (any_busy(deliver))
        if (!pump(deliver, err))
            return false;
    return true;
}
