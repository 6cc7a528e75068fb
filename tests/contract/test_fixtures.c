/* test_fixtures.c: real-looking payloads become the right records, and records the right requests.
 * One test per file tests/fixtures/<system>/<what>/<name>.given; <what> is a function of the
 * connector:
 *
 *   ask, read              of the feed of the given kind
 *   write, hear            of its sink
 *   seek, found            of the sink's place number `seek` (0)
 *   sign, judge, hook, probe   of the connector
 *
 * Rows they prove: REQ-A1 ask/orders, REQ-A2 read/orders-quirks (tracking from both places), REQ-A3
 * and REQ-A5 write/orders, REQ-A6 hook, read/shipments, write/shipments, REQ-A7 marks, REQ-A8 sign.
 *
 * `given` is a JSON map of what goes in (kind, cursor, entries, options of the account, ...),
 * `answer` the bytes of the far side's answer, `expect` what must come out, as text for people.
 * TAGWERK_FIXTURES=write writes the expectations anew: then read the difference. */
#include "contract/fixture.h"

#include "core/text.h"
#include "model/codec.h"
#include "wire/hash.h"
#include "wire/json.h"

static const char *const verdict_names[] = {
    [VERDICT_NONE] = "none",       [VERDICT_DONE] = "done",   [VERDICT_SAME] = "same",
    [VERDICT_REFUSED] = "refused", [VERDICT_AGAIN] = "again", [VERDICT_ABSENT] = "absent",
    [VERDICT_UNSURE] = "unsure",
};

static const char *const kind_names[] = {
    [ERR_NONE] = "fine",     [ERR_RECORD] = "record", [ERR_RETRY] = "retry",
    [ERR_SYSTEM] = "system", [ERR_SETUP] = "setup",   [ERR_STORE] = "store",
};

