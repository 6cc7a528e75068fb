/* Whatever records a mapping lets through: every sink says them in a whole, clean request, or
 * refuses them one by one, and says the same thing twice in the same bytes. The first line picks
 * account, sink and how the entries stand; every further line is a record. */
#include "fuzz/fuzz.h"

#include "core/text.h"
#include "model/codec.h"
#include "wire/json.h"

static const struct sink *sink_pick(const struct account *account, struct input *head)
{
    const struct sink *mine[KIND_COUNT + 1];
    size_t len = 0;

    for (const struct sink *sink = account->connector->sinks; sink && sink->write; sink++)
        if (sink_of(account, sink->kind) == sink && len < KIND_COUNT)
            mine[len++] = sink;
    return len ? mine[input_pick(head, len)] : NULL;
}

static bool take_entry(struct input line, enum kind kind, struct arena *arena, struct entry *out)
{
    const struct node *root;
    struct record *record;
    struct err err;

    if (!json_parse(line.at, line.len, arena, &root, &err) ||
        !record_get(root, kind, arena, &record, &err))
        return false;
    *out = (struct entry){.key = record->order_ref ? record->order_ref : record->ref,
                          .record = record,
                          .revision = 1,
                          .revised_utc = 1717400000,
                          .ours = kind == KIND_SHIPMENTS ? SHIPMENT_OF(record)->order_tracking
                                                         : (struct texts){0}};
    return true;
}

static struct batch read_batch(struct input *body, const struct sink *sink, struct arena *arena)
{
    size_t most = sink->batch_max < FUZZ_BATCH ? sink->batch_max : FUZZ_BATCH;
    struct batch batch = {.arena = arena};

    batch.entries = arena_array(arena, most, sizeof *batch.entries);
    // cppcheck-suppress knownConditionTrueFalse; it takes batch_max for 0, which no sink has
    while (body->len && batch.len < most)
        batch.len += take_entry(input_line(body), sink->kind, arena, &batch.entries[batch.len]);
    return batch;
}

/* How an entry may stand when it is written: known there, changed before, refused before. */
static void vary(struct batch *batch, struct input *head)
{
    for (size_t i = 0; i < batch->len; i++) {
        struct entry *entry = &batch->entries[i];

        if (input_pick(head, 2))
            entry->target_id = "661";
        entry->revision += (unsigned)input_pick(head, 3);
        if (input_pick(head, 2))
            entry_settle(entry, VERDICT_REFUSED, "before", NULL);
    }
}

static void check_entries(const struct batch *batch)
{
    for (size_t i = 0; i < batch->len; i++) {
        const struct entry *entry = &batch->entries[i];

        must(entry->verdict == VERDICT_NONE || entry->verdict == VERDICT_REFUSED ||
             entry->verdict == VERDICT_SAME || entry->verdict == VERDICT_DONE);
        must(entry->verdict != VERDICT_REFUSED || entry->code);
        check_text(entry->code);
        check_text(entry->text);
    }
}

static const char *written(const struct account *account, const struct sink *sink,
                           struct batch *batch, struct arena *arena)
{
    struct request request = {.arena = arena};
    struct err err = {0};
    const char *text = NULL;

    if (sink->write(account, batch, &request, &err)) {
        must(request.changes);
        text = arena_format(arena, "%s\n%s", buf_str(&request.url), buf_str(&request.body));
        check_request(account, &request, arena);
    } else {
        must(err.kind == ERR_RECORD);
        check_err(&err);
    }
    request_done(&request);
    check_entries(batch);
    return text;
}

static void check_sought(const struct account *account, const struct sink *sink,
                         const struct batch *batch, struct arena *arena)
{
    for (const struct seek *seek = sink->seeks; seek && seek->ask; seek++) {
        struct batch part = *batch;
        struct request request = {.arena = arena};
        struct err err = {0};

        part.len = part.len < seek->batch_max ? part.len : seek->batch_max;
        if (!seek->ask(account, &part, &request, &err))
            check_err(&err);
        else
            check_request(account, &request, arena);
        request_done(&request);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    AUTO(arena_done) struct arena arena = {0};
    struct input body = input_of(bytes, len), head = input_line(&body);
    const struct account *account = account_pick(&head);
    const struct sink *sink = sink_pick(account, &head);
    struct batch batch;

    if (!sink)
        return 0;
    batch = read_batch(&body, sink, &arena);
    if (!batch.len)
        return 0;
    check_sought(account, sink, &batch, &arena);
    vary(&batch, &head);
    must(text_same(written(account, sink, &batch, &arena), written(account, sink, &batch, &arena)));
    return 0;
}
