/* test_contract.c: does every connector keep every clause? A loop over the registry; not a word in
 * here is about one system. What the clauses need of a system lies in
 * tests/fixtures/<system>/contract:
 *
 *   KIND.empty KIND.last   a page without and with records, nothing behind it     for each feed
 *   KIND.bad               a page in which exactly one of several entries is bad
 *   KIND.enum              a page with a value nobody has heard of
 *   KIND.record            a record that can be sent                               for each kind of
 * sink KIND[@VARIANT].PLACE   what place number PLACE answers when it holds nothing   for each seek
 *   KIND.silent            why an empty answer is a success; only for a sink of which that is true
 *   error                  an error in the clothes of a success (status 200)
 *
 * A missing file fails the test: an eighth system is tested or it is not there. */
#include "contract/fixture.h"

#include "core/text.h"
#include "model/codec.h"
#include "wire/hash.h"
#include "wire/json.h"
#include "wire/xml.h"

#define DAY_S 86400
#define FROM_UTC 1717365600 /* 3 June 2024, midnight in Berlin */

typedef void feed_clause(struct fixture *fixture, const struct feed *feed);
typedef void sink_clause(struct fixture *fixture, const struct sink *sink);

/* ---- the loops ---- */

static const struct node *variant_options(const struct connector *connector, const char *variant,
                                          struct arena *arena)
{
    struct node *map = node_add(arena, NULL, NODE_MAP, NULL, NULL);

    if (variant)
        node_add(arena, map, NODE_TEXT, connector->variant_option, variant);
    return map;
}

static void for_each_connector(void (*clause)(struct fixture *fixture))
{
    for (const struct connector *const *at = connectors(); *at; at++) {
        struct fixture fixture;

        fixture_open(&fixture, *at, NULL);
        clause(&fixture);
        fixture_close(&fixture);
    }
}

static void for_each_feed(feed_clause *clause)
{
    for (const struct connector *const *at = connectors(); *at; at++) {
        for (const struct feed *feed = (*at)->feeds; feed && feed->ask; feed++) {
            struct fixture fixture;

            fixture_open(&fixture, *at, NULL);
            clause(&fixture, feed);
            fixture_close(&fixture);
        }
    }
}

static void for_each_sink(sink_clause *clause)
{
    for (const struct connector *const *at = connectors(); *at; at++) {
        for (const struct sink *sink = (*at)->sinks; sink && sink->write; sink++) {
            struct arena arena = {0};
            struct fixture fixture;

            fixture_open(&fixture, *at, variant_options(*at, sink->variant, &arena));
            clause(&fixture, sink);
            fixture_close(&fixture);
            arena_done(&arena);
        }
    }
}

/* ---- what the clauses work with ---- */

static const char *file_of(struct fixture *fixture, const char *name, size_t *len)
{
    const char *system = fixture->connector->name;
    const char *bytes = fixture_bytes(&fixture->arena, system,
                                      arena_format(&fixture->arena, "contract/%s", name), len);

    if (!bytes)
        fail_msg("tests/fixtures/%s/contract/%s is missing", system, name);
    return bytes;
}

static const char *kind_file(struct fixture *fixture, enum kind kind, const char *what)
{
    return arena_format(&fixture->arena, "%s.%s", kind_name(kind), what);
}

static bool says_secret(const struct settings *settings, const char *text)
{
    for (size_t i = 0; settings->options[i].name; i++)
        if (settings->options[i].type == OPTION_SECRET && settings->values[i] &&
            strstr(text, settings->values[i]))
            return true;
    return false;
}

