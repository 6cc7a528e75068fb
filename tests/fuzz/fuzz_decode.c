/* Whatever a far side answers: judged, and then read, heard or found, as session.c and the steps
 * do. The first line picks account, function, status and how an entry stands; the rest is the
 * body. */
#include "fuzz/fuzz.h"

#include "core/text.h"

#define FROM_UTC 1717365600
#define DAY_S 86400

static const int statuses[] = {200, 201, 202, 204, 400, 401, 402, 403, 404,
                               409, 412, 413, 415, 422, 429, 500, 503};

/* One input at work. */
struct trial {
    const struct account *account;
    struct input head; /* choices that are left */
    struct window window;
    struct request request;
    struct response response;
    struct arena arena;
};

static bool is_believed(struct trial *trial)
{
    const struct connector *connector = trial->account->connector;
    struct err err = {0};
    enum err_kind kind =
        connector->judge ? connector->judge(trial->account, &trial->request, &trial->response, &err)
                         : judge_status(&trial->response, &err);

    if (kind != ERR_NONE) {
        err.kind = kind;
        check_err(&err);
    }
    return kind == ERR_NONE;
}

/* ---- feeds ---- */

static void ask(struct trial *trial, const struct feed *feed, const char *cursor)
{
    struct err err = {0};

    if (feed->ask(trial->account, &trial->window, cursor, &trial->request, &err)) {
        must(!trial->request.changes);
        check_request(trial->account, &trial->request, &trial->arena);
    } else {
        check_err(&err);
    }
}

/* No parcel is lighter than nothing. */
static void check_weights(const struct record *record)
{
    const struct shape *shape = shape_of(record->kind);

    for (size_t i = 0; i < shape->fields_len; i++)
        if (shape->fields[i].type == FIELD_WEIGHT)
            must(*field_number(&shape->fields[i], (void *)(uintptr_t)record) >= 0 ||
                 *field_number(&shape->fields[i], (void *)(uintptr_t)record) == UNSAID);
    for (size_t i = 0; record->kind == KIND_ORDERS && i < ORDER_OF(record)->items_len; i++)
        must(ORDER_OF(record)->items[i].weight_g >= 0 ||
             ORDER_OF(record)->items[i].weight_g == UNSAID);
}

static void check_page(struct trial *trial, const struct feed *feed, const struct intake *intake)
{
    for (size_t i = 0; i < intake->records_len; i++) {
        must(intake->records[i]->kind == feed->kind);
        must(!intake->records[i]->flaw == !intake->records[i]->flaw_code);
        must(intake->records[i]->flaw || !record_damage(intake->records[i]));
        check_record(intake->records[i], &trial->arena);
        check_weights(intake->records[i]);
    }
    must(intake->claimed == UNSAID || intake->claimed >= 0);
    for (size_t i = 0; i < intake->next_len; i++) {
        check_text(intake->next[i]);
        ask(trial, feed, intake->next[i]);
    }
}

static const char *read_page(struct trial *trial, const struct feed *feed, const char *cursor)
{
    struct intake intake = {.arena = &trial->arena, .window = &trial->window, .claimed = UNSAID};
    struct err err = {0};

    if (!feed_read(feed, trial->account, &trial->response, cursor, &intake, &err)) {
        check_err(&err);
        return NULL;
    }
    check_page(trial, feed, &intake);
    return intake.next_len ? intake.next[0] : NULL;
}

/* A page that names a next one is read as the next one, too. */
static void try_feed(struct trial *trial, const struct feed *feed)
{
    const char *next;

    trial->window.until_utc += input_pick(&trial->head, 2) ? 90 * DAY_S : 0;
    ask(trial, feed, NULL);
    if (!is_believed(trial))
        return;
    next = read_page(trial, feed, NULL);
    if (next)
        (void)read_page(trial, feed, next);
}

/* ---- sinks ---- */

static struct batch make_batch(struct trial *trial, const struct sink *sink, size_t most)
{
    struct batch batch = batch_of(sink->kind, most < FUZZ_BATCH ? most : FUZZ_BATCH, &trial->arena);
    bool known = input_pick(&trial->head, 2);

    for (size_t i = 0; known && i < batch.len; i++)
        batch.entries[i].target_id = arena_format(&trial->arena, "66%zu", i + 1);
    return batch;
}

/* After a crash only the head of a record is known. */
static void forget_all_but_heads(struct trial *trial, struct batch *batch)
{
    for (size_t i = 0; i < batch->len; i++) {
        const struct record *whole = batch->entries[i].record;
        struct record *head = record_new(whole->kind, &trial->arena);

        head->ref = whole->ref;
        head->order_ref = whole->order_ref;
        batch->entries[i].record = head;
    }
}

static void check_batch(const struct batch *batch)
{
    for (size_t i = 0; i < batch->len; i++) {
        const struct entry *entry = &batch->entries[i];

        must(entry->verdict <= VERDICT_UNSURE);
        must(entry->verdict != VERDICT_REFUSED || entry->code);
        check_text(entry->code);
        check_text(entry->text);
        check_text(entry->target_id);
        check_text(entry->seen_text);
    }
}