static const char *const method_names[] = {
    [HTTP_GET] = "GET",     [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
};

/* What one fixture works with. */
struct stage {
    struct fixture fixture;
    const struct node *given;
    struct response response;
    enum kind kind;
    struct buf out;
};

/* ---- rendering ---- */

static void indent(struct buf *out, unsigned depth)
{
    buf_char(out, '\n');
    while (depth--)
        buf_text(out, "  ");
}

/* Breaks the lines of JSON and XML so that a difference is one line. */
static void put_json(struct buf *out, const char *json)
{
    unsigned depth = 0;
    bool in_text = false;

    for (; *json; json++) {
        if (*json == '"' && json[-1] != '\\')
            in_text = !in_text;
        if (!in_text && strchr("}]", *json))
            indent(out, --depth);
        buf_char(out, *json);
        if (!in_text && strchr("{[", *json))
            indent(out, ++depth);
        if (!in_text && *json == ',')
            indent(out, depth);
    }
    buf_char(out, '\n');
}

static void put_xml(struct buf *out, const char *xml)
{
    for (; *xml; xml++) {
        buf_char(out, *xml);
        if (*xml == '>' && xml[1] == '<')
            buf_char(out, '\n');
    }
    buf_char(out, '\n');
}

static void put_request(struct stage *stage, const struct request *request)
{
    buf_format(&stage->out, "%s%s %s\n", request->changes ? "! " : "",
               method_names[request->method], buf_str(&request->url));
    buf_format(&stage->out, "call: %s\n", request->call);
    for (size_t i = 0; i < request->headers_len; i++)
        buf_format(&stage->out, "%s: %s\n", request->headers[i].name, request->headers[i].value);
    if (!request->body.len)
        return;
    if (stage->fixture.connector->format == FORMAT_XML)
        put_xml(&stage->out, buf_str(&request->body));
    else
        put_json(&stage->out, buf_str(&request->body));
}

static void put_err(struct stage *stage, const struct err *err)
{
    buf_format(&stage->out, "%s: %s\n", kind_names[err->kind], err->text);
}

static void put_seen(struct buf *out, const char *seen)
{
    for (; *seen; seen++)
        if (*seen < ' ' && *seen > 0)
            buf_char(out, '|');
        else
            buf_char(out, *seen);
}

static void put_entry(struct stage *stage, const struct entry *entry)
{
    buf_format(&stage->out, "%s %s", entry->key, verdict_names[entry->verdict]);
    if (entry->code)
        buf_format(&stage->out, " %s", entry->code);
    if (entry->target_id)
        buf_format(&stage->out, " at %s", entry->target_id);
    if (entry->seen_text) {
        buf_text(&stage->out, " seen [");
        put_seen(&stage->out, entry->seen_text);
        buf_char(&stage->out, ']');
    }
    if (entry->text)
        buf_format(&stage->out, ": %s", entry->text);
    buf_char(&stage->out, '\n');
}

static void put_batch(struct stage *stage, const struct batch *batch)
{
    for (size_t i = 0; i < batch->len; i++)
        put_entry(stage, &batch->entries[i]);
    if (batch->next)
        buf_format(&stage->out, "next: %s\n", batch->next);
}

/* ---- what goes in ---- */

static const char *given_text(const struct stage *stage, const char *path)
{
    return node_text(stage->given, path);
}

static struct texts given_texts(const struct node *list, struct arena *arena)
{
    struct texts texts = {0};
    const char **all = arena_array(arena, BATCH_MAX, sizeof *all);

    for (const struct node *one = node_first(list, NULL); one; one = one->next)
        all[texts.len++] = one->text;
    texts.list = all;
    return texts;
}

static struct batch given_batch(struct stage *stage)
{
    struct arena *arena = &stage->fixture.arena;
    struct batch batch = {.arena = arena, .next = given_text(stage, "next")};
    const struct node *first = node_first(node_at(stage->given, "entries"), NULL);

    batch.written = text_same(given_text(stage, "written"), "true");
    batch.entries = arena_array(arena, BATCH_MAX, sizeof *batch.entries);
    for (const struct node *one = first; one; one = one->next) {
        struct entry *entry = &batch.entries[batch.len++];
        struct record *record;
        struct err err;

        if (!record_get(node_at(one, "record"), stage->kind, arena, &record, &err))
            fail_msg("entry %zu: %s", batch.len, err.text);
        entry->key = fixture_text(one, "key", record->order_ref);
        entry->record = record;
        entry->revision = (unsigned)fixture_number(one, "revision", 1);
        entry->revised_utc = fixture_number(one, "revised_utc", 1717400000);
        entry->target_id = node_text(one, "target_id");
        entry->seen_text = node_text(one, "seen_text");
        entry->text = node_text(one, "text");
        entry->ours = given_texts(node_at(one, "ours"), arena);
        if (text_same(node_text(one, "verdict"), "refused"))
            entry->verdict = VERDICT_REFUSED;
    }
    return batch;
}

static const struct feed *given_feed(const struct stage *stage)
{
    const struct feed *feed = feed_of(&stage->fixture.account, stage->kind);

    if (!feed)
        fail_msg("no such feed");
    return feed;
}

static const struct sink *given_sink(const struct stage *stage)
{
    const struct sink *sink = sink_of(&stage->fixture.account, stage->kind);

    if (!sink)
        fail_msg("no such sink");
    return sink;
}

/* ---- the functions ---- */

static struct window given_window(const struct stage *stage)
{
    return (struct window){fixture_number(stage->given, "from", UNSAID),
                           fixture_number(stage->given, "until", UNSAID)};
}

static void run_ask(struct stage *stage)
{
    struct window window = given_window(stage);
    struct request request = fixture_request(&stage->fixture);
    struct err err = {0};

    if (given_feed(stage)->ask(&stage->fixture.account, &window, given_text(stage, "cursor"),
                               &request, &err))
        put_request(stage, &request);
    else
        put_err(stage, &err);
    fixture_request_done(&request);
}

static void run_read(struct stage *stage)
{
    struct window window = given_window(stage);
    struct intake intake = {.arena = &stage->fixture.arena,
                            .claimed = UNSAID,
                            .window = said(window.until_utc) ? &window : NULL};
    struct err err = {0};

    if (!feed_read(given_feed(stage), &stage->fixture.account, &stage->response,
                   given_text(stage, "cursor"), &intake, &err)) {
        put_err(stage, &err);
        return;
    }
    for (size_t i = 0; i < intake.records_len; i++) {
        AUTO(buf_done) struct buf line = {0};
        struct json_out json = json_begin(&line);

        record_put(&json, intake.records[i], 0);
        put_json(&stage->out, buf_str(&line));
    }
    for (size_t i = 0; i < intake.next_len; i++)
        buf_format(&stage->out, "next: %s\n", intake.next[i]);
    if (said(intake.claimed))
        buf_format(&stage->out, "claimed: %lld\n", (long long)intake.claimed);
}

static void run_write(struct stage *stage)
{
    struct batch batch = given_batch(stage);
    struct request request = fixture_request(&stage->fixture);
    struct err err = {0};

    if (given_sink(stage)->write(&stage->fixture.account, &batch, &request, &err))
        put_request(stage, &request);
    else
        put_err(stage, &err);
    for (size_t i = 0; i < batch.len; i++)
        if (batch.entries[i].verdict != VERDICT_NONE)
            put_entry(stage, &batch.entries[i]);
    fixture_request_done(&request);
}

static void run_hear(struct stage *stage)
{
    struct batch batch = given_batch(stage);
    struct err err = {0};

    if (given_sink(stage)->hear(&stage->fixture.account, &stage->response, &batch, &err))
        put_batch(stage, &batch);
    else
        put_err(stage, &err);
}

static const struct seek *given_seek(const struct stage *stage)
{
    return &given_sink(stage)->seeks[fixture_number(stage->given, "seek", 0)];
}

static void run_seek(struct stage *stage)
{
    struct batch batch = given_batch(stage);
    struct request request = fixture_request(&stage->fixture);
    struct err err = {0};

    if (given_seek(stage)->ask(&stage->fixture.account, &batch, &request, &err))
        put_request(stage, &request);
    else
        put_err(stage, &err);
    fixture_request_done(&request);
}

static void run_found(struct stage *stage)
{
    struct batch batch = given_batch(stage);
    struct err err = {0};

    if (given_seek(stage)->found(&stage->fixture.account, &stage->response, &batch, &err))
        put_batch(stage, &batch);
    else
        put_err(stage, &err);
}

static void run_judge(struct stage *stage)
{
    struct request request = {.call = fixture_text(stage->given, "call", "GET"),
                              .changes = text_same(given_text(stage, "changes"), "true")};
    struct err err = {0};

    err.kind =
        stage->fixture.connector->judge(&stage->fixture.account, &request, &stage->response, &err);
    if (err.kind == ERR_NONE)
        buf_text(&stage->out, "fine\n");
    else
        put_err(stage, &err);
}

static void run_sign(struct stage *stage)
{
    struct request request = fixture_request(&stage->fixture);
    struct err err = {0};

    request_begin(&request, HTTP_POST, "TheCall", &stage->fixture.account, "/path");
    buf_text(&request.body, fixture_text(stage->given, "body", ""));
    if (stage->fixture.connector->sign(&stage->fixture.account, &request, &err))
        put_request(stage, &request);
    else
        put_err(stage, &err);
    fixture_request_done(&request);
}

static void run_hook(struct stage *stage)
{
    const struct hook *hook = stage->fixture.connector->hook;
    const struct response *body = &stage->response;
    enum kind kind = KIND_COUNT;
    const char *cursor =
        hook->hint(&stage->fixture.account, body->root, &kind, &stage->fixture.arena);

    buf_text(&stage->out, hook->genuine(&stage->fixture.account, given_text(stage, "signature"),
                                        body->body, body->body_len)
                              ? "genuine\n"
                              : "forged\n");
    if (cursor)
        buf_format(&stage->out, "look at %s %s\n", kind_name(kind), cursor);
    else
        buf_text(&stage->out, "nothing to look at\n");
}

static void run_probe(struct stage *stage)
{
    static const char *const grades[] = {
        [FINDING_GOOD] = "good", [FINDING_WARN] = "warn", [FINDING_BAD] = "bad"};
    const struct probe *probe =
        &stage->fixture.connector->probes[fixture_number(stage->given, "probe", 0)];
    struct findings findings = {.arena = &stage->fixture.arena, .server_utc = UNSAID};
    struct request request = fixture_request(&stage->fixture);
    struct err err = {0};

    if (!probe->ask(&stage->fixture.account, given_text(stage, "tag"), &request, &err)) {
        put_err(stage, &err);
    } else {
        put_request(stage, &request);
        if (!probe->tell(&stage->fixture.account, given_text(stage, "tag"), &stage->response,
                         &findings, &err))
            put_err(stage, &err);
    }
    for (size_t i = 0; i < findings.len; i++)
        buf_format(&stage->out, "%s: %s%s%s\n", grades[findings.list[i].grade],
                   findings.list[i].text, findings.list[i].mend ? " -> " : "",
                   findings.list[i].mend ? findings.list[i].mend : "");
    if (said(findings.server_utc))
        buf_format(&stage->out, "server_utc: %lld\n", (long long)findings.server_utc);
    fixture_request_done(&request);
}

/* ---- one fixture ---- */

struct act {
    const char *name;
    void (*run)(struct stage *stage);
};

static const struct act acts[] = {
    {"ask", run_ask},   {"read", run_read},   {"write", run_write}, {"hear", run_hear},
    {"seek", run_seek}, {"found", run_found}, {"judge", run_judge}, {"sign", run_sign},
    {"hook", run_hook}, {"probe", run_probe},
};

struct trial {
    const struct connector *connector;
    const struct act *act;
    const char *stem; /* "read/orders-quirks" */
};

static void compare(const struct trial *trial, const struct buf *out, struct arena *arena)
{
    const char *name = arena_format(arena, "%s.expect", trial->stem);
    char path[PATH_SIZE];
    struct err err;
    size_t len;
    const char *expect;

    fixture_path(path, trial->connector->name, name);
    if (text_same(getenv("TAGWERK_FIXTURES"), "write") &&
        !file_put(path, buf_str(out), out->len, &err))
        fail_msg("%s", err.text);
    expect = fixture_bytes(arena, trial->connector->name, name, &len);
    if (!expect)
        fail_msg("%s is missing; TAGWERK_FIXTURES=write writes it", path);
    if (!text_same(expect, buf_str(out)))
        fail_msg("%s\n--- expected ---\n%s--- came out ---\n%s", path, expect, buf_str(out));
}

static void a_fixture_comes_out_as_expected(void **state)
{
    const struct trial *trial = *state;
    struct stage stage = {0};
    struct arena arena = {0};
    const char *answer;
    size_t len = 0;

    stage.given =
        fixture_json(&arena, trial->connector->name, arena_format(&arena, "%s.given", trial->stem));
    fixture_open(&stage.fixture, trial->connector, node_at(stage.given, "options"));
    (void)kind_from_name(given_text(&stage, "kind"), &stage.kind);
    answer = fixture_bytes(&arena, trial->connector->name,
                           arena_format(&arena, "%s.answer", trial->stem), &len);
    stage.response = fixture_answer(&stage.fixture, (int)fixture_number(stage.given, "status", 200),
                                    answer ? answer : "", len);
    trial->act->run(&stage);
    compare(trial, &stage.out, &arena);
    buf_done(&stage.out);
    fixture_close(&stage.fixture);
    arena_done(&arena);
}

/* ---- all of them ---- */

#define TESTS_MAX 500

struct collection {
    struct arena arena;
    struct CMUnitTest tests[TESTS_MAX];
    size_t len;
};

static void collect_file(struct collection *into, const struct connector *connector,
                         const struct act *act, const char *file)
{
    size_t len = strlen(file);
    struct trial *trial = arena_alloc(&into->arena, sizeof *trial);

    if (len < 6 || strcmp(file + len - 6, ".given") != 0 || into->len == TESTS_MAX)
        return;
    trial->connector = connector;
    trial->act = act;
    trial->stem = arena_format(&into->arena, "%s/%.*s", act->name, (int)(len - 6), file);
    into->tests[into->len++] = (struct CMUnitTest){
        .name = arena_format(&into->arena, "%s/%s", connector->name, trial->stem),
        .test_func = a_fixture_comes_out_as_expected,
        .initial_state = trial,
    };
}

static void collect(struct collection *into, const struct connector *connector)
{
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        char path[PATH_SIZE];
        const char *const *files;
        size_t count;
        struct err err;

        fixture_path(path, connector->name, acts[i].name);
        if (!folder_list(path, &into->arena, &files, &count, &err))
            continue;
        for (size_t file = 0; file < count; file++)
            collect_file(into, connector, &acts[i], files[file]);
    }
}

int main(void)
{
    static struct collection all;
    struct err err;
    int failed;

    if (!hash_open(&err))
        return 1;
    for (const struct connector *const *at = connectors(); *at; at++)
        collect(&all, *at);
    failed = _cmocka_run_group_tests("fixtures", all.tests, all.len, NULL, NULL);
    arena_done(&all.arena);
    return failed;
}