/* A request that session.c could send: signs it and looks at it from all sides. */
static void check_request(struct fixture *fixture, struct request *request)
{
    const struct account *account = &fixture->account;
    const struct node *root;
    struct err err = {0};

    assert_non_null(request->call);
    assert_false(says_secret(&account->settings, buf_str(&request->url)));
    assert_false(says_secret(&account->settings, buf_str(&request->body)));
    if (fixture->connector->sign && !fixture->connector->sign(account, request, &err))
        fail_msg("%s", err.text);
    assert_int_equal(strncmp(buf_str(&request->url), account->url, strlen(account->url)), 0);
    assert_false(says_secret(&account->settings, buf_str(&request->url)));
    assert_true(utf8_valid(buf_str(&request->body), request->body.len));
    assert_true(request->headers_len < REQUEST_HEADERS_MAX); /* session.c adds one */
    if (request->body.len &&
        !(fixture->connector->format == FORMAT_XML
              ? xml_parse(request->body.data, request->body.len, &fixture->arena, &root, &err)
              : json_parse(request->body.data, request->body.len, &fixture->arena, &root, &err)))
        fail_msg("%s: %s", request->call, err.text);
}

/* The unsigned request of a feed's first page, as text. */
static const char *asked(struct fixture *fixture, const struct feed *feed, int64_t from_utc,
                         int64_t until_utc)
{
    struct window window = {from_utc, until_utc};
    struct request request = fixture_request(fixture);
    struct err err = {0};
    const char *text;

    if (!feed->ask(&fixture->account, &window, NULL, &request, &err))
        fail_msg("%s", err.text);
    text = arena_format(&fixture->arena, "%s\n%s", buf_str(&request.url), buf_str(&request.body));
    assert_false(request.changes);
    check_request(fixture, &request);
    fixture_request_done(&request);
    return text;
}

static struct intake read_page(struct fixture *fixture, const struct feed *feed, const char *what)
{
    struct intake intake = {.arena = &fixture->arena, .claimed = UNSAID};
    size_t len;
    const char *body = file_of(fixture, kind_file(fixture, feed->kind, what), &len);
    struct response response = fixture_answer(fixture, 200, body, len);
    struct request request = {.call = "a read"};
    struct err err = {0};

    if (fixture->connector->judge)
        assert_int_equal(fixture->connector->judge(&fixture->account, &request, &response, &err),
                         ERR_NONE);
    if (!feed_read(feed, &fixture->account, &response, NULL, &intake, &err))
        fail_msg("%s", err.text);
    return intake;
}

static struct record *given_record(struct fixture *fixture, enum kind kind)
{
    const char *name = kind_file(fixture, kind, "record");
    struct record *record = NULL;
    const struct node *root;
    struct err err;
    size_t len;
    const char *json = file_of(fixture, name, &len);

    if (json_parse(json, len, &fixture->arena, &root, &err) &&
        record_get(root, kind, &fixture->arena, &record, &err))
        return record;
    fail_msg("%s: %s", name, err.text);
    return record_new(kind, &fixture->arena);
}

static struct entry make_entry(struct fixture *fixture, const struct sink *sink, size_t number)
{
    struct record *record = given_record(fixture, sink->kind);

    record->order_ref = arena_format(&fixture->arena, "56%07zu", number);
    return (struct entry){.key = record->order_ref,
                          .record = record,
                          .revision = 1,
                          .revised_utc = FROM_UTC,
                          .target_id = arena_format(&fixture->arena, "66%zu", number)};
}

static struct batch make_batch(struct fixture *fixture, const struct sink *sink, size_t len)
{
    struct batch batch = {.arena = &fixture->arena, .len = len};

    batch.entries = arena_array(&fixture->arena, len, sizeof *batch.entries);
    for (size_t i = 0; i < len; i++)
        batch.entries[i] = make_entry(fixture, sink, i + 1);
    return batch;
}

static const char *written(struct fixture *fixture, const struct sink *sink, struct batch *batch)
{
    struct request request = fixture_request(fixture);
    struct err err = {0};
    const char *text;

    if (!sink->write(&fixture->account, batch, &request, &err))
        fail_msg("%s", err.text);
    assert_true(request.changes);
    text = arena_format(&fixture->arena, "%s\n%s", buf_str(&request.url), buf_str(&request.body));
    check_request(fixture, &request);
    fixture_request_done(&request);
    return text;
}

