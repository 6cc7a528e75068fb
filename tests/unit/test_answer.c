/* test_answer.c: what bytes that are not UTF-8 cost, in JSON and in XML, in a feed's page and
 * elsewhere. */
#include "harness/harness.h"

#include "connector/connector.h"
#include "connector/fields.h"
#include "core/text.h"

struct page {
    struct arena arena;
    struct response response;
    struct intake intake;
    struct err err;
};

/* Every entry is a mark: its id and what it says. */
static bool read_marks(const struct account *account, const struct response *response,
                       const char *cursor, struct intake *out, struct err *err)
{
    const struct node *list = node_at(response->root, "list");
    bool is_xml = list && list->type == NODE_MAP;
    const struct node *entry = node_first(list, is_xml ? "entry" : NULL);

    (void)account;
    if (cursor)
        return err_set(err, ERR_SYSTEM, "no such page");
    for (; entry; entry = node_next(entry)) {
        struct record *record = record_new(KIND_MARKS, out->arena);

        record->ref = record_ref(record, node_text(entry, "id"), entry, out->arena);
        MARK(record)->tag = node_text(entry, "tag");
        intake_add(out, record, entry);
    }
    return true;
}

static const struct feed marks = {.kind = KIND_MARKS, .read = read_marks};

static bool parses(struct page *page, enum format format, const char *body, bool forgives)
{
    page->response = (struct response){.arena = &page->arena};
    return answer_parse(format, body, strlen(body), &page->arena, &page->response.root,
                        forgives ? &page->response.damaged : NULL, &page->err);
}

static bool reads(struct page *page, enum format format, const char *body)
{
    page->intake = (struct intake){.arena = &page->arena, .claimed = UNSAID};
    return parses(page, format, body, true) &&
           feed_read(&marks, NULL, &page->response, NULL, &page->intake, &page->err);
}

static const char *flaw(const struct page *page, size_t at)
{
    assert_true(at < page->intake.records_len);
    return page->intake.records[at]->flaw;
}

#define JSON(a, b) "{\"list\":[{\"id\":1,\"tag\":\"" a "\"},{\"id\":2,\"tag\":\"" b "\"}]}"
#define XML(a, b)                                                                                  \
    "<r><list><entry><id>1</id><tag>" a "</tag></entry><entry><id>2</id><tag>" b                   \
    "</tag></entry></list></r>"

/* REQ-Z3 */
static void a_damaged_text_is_the_flaw_of_its_record_alone(void **state)
{
    static const struct {
        enum format format;
        const char *body;
    } pages[] = {
        {FORMAT_JSON, JSON("good", "b\xE4"
                                   "d")},
        {FORMAT_XML, XML("good", "b\xE4"
                                 "d")},
        {FORMAT_XML, "<?xml version='1.0' encoding='utf-8'?>" XML("good", "<![CDATA[\xFF]]>")},
        {FORMAT_XML, "\xEF\xBB\xBF" XML("good", "control \x01 and \xFF")},
        {FORMAT_JSON, JSON("good", "long since b\uFFFDd")},
        {FORMAT_XML, XML("good", "long since b\uFFFDd")},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        struct page page = {0};

        if (!reads(&page, pages[i].format, pages[i].body))
            fail_msg("page %zu: %s", i, page.err.text);
        assert_int_equal(page.intake.records_len, 2);
        assert_null(flaw(&page, 0));
        assert_non_null(strstr(flaw(&page, 1), "'tag' holds bytes that are not UTF-8"));
        assert_string_equal(page.intake.records[1]->flaw_code, FLAW_DAMAGED);
        arena_done(&page.arena);
    }
}

/* It may have decided one of the fields. */
static void what_no_field_holds_counts_too_when_it_was_damaged_here(void **state)
{
    struct page page = {0};

    (void)state;
    assert_true(
        reads(&page, FORMAT_JSON, "{\"list\":[{\"id\":1,\"kind\":[\"\xE4\"]},{\"id\":2}]}"));
    assert_non_null(flaw(&page, 0));
    assert_null(flaw(&page, 1));
    assert_true(
        reads(&page, FORMAT_JSON, "{\"list\":[{\"id\":1,\"kind\":\"\uFFFD\"},{\"id\":2}]}"));
    assert_null(flaw(&page, 0));
    arena_done(&page.arena);
}

