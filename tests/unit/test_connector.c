/* test_connector.c: the registry, and what connectors are built with. */
#include "harness/harness.h"

#include "connector/connector.h"
#include "core/text.h"

static const struct connector plain = {.name = "plain"};
static const struct account at_plain = {
    .name = "a", .connector = &plain, .url = "https://api.example.com"};

static struct request new_request(struct arena *arena)
{
    return (struct request){.arena = arena};
}

static void request_done(struct request *request)
{
    buf_done(&request->url);
    buf_done(&request->body);
}

static void every_registered_system_is_found_by_its_name(void **state)
{
    size_t count = 0;

    (void)state;
    for (const struct connector *const *at = connectors(); *at; at++, count++)
        assert_ptr_equal(connector_find((*at)->name), *at);
    assert_true(count >= 2);
    assert_null(connector_find("Afterbuy"));
    assert_null(connector_find(""));
}

static bool no_write(const struct account *account, struct batch *batch, struct request *out,
                     struct err *err)
{
    (void)account;
    (void)batch;
    (void)out;
    return err_set(err, ERR_RECORD, "no");
}

/* REQ-Z1 */
static void a_sink_of_a_variant_is_there_only_when_it_was_chosen(void **state)
{
    static const struct option options[] = {
        {.name = "api", .type = OPTION_CHOICE, .choices = "old|new"}, {0}};
    static const struct sink sinks[] = {
        {.kind = KIND_ORDERS, .variant = "old", .batch_max = 1, .write = no_write},
        {.kind = KIND_ORDERS, .variant = "new", .batch_max = 2, .write = no_write},
        {.kind = KIND_ARTICLES, .batch_max = 3, .write = no_write},
        {0},
    };
    static const struct connector two = {
        .options = options, .variant_option = "api", .sinks = sinks};
    const char *const values[] = {"new", NULL};
    struct account account = {.connector = &two,
                              .settings = {.options = options, .values = values}};

    (void)state;
    assert_int_equal(sink_of(&account, KIND_ORDERS)->batch_max, 2);
    assert_int_equal(sink_of(&account, KIND_ARTICLES)->batch_max, 3);
    assert_null(sink_of(&account, KIND_STOCK));
    assert_null(feed_of(&account, KIND_ORDERS));
    assert_null(sink_of(&at_plain, KIND_ORDERS));
}

static void parameters_are_encoded_and_missing_ones_left_out(void **state)
{
    struct arena arena = {0};
    struct request request = new_request(&arena);

    (void)state;
    request_begin(&request, HTTP_GET, "GET /x", &at_plain, "/v1/x");
    request_parameter(&request, "a", NULL);
    request_parameter(&request, "a", "J&J=1+2 ü");
    request_parameter(&request, "b", "");
    assert_string_equal(buf_str(&request.url),
                        "https://api.example.com/v1/x?a=J%26J%3D1%2B2%20%C3%BC&b=");
    assert_false(request.changes);
    request_done(&request);
    arena_done(&arena);
}

static void a_request_can_be_begun_again(void **state)
{
    struct arena arena = {0};
    struct request request = new_request(&arena);

    (void)state;
    request_begin(&request, HTTP_POST, "POST /x", &at_plain, "/x?y=1");
    request_header(&request, "A", "1");
    request_parameter(&request, "z", "2");
    buf_text(&request.body, "old");
    request.changes = true;
    assert_string_equal(buf_str(&request.url), "https://api.example.com/x?y=1&z=2");
    request_begin(&request, HTTP_GET, "GET /y", &at_plain, "/y");
    assert_string_equal(buf_str(&request.url), "https://api.example.com/y");
    assert_int_equal(request.body.len, 0);
    assert_int_equal(request.headers_len, 0);
    assert_null(request.headers[0].name);
    assert_false(request.changes);
    request_done(&request);
    arena_done(&arena);
}

static void an_intake_grows(void **state)
{
    struct arena arena = {0};
    struct intake intake = {.arena = &arena};
    struct record *records[500];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(records); i++) {
        records[i] = record_new(KIND_MARKS, &arena);
        intake_add(&intake, records[i], NULL);
    }
    intake_next(&intake, "2");
    assert_int_equal(intake.records_len, ARRAY_LEN(records));
    for (size_t i = 0; i < ARRAY_LEN(records); i++)
        assert_ptr_equal(intake.records[i], records[i]);
    assert_int_equal(intake.next_len, 1);
    arena_done(&arena);
}