static enum err_kind judged(struct fixture *fixture, const struct request *request,
                            const struct response *response)
{
    struct err err = {0};
    enum err_kind kind = fixture->connector->judge
                             ? fixture->connector->judge(&fixture->account, request, response, &err)
                             : judge_status(response, &err);

    assert_false(says_secret(&fixture->account.settings, err.text));
    if (kind != ERR_NONE)
        assert_true(err.kind == kind && *err.text);
    return kind;
}

/* ---- clauses: the tables ---- */

static void table_is_whole(struct fixture *fixture)
{
    const struct connector *c = fixture->connector;

    assert_true(c->name && c->title && c->options && c->url && c->zone && c->sign);
    assert_true(c->limits.in_flight >= 1 && c->limits.timeout_ms >= 1000 &&
                c->limits.body_max >= (size_t)1 << 20);
    for (const struct option *option = c->options; option->name; option++) {
        assert_non_null(option->help);
        assert_true(option->type != OPTION_CHOICE || option->choices);
    }
    for (const struct feed *feed = c->feeds; feed && feed->ask; feed++)
        assert_true(feed->read && feed->overlap_s >= 0);
}

static void every_table_is_whole(void **state)
{
    (void)state;
    for_each_connector(table_is_whole);
}

static void sink_is_safe(struct fixture *fixture, const struct sink *sink)
{
    assert_true(sink->hear && sink->batch_max >= 1 && sink->batch_max <= BATCH_MAX);
    assert_ptr_equal(sink_of(&fixture->account, sink->kind), sink);
    /* What can neither be sought nor repeated goes one by one, so that a lost answer leaves one
     * question. */
    assert_true(sink->seeks || sink->upserts || sink->batch_max == 1);
    for (const struct seek *seek = sink->seeks; seek && seek->ask; seek++)
        assert_true(seek->found && seek->batch_max >= 1 && seek->batch_max <= BATCH_MAX);
}

/* REQ-Z4 */
static void every_sink_can_be_repeated_or_sought(void **state)
{
    (void)state;
    for_each_sink(sink_is_safe);
}

/* ---- clauses: feeds ---- */

static void borders_are_asked(struct fixture *fixture, const struct feed *feed)
{
    const char *day = asked(fixture, feed, FROM_UTC, FROM_UTC + DAY_S);

    assert_string_equal(day, asked(fixture, feed, FROM_UTC, FROM_UTC + DAY_S));
    if (!feed->whole &&
        feed->span != SPAN_ALL) /* a catalogue may be asked for by hours, or whole */
        assert_string_not_equal(day, asked(fixture, feed, FROM_UTC + 1, FROM_UTC + DAY_S));
    if (feed->span == SPAN_DAYS)
        assert_string_not_equal(day, asked(fixture, feed, FROM_UTC, FROM_UTC + DAY_S + 1));
    else
        (void)asked(fixture, feed, UNSAID, FROM_UTC);
}

/* REQ-A1 */
static void a_window_is_asked_to_the_second_and_always_the_same_way(void **state)
{
    (void)state;
    for_each_feed(borders_are_asked);
}

static void empty_page_ends(struct fixture *fixture, const struct feed *feed)
{
    struct intake intake = read_page(fixture, feed, "empty");

    assert_int_equal(intake.records_len, 0);
    assert_int_equal(intake.next_len, 0);
}

static void an_empty_page_is_no_error_and_the_end(void **state)
{
    (void)state;
    for_each_feed(empty_page_ends);
}

static void last_page_ends(struct fixture *fixture, const struct feed *feed)
{
    struct intake intake = read_page(fixture, feed, "last");

    assert_true(intake.records_len > 0);
    assert_int_equal(intake.next_len, 0);
    for (size_t i = 0; i < intake.records_len; i++) {
        assert_int_equal(intake.records[i]->kind, feed->kind);
        assert_non_null(intake.records[i]->ref);
        assert_null(intake.records[i]->flaw);
        /* A level is of the moment it was asked for, which the extract knows. */
        assert_true(feed->whole || said(intake.records[i]->at_utc) || feed->kind == KIND_STOCK);
    }
}