static void damage_outside_of_the_records_refuses_the_page(void **state)
{
    struct page page = {0};

    (void)state;
    assert_false(reads(&page, FORMAT_JSON, "{\"next\":\"?\xE4=2\",\"list\":[{\"id\":1}]}"));
    assert_int_equal(page.err.kind, ERR_SYSTEM);
    assert_non_null(strstr(page.err.text, "not in a record"));
    assert_false(reads(&page, FORMAT_XML, "<r><more>\xE4</more><list><entry/></list></r>"));
    assert_true(reads(&page, FORMAT_JSON, "{\"next\":\"\uFFFD\",\"list\":[{\"id\":1}]}"));
    arena_done(&page.arena);
}

static void a_damaged_name_refuses_the_page(void **state)
{
    struct page page = {0};

    (void)state;
    assert_false(reads(&page, FORMAT_JSON, "{\"list\":[{\"id\":1,\"t\xE4g\":\"a\"}]}"));
    assert_non_null(strstr(page.err.text, "a name in it"));
    assert_false(reads(&page, FORMAT_XML, "<r><list><entry><t\xE4g/></entry></list></r>"));
    assert_false(reads(&page, FORMAT_XML, "<r><list><entry><tag>a</t\xE4g></entry></list></r>"));
    arena_done(&page.arena);
}

static void another_encoding_is_never_taken_for_damage(void **state)
{
    struct page page = {0};

    (void)state;
    assert_true(reads(&page, FORMAT_XML,
                      "<?xml version='1.0' encoding='ISO-8859-1'?>" XML("K\xF6ln", "b")));
    assert_null(flaw(&page, 0));
    assert_string_equal(MARK_OF(page.intake.records[0])->tag, "Köln");
    assert_false(reads(&page, FORMAT_XML,
                       "<?xml version='1.0' encoding='windows-1252'?>" XML("K\xF6ln\x81", "b")));
    arena_done(&page.arena);
}

/* What cannot be read of an answer to a seek or a write is not known to be absent. */
static void who_does_not_forgive_gets_no_tree(void **state)
{
    struct page page = {0};

    (void)state;
    assert_false(parses(&page, FORMAT_JSON,
                        JSON("good", "b\xE4"
                                     "d"),
                        false));
    assert_false(parses(&page, FORMAT_XML,
                        XML("good", "b\xE4"
                                    "d"),
                        false));
    assert_true(parses(&page, FORMAT_JSON, JSON("good", "bad"), false));
    arena_done(&page.arena);
}

static void what_is_broken_otherwise_stays_refused(void **state)
{
    struct page page = {0};

    (void)state;
    assert_false(reads(&page, FORMAT_JSON, "{\"list\":[{\"id\":1,\"tag\":\"\xE4\"}"));
    assert_non_null(strstr(page.err.text, "not the JSON"));
    assert_false(reads(&page, FORMAT_XML, "<r><list><entry>\xE4</list></r>"));
    page.intake = (struct intake){.arena = &page.arena};
    assert_true(parses(&page, FORMAT_JSON, JSON("a", "b"), true));
    assert_false(feed_read(&marks, NULL, &page.response, "2", &page.intake, &page.err));
    assert_string_equal(page.err.text, "no such page");
    arena_done(&page.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_text_is_the_flaw_of_its_record_alone),
        cmocka_unit_test(what_no_field_holds_counts_too_when_it_was_damaged_here),
        cmocka_unit_test(damage_outside_of_the_records_refuses_the_page),
        cmocka_unit_test(a_damaged_name_refuses_the_page),
        cmocka_unit_test(another_encoding_is_never_taken_for_damage),
        cmocka_unit_test(who_does_not_forgive_gets_no_tree),
        cmocka_unit_test(what_is_broken_otherwise_stays_refused),
    };

    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