static bool write_batch(struct trial *trial, const struct sink *sink, struct batch *batch)
{
    struct err err = {0};

    if (sink->write(trial->account, batch, &trial->request, &err)) {
        must(trial->request.changes);
        check_request(trial->account, &trial->request, &trial->arena);
        return true;
    }
    must(err.kind == ERR_RECORD);
    check_err(&err);
    return false;
}

static void try_hear(struct trial *trial, const struct sink *sink)
{
    struct batch batch = make_batch(trial, sink, sink->batch_max);
    struct err err = {0};

    if (batch.len > 1)
        entry_settle(&batch.entries[0], VERDICT_REFUSED, "before", NULL);
    if (!write_batch(trial, sink, &batch) || !is_believed(trial))
        return;
    if (!sink->hear(trial->account, &trial->response, &batch, &err)) {
        check_err(&err);
        return;
    }
    check_batch(&batch);
    must(batch.len == 1 || text_same(batch.entries[0].code, "before"));
    for (size_t i = 0; i < batch.len; i++)
        must(batch.entries[i].verdict != VERDICT_NONE &&
             batch.entries[i].verdict != VERDICT_ABSENT);
}

/* What a seek saw, the write extends. */
static void try_found(struct trial *trial, const struct sink *sink, const struct seek *seek)
{
    struct batch batch = make_batch(trial, sink, seek->batch_max);
    bool after_write = input_pick(&trial->head, 2);
    struct err err = {0};

    batch.written = after_write;
    if (input_pick(&trial->head, 2))
        forget_all_but_heads(trial, &batch);
    for (size_t i = 0; i < batch.len; i++)
        batch.entries[i].verdict = after_write ? VERDICT_UNSURE : VERDICT_NONE;
    must(seek->ask(trial->account, &batch, &trial->request, &err));
    must(!trial->request.changes);
    check_request(trial->account, &trial->request, &trial->arena);
    if (!is_believed(trial))
        return;
    if (!seek->found(trial->account, &trial->response, &batch, &err)) {
        check_err(&err);
        return;
    }
    check_batch(&batch);
    if (batch.next && seek->ask(trial->account, &batch, &trial->request, &err))
        check_request(trial->account, &trial->request, &trial->arena);
    if (sink->seek_first)
        (void)write_batch(trial, sink, &batch);
}

/* ---- probes ---- */

static void try_probe(struct trial *trial, const struct probe *probe)
{
    struct findings findings = {.arena = &trial->arena, .server_utc = UNSAID};
    struct err err = {0};

    if (!probe->ask(trial->account, "a tag", &trial->request, &err)) {
        must(err.kind == ERR_NONE); /* there is nothing to ask */
        return;
    }
    must(!trial->request.changes);
    check_request(trial->account, &trial->request, &trial->arena);
    if (!is_believed(trial))
        return;
    if (!probe->tell(trial->account, "a tag", &trial->response, &findings, &err))
        check_err(&err);
    for (size_t i = 0; i < findings.len; i++) {
        check_text(findings.list[i].text);
        check_text(findings.list[i].mend);
    }
}

/* ---- which of them ---- */

/* Feeds, then each sink of the account with its places, then the probes: the function whose turn
 * comes after `skip` others. Without `trial` they are only counted. */
struct turn {
    struct trial *trial;
    size_t skip, seen;
};

static bool is_next(struct turn *turn)
{
    return turn->seen++ == turn->skip && turn->trial;
}

static void turn_sinks(struct turn *turn, const struct account *account)
{
    for (const struct sink *sink = account->connector->sinks; sink && sink->write; sink++) {
        if (sink_of(account, sink->kind) != sink)
            continue;
        if (is_next(turn))
            try_hear(turn->trial, sink);
        for (const struct seek *seek = sink->seeks; seek && seek->ask; seek++)
            if (is_next(turn))
                try_found(turn->trial, sink, seek);
    }
}

static size_t take_turn(struct trial *trial, const struct account *account, size_t skip)
{
    struct turn turn = {.trial = trial, .skip = skip};

    for (const struct feed *feed = account->connector->feeds; feed && feed->ask; feed++)
        if (is_next(&turn))
            try_feed(turn.trial, feed);
    turn_sinks(&turn, account);
    for (const struct probe *probe = account->connector->probes; probe && probe->ask; probe++)
        if (is_next(&turn))
            try_probe(turn.trial, probe);
    return turn.seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input body = input_of(bytes, len);
    struct trial trial = {.head = input_line(&body), .window = {FROM_UTC, FROM_UTC + DAY_S}};
    size_t turn;
    int status;

    trial.account = account_pick(&trial.head);
    trial.request.arena = &trial.arena;
    turn = input_pick(&trial.head, take_turn(NULL, trial.account, 0));
    status = statuses[input_pick(&trial.head, ARRAY_LEN(statuses))];
    trial.response = response_of(trial.account, status, body, &trial.arena);
    (void)take_turn(&trial, trial.account, turn);
    request_done(&trial.request);
    arena_done(&trial.arena);
    return 0;
}