static void a_last_page_is_read_whole_and_asks_for_no_more(void **state)
{
    (void)state;
    for_each_feed(last_page_ends);
}

static const char *all_records(struct fixture *fixture, const struct intake *intake)
{
    AUTO(buf_done) struct buf lines = {0};

    for (size_t i = 0; i < intake->records_len; i++) {
        struct json_out json = json_begin(&lines);

        record_put(&json, intake->records[i], 0);
        buf_char(&lines, '\n');
    }
    return arena_text(&fixture->arena, buf_str(&lines));
}

static void page_reads_alike(struct fixture *fixture, const struct feed *feed)
{
    struct intake first = read_page(fixture, feed, "last");
    struct intake second = read_page(fixture, feed, "last");

    assert_string_equal(all_records(fixture, &first), all_records(fixture, &second));
}

/* REQ-Z2: a staged answer is read again without the network. */
static void a_page_is_read_alike_every_time(void **state)
{
    (void)state;
    for_each_feed(page_reads_alike);
}

static void bad_item_stands_alone(struct fixture *fixture, const struct feed *feed)
{
    struct intake intake = read_page(fixture, feed, "bad");
    size_t flawed = 0;

    for (size_t i = 0; i < intake.records_len; i++) {
        flawed += intake.records[i]->flaw != NULL;
        assert_non_null(intake.records[i]->ref);
        assert_true(!intake.records[i]->flaw == !intake.records[i]->flaw_code);
    }
    assert_int_equal(flawed, 1);
    assert_true(intake.records_len >= 2);
}

/* REQ-Z3: it is there, with its flaw, so that the report can say so. */
static void a_bad_item_in_a_good_page_is_kept_with_its_flaw(void **state)
{
    (void)state;
    for_each_feed(bad_item_stands_alone);
}

static void unknown_value_is_no_flaw(struct fixture *fixture, const struct feed *feed)
{
    struct intake intake = read_page(fixture, feed, "enum");

    assert_true(intake.records_len > 0);
    for (size_t i = 0; i < intake.records_len; i++)
        assert_null(intake.records[i]->flaw);
}

static void a_value_nobody_has_heard_of_stops_nothing(void **state)
{
    (void)state;
    for_each_feed(unknown_value_is_no_flaw);
}

/* ---- clauses: answers that are none ---- */

static const char html[] =
    "<html><head><title>Wartung</title></head><body>Gleich zur&uuml;ck<br></body></html>";
static const char tidy_html[] = "<html><body><p>Be right back</p></body></html>";

static struct request first_question(struct fixture *fixture, const struct feed *feed)
{
    struct window window = {FROM_UTC, FROM_UTC + DAY_S};
    struct request request = fixture_request(fixture);
    struct err err;

    assert_true(feed->ask(&fixture->account, &window, NULL, &request, &err));
    return request;
}

static void no_answer_is_believed(struct fixture *fixture, const struct feed *feed)
{
    static const struct {
        int status;
        const char *body;
    } answers[] = {{200, ""},   {200, html}, {200, tidy_html}, {401, html}, {401, ""},
                   {403, html}, {429, ""},   {500, html},      {502, ""},   {503, tidy_html}};
    struct request request = first_question(fixture, feed);

    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        struct response response =
            fixture_answer(fixture, answers[i].status, answers[i].body, strlen(answers[i].body));

        if (judged(fixture, &request, &response) == ERR_NONE)
            fail_msg("%s %s: '%s' with status %d was believed", fixture->connector->name,
                     kind_name(feed->kind), answers[i].body, answers[i].status);
    }
    fixture_request_done(&request);
}

static void what_is_no_answer_is_never_read_as_an_empty_page(void **state)
{
    (void)state;
    for_each_feed(no_answer_is_believed);
}