static void findings_beyond_the_list_are_dropped(void **state)
{
    struct findings findings = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(findings.list) + 3; i++)
        findings_add(&findings, FINDING_WARN, "x", NULL);
    assert_int_equal(findings.len, ARRAY_LEN(findings.list));
    assert_int_equal(findings.list[0].grade, FINDING_WARN);
}

static void a_verdict_for_the_batch_leaves_refusals_alone(void **state)
{
    struct entry entries[2] = {{.key = "a"}, {.key = "b"}};
    struct batch batch = {.entries = entries, .len = 2};

    (void)state;
    entry_settle(&entries[0], VERDICT_REFUSED, "why", "because");
    batch_settle(&batch, VERDICT_UNSURE, NULL, "text");
    assert_int_equal(entries[0].verdict, VERDICT_REFUSED);
    assert_string_equal(entries[0].text, "because");
    assert_int_equal(entries[1].verdict, VERDICT_UNSURE);
    assert_false(entry_is_written(&entries[0]));
    assert_true(entry_is_written(&entries[1]));
}

static void the_status_alone_tells_who_is_to_blame(void **state)
{
    static const struct {
        int status;
        enum err_kind kind;
    } cases[] = {{200, ERR_NONE},   {204, ERR_NONE},   {301, ERR_SYSTEM}, {400, ERR_RECORD},
                 {401, ERR_SYSTEM}, {402, ERR_SYSTEM}, {403, ERR_SYSTEM}, {404, ERR_RECORD},
                 {407, ERR_SYSTEM}, {408, ERR_RETRY},  {429, ERR_RETRY},  {500, ERR_RETRY},
                 {503, ERR_RETRY}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct response response = {.status = cases[i].status};
        struct err err = {0};

        assert_int_equal(judge_status(&response, &err), cases[i].kind);
        assert_int_equal(err.kind, cases[i].kind);
    }
}

static void a_remark_quotes_nothing_of_ours(void **state)
{
    static const struct {
        const char *said, *shown;
    } cases[] = {
        {"\"Hans Meier\" is not a valid name.", "\"...\" is not a valid name."},
        {"invalid choice: 'Königsweg 3', isn't known", "invalid choice: '...', isn't known"},
        {"The address hans.meier@example.com seems invalid", "The address ... seems invalid"},
        {"to:<hans@example.com>;x", "to:<...>;x"},
        {"don't and can't", "don't and can't"},
        {"an open \" stays", "an open \" stays"},
        {"two\r\nlines\tand \x01", "two  lines and  "},
        {NULL, ""},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(buf_done) struct buf out = {0};

        remark_put(&out, cases[i].said);
        assert_string_equal(buf_str(&out), cases[i].shown);
    }
}

static void a_long_remark_is_cut_between_characters(void **state)
{
    AUTO(buf_done) struct buf heard = {0};
    AUTO(buf_done) struct buf out = {0};

    (void)state;
    buf_text(&heard, "x");
    for (int i = 0; i < 400; i++)
        buf_text(&heard, "ü");
    buf_text(&out, "before: ");
    remark_put(&out, buf_str(&heard));
    assert_true(out.len <= strlen("before: ") + REMARK_MAX);
    assert_true(utf8_valid(buf_str(&out), out.len));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_registered_system_is_found_by_its_name),
        cmocka_unit_test(a_sink_of_a_variant_is_there_only_when_it_was_chosen),
        cmocka_unit_test(parameters_are_encoded_and_missing_ones_left_out),
        cmocka_unit_test(a_request_can_be_begun_again),
        cmocka_unit_test(an_intake_grows),
        cmocka_unit_test(findings_beyond_the_list_are_dropped),
        cmocka_unit_test(a_verdict_for_the_batch_leaves_refusals_alone),
        cmocka_unit_test(the_status_alone_tells_who_is_to_blame),
        cmocka_unit_test(a_remark_quotes_nothing_of_ours),
        cmocka_unit_test(a_long_remark_is_cut_between_characters),
    };

    return cmocka_run_group_tests_name("connector", tests, NULL, NULL);
}