static void wrong_credentials_stop_the_account(struct fixture *fixture, const struct feed *feed)
{
    struct request request = first_question(fixture, feed);
    struct response response = fixture_answer(fixture, 401, "", 0);

    assert_int_equal(judged(fixture, &request, &response), ERR_SYSTEM);
    fixture_request_done(&request);
}

static void a_401_stops_the_account(void **state)
{
    (void)state;
    for_each_feed(wrong_credentials_stop_the_account);
}

static void error_is_seen_behind_200(struct fixture *fixture, const struct feed *feed)
{
    struct request request = first_question(fixture, feed);
    size_t len;
    const char *body = file_of(fixture, "error", &len);
    struct response response = fixture_answer(fixture, 200, body, len);

    assert_non_null(response.root);
    assert_int_not_equal(judged(fixture, &request, &response), ERR_NONE);
    fixture_request_done(&request);
}

static void an_error_in_the_clothes_of_a_success_is_an_error(void **state)
{
    (void)state;
    for_each_feed(error_is_seen_behind_200);
}

static void cut_page_is_none(struct fixture *fixture, const struct feed *feed)
{
    struct request request = first_question(fixture, feed);
    size_t len;
    const char *body = file_of(fixture, kind_file(fixture, feed->kind, "last"), &len);

    while (len && strchr(" \r\n", body[len - 1]))
        len--;
    for (size_t cut = 0; cut < len; cut += 1 + len / 50) {
        struct response response = fixture_answer(fixture, 200, body, cut);

        assert_null(response.root);
        assert_int_not_equal(judged(fixture, &request, &response), ERR_NONE);
    }
    fixture_request_done(&request);
}

static void a_page_that_was_cut_off_is_not_believed(void **state)
{
    (void)state;
    for_each_feed(cut_page_is_none);
}

/* Reads the page with byte `at` as ISO 8859-1 has its ä; false: the page was refused whole. */
static bool read_damaged(struct fixture *fixture, const struct feed *feed, const char *page,
                         size_t len, size_t at, struct intake *out)
{
    char *body = arena_bytes(&fixture->arena, len + 1);
    struct request request = {.call = "a read"};
    struct response response = {.status = 200, .body = body, .body_len = len};
    struct err err = {0};

    memcpy(body, page, len + 1);
    body[at] = (char)0xE4;
    *out = (struct intake){.arena = &fixture->arena, .claimed = UNSAID};
    response.arena = &fixture->arena;
    if (!answer_parse(fixture->connector->format, body, len, &fixture->arena, &response.root,
                      &response.damaged, &err))
        response.root = NULL;
    return judged(fixture, &request, &response) == ERR_NONE &&
           feed_read(feed, &fixture->account, &response, NULL, out, &err);
}

static void check_damaged(const struct intake *good, const struct intake *damaged)
{
    size_t flaws = 0;

    assert_int_equal(damaged->records_len, good->records_len);
    assert_int_equal(damaged->next_len, good->next_len);
    for (size_t i = 0; i < damaged->records_len; i++) {
        flaws += damaged->records[i]->flaw != NULL;
        assert_true(damaged->records[i]->flaw || !record_damage(damaged->records[i]));
        if (damaged->records[i]->flaw)
            assert_string_equal(damaged->records[i]->flaw_code, FLAW_DAMAGED);
    }
    assert_true(flaws <= 1);
}

static void damage_costs_one_record(struct fixture *fixture, const struct feed *feed)
{
    struct intake good = read_page(fixture, feed, "last");
    size_t len, flawed = 0;
    const char *page = file_of(fixture, kind_file(fixture, feed->kind, "last"), &len);

    for (size_t at = 0; at < len; at++) {
        struct arena_mark mark = arena_mark(&fixture->arena);
        struct intake damaged;

        if (read_damaged(fixture, feed, page, len, at, &damaged)) {
            check_damaged(&good, &damaged);
            for (size_t i = 0; i < damaged.records_len; i++)
                flawed += damaged.records[i]->flaw != NULL;
        }
        arena_rewind(&fixture->arena, mark);
    }
    assert_true(flawed > 0);
}

/* REQ-Z3: wherever it stands, it costs its record or the page, and never another record. */
static void a_byte_that_is_not_utf8_costs_its_record_at_most(void **state)
{
    (void)state;
    for_each_feed(damage_costs_one_record);
}

static void latin1_is_none(struct fixture *fixture, const struct sink *sink)
{
    static const char *const bodies[] = {
        "{\"parcels\":[{\"name\":\"\xE4\"}]}",
        "<Afterbuy><CallStatus>Success</CallStatus>\xE4</Afterbuy>"};

    (void)sink;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
        assert_null(fixture_answer(fixture, 200, bodies[i], strlen(bodies[i])).root);
}

/* What cannot be read of a seek's answer is not known to be absent. */
static void an_answer_to_a_seek_in_the_wrong_charset_is_none(void **state)
{
    (void)state;
    for_each_sink(latin1_is_none);
}

/* ---- clauses: sinks ---- */

static void full_batch_is_one_request(struct fixture *fixture, const struct sink *sink)
{
    struct batch batch = make_batch(fixture, sink, sink->batch_max);
    const char *text = written(fixture, sink, &batch);

    for (size_t i = 0; i < batch.len; i++) {
        assert_true(entry_is_written(&batch.entries[i]));
        /* A write by the target's own id need not name our key. */
        if (!strstr(text, batch.entries[i].key) && !strstr(text, batch.entries[i].target_id))
            fail_msg("entry %s is not in the request", batch.entries[i].key);
    }
}

static void a_full_batch_names_every_entry(void **state)
{
    (void)state;
    for_each_sink(full_batch_is_one_request);
}

static void same_batch_same_bytes(struct fixture *fixture, const struct sink *sink)
{
    struct batch batch = make_batch(fixture, sink, sink->batch_max < 3 ? sink->batch_max : 3);
    const char *first = written(fixture, sink, &batch);

    assert_string_equal(first, written(fixture, sink, &batch));
}

/* REQ-Z4: a repeated push is the very same push. */
static void the_same_batch_makes_the_same_request(void **state)
{
    (void)state;
    for_each_sink(same_batch_same_bytes);
}

static void refused_stay_out(struct fixture *fixture, const struct sink *sink)
{
    struct batch batch;
    const char *text;

    if (sink->batch_max < 2)
        return;
    batch = make_batch(fixture, sink, 2);
    entry_settle(&batch.entries[0], VERDICT_REFUSED, "before", NULL);
    text = written(fixture, sink, &batch);
    assert_null(strstr(text, batch.entries[0].key));
    assert_non_null(strstr(text, batch.entries[1].key));
}

static void what_was_refused_before_is_left_out(void **state)
{
    (void)state;
    for_each_sink(refused_stay_out);
}

/* Are the words of this sink's success none at all? */
static bool is_silent(struct fixture *fixture, const struct sink *sink)
{
    const char *name = arena_format(&fixture->arena, "contract/%s.silent", kind_name(sink->kind));
    size_t len;

    return fixture_bytes(&fixture->arena, fixture->connector->name, name, &len) != NULL;
}

static void check_verdicts(const struct batch *batch, bool may_be_done)
{
    for (size_t i = batch->len > 1; i < batch->len; i++) {
        enum verdict verdict = batch->entries[i].verdict;

        assert_int_not_equal(verdict, VERDICT_NONE);
        assert_int_not_equal(verdict, VERDICT_ABSENT);
        if (!may_be_done)
            assert_true(verdict != VERDICT_DONE && verdict != VERDICT_SAME);
    }
}

static void verdict_for_each(struct fixture *fixture, const struct sink *sink)
{
    static const struct {
        int status;
        const char *body;
    } answers[] = {{200, ""},
                   {200, html},
                   {200, "{}"},
                   {200, "[]"},
                   {200, "[null,{},1]"},
                   {200, "<Afterbuy/>"},
                   {201, "null"},
                   {202, ""},
                   {204, ""},
                   {400, html},
                   {400, "{}"},
                   {404, ""}};

    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        struct batch batch = make_batch(fixture, sink, sink->batch_max < 4 ? 1 : 4);
        struct request request = fixture_request(fixture);
        struct response response =
            fixture_answer(fixture, answers[i].status, answers[i].body, strlen(answers[i].body));
        struct err err = {0};

        if (batch.len > 1)
            entry_settle(&batch.entries[0], VERDICT_REFUSED, "before", NULL);
        assert_true(sink->write(&fixture->account, &batch, &request, &err));
        if (judged(fixture, &request, &response) == ERR_NONE) {
            if (!sink->hear(&fixture->account, &response, &batch, &err))
                assert_int_equal(err.kind, ERR_RETRY);
            check_verdicts(&batch, answers[i].status == 204 ||
                                       (!*answers[i].body && is_silent(fixture, sink)));
            if (batch.len > 1)
                assert_string_equal(batch.entries[0].code, "before");
        }
        fixture_request_done(&request);
    }
}

/* REQ-Z3 */
static void whatever_the_answer_every_entry_gets_its_verdict(void **state)
{
    (void)state;
    for_each_sink(verdict_for_each);
}

/* ---- clauses: seeks ---- */

static void place_can_be_asked(struct fixture *fixture, const struct sink *sink,
                               const struct seek *seek)
{
    struct batch batch = make_batch(fixture, sink, seek->batch_max);
    struct request request = fixture_request(fixture);
    struct err err = {0};
    const char *text;

    if (!seek->ask(&fixture->account, &batch, &request, &err))
        fail_msg("%s", err.text);
    assert_false(request.changes);
    text = arena_format(&fixture->arena, "%s\n%s", buf_str(&request.url), buf_str(&request.body));
    for (size_t i = 0; i < batch.len; i++)
        assert_true(seek->lists_all || strstr(text, batch.entries[i].key));
    check_request(fixture, &request);
    fixture_request_done(&request);
}

static void asked_of_all_places(struct fixture *fixture, const struct sink *sink)
{
    for (const struct seek *seek = sink->seeks; seek && seek->ask; seek++)
        place_can_be_asked(fixture, sink, seek);
}

static void a_seek_asks_for_a_full_batch_and_changes_nothing(void **state)
{
    (void)state;
    for_each_sink(asked_of_all_places);
}

static void head_is_enough(struct fixture *fixture, const struct sink *sink)
{
    for (const struct seek *seek = sink->seeks; seek && seek->ask; seek++) {
        struct batch batch = make_batch(fixture, sink, 1);
        struct request request = fixture_request(fixture);
        struct record *head = record_new(sink->kind, &fixture->arena);
        struct err err = {0};

        head->ref = batch.entries[0].record->ref;
        head->order_ref = batch.entries[0].key;
        batch.entries[0].record = head;
        assert_true(seek->ask(&fixture->account, &batch, &request, &err));
        assert_true(seek->lists_all ||
                    strstr(arena_format(&fixture->arena, "%s\n%s", buf_str(&request.url),
                                        buf_str(&request.body)),
                           batch.entries[0].key));
        fixture_request_done(&request);
    }
}

/* REQ-Z4: after a crash only the head of a record is known. */
static void an_effect_can_be_sought_by_its_head_alone(void **state)
{
    (void)state;
    for_each_sink(head_is_enough);
}

static const char *place_file(struct fixture *fixture, const struct sink *sink, size_t place)
{
    return sink->variant ? arena_format(&fixture->arena, "%s@%s.%zu", kind_name(sink->kind),
                                        sink->variant, place)
                         : arena_format(&fixture->arena, "%s.%zu", kind_name(sink->kind), place);
}

static void nothing_is_found(struct fixture *fixture, const struct sink *sink)
{
    for (size_t place = 0; sink->seeks && sink->seeks[place].ask; place++) {
        struct batch batch = make_batch(fixture, sink, sink->seeks[place].batch_max);
        size_t len;
        const char *body = file_of(fixture, place_file(fixture, sink, place), &len);
        struct response response = fixture_answer(fixture, 200, body, len);
        struct err err = {0};

        if (!sink->seeks[place].found(&fixture->account, &response, &batch, &err))
            fail_msg("%s", err.text);
        assert_null(batch.next);
        for (size_t i = 0; i < batch.len; i++)
            assert_int_not_equal(batch.entries[i].verdict, VERDICT_DONE);
    }
}

static void an_empty_place_says_of_nothing_that_it_is_there(void **state)
{
    (void)state;
    for_each_sink(nothing_is_found);
}

static bool is_taken_for_an_answer(struct fixture *fixture, const struct sink *sink,
                                   const struct seek *seek, const char *body)
{
    struct batch batch = make_batch(fixture, sink, 1);
    struct request request = fixture_request(fixture);
    struct response response = fixture_answer(fixture, 200, body, strlen(body));
    struct err err = {0};
    bool taken;

    assert_true(seek->ask(&fixture->account, &batch, &request, &err));
    taken = judged(fixture, &request, &response) == ERR_NONE &&
            seek->found(&fixture->account, &response, &batch, &err);
    fixture_request_done(&request);
    return taken;
}

static void odd_answers_find_nothing(struct fixture *fixture, const struct sink *sink)
{
    static const char *const bodies[] = {"{}", "[]", "null", "<Other/>"};

    for (const struct seek *seek = sink->seeks; seek && seek->ask; seek++)
        for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
            assert_false(is_taken_for_an_answer(fixture, sink, seek, bodies[i]));
}

/* What is taken for "not there" is sent again, or a cancel is taken for done. */
static void an_odd_answer_is_never_taken_for_not_there(void **state)
{
    (void)state;
    for_each_sink(odd_answers_find_nothing);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_is_whole),
        cmocka_unit_test(every_sink_can_be_repeated_or_sought),
        cmocka_unit_test(a_window_is_asked_to_the_second_and_always_the_same_way),
        cmocka_unit_test(an_empty_page_is_no_error_and_the_end),
        cmocka_unit_test(a_last_page_is_read_whole_and_asks_for_no_more),
        cmocka_unit_test(a_page_is_read_alike_every_time),
        cmocka_unit_test(a_bad_item_in_a_good_page_is_kept_with_its_flaw),
        cmocka_unit_test(a_value_nobody_has_heard_of_stops_nothing),
        cmocka_unit_test(what_is_no_answer_is_never_read_as_an_empty_page),
        cmocka_unit_test(a_401_stops_the_account),
        cmocka_unit_test(an_error_in_the_clothes_of_a_success_is_an_error),
        cmocka_unit_test(a_page_that_was_cut_off_is_not_believed),
        cmocka_unit_test(a_byte_that_is_not_utf8_costs_its_record_at_most),
        cmocka_unit_test(an_answer_to_a_seek_in_the_wrong_charset_is_none),
        cmocka_unit_test(a_full_batch_names_every_entry),
        cmocka_unit_test(the_same_batch_makes_the_same_request),
        cmocka_unit_test(what_was_refused_before_is_left_out),
        cmocka_unit_test(whatever_the_answer_every_entry_gets_its_verdict),
        cmocka_unit_test(a_seek_asks_for_a_full_batch_and_changes_nothing),
        cmocka_unit_test(an_effect_can_be_sought_by_its_head_alone),
        cmocka_unit_test(an_empty_place_says_of_nothing_that_it_is_there),
        cmocka_unit_test(an_odd_answer_is_never_taken_for_not_there),
    };
    struct err err;

    if (!hash_open(&err))
        return 1;
    return cmocka_run_group_tests_name("contract", tests, NULL, NULL);
}
