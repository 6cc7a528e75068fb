#include "harness/harness.h"

#include "wire/json.h"

static const struct node *parsed(struct arena *arena, const char *json)
{
    const struct node *node = NULL;
    struct err err = {0};

    if (!json_parse(json, strlen(json), arena, &node, &err))
        fail_msg("%s: %s", json, err.text);
    return node;
}

static void assert_refused(const char *json, size_t len, const char *words)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node untouched = {0}, *node = &untouched;
    struct err err = {0};

    assert_false(json_parse(json, len, &arena, &node, &err));
    assert_says(err, ERR_RECORD, words);
    assert_ptr_equal(node, &untouched);
}

#define assert_refused_text(json, words) assert_refused(json, strlen(json), words)

static void every_type_becomes_its_node(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root =
        parsed(&arena, " {\"n\":null,\"t\":true,\"f\":false,\"s\":\"x\",\"l\":[1,[]],\"m\":{}} ");

    (void)state;
    assert_int_equal(root->type, NODE_MAP);
    assert_int_equal(node_at(root, "n")->type, NODE_NULL);
    assert_int_equal(node_at(root, "t")->type, NODE_BOOL);
    assert_string_equal(node_text(root, "t"), "true");
    assert_string_equal(node_text(root, "f"), "false");
    assert_int_equal(node_at(root, "s")->type, NODE_TEXT);
    assert_int_equal(node_at(root, "l")->type, NODE_LIST);
    assert_int_equal(node_at(root, "l")->child->type, NODE_NUMBER);
    assert_int_equal(node_at(root, "l")->last->type, NODE_LIST);
    assert_int_equal(node_at(root, "m")->type, NODE_MAP);
    assert_null(node_at(root, "m")->child);
}

static void numbers_keep_their_text(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = parsed(&arena, "[12.50,-0,9007199254740993,1e400,0.1000]");
    static const char *const texts[] = {"12.50", "-0", "9007199254740993", "1e400", "0.1000"};
    size_t i = 0;

    (void)state;
    for (const struct node *n = root->child; n; n = n->next)
        assert_string_equal(n->text, texts[i++]);
    assert_int_equal(i, ARRAY_LEN(texts));
}

static void a_value_need_not_be_a_map(void **state)
{
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    assert_string_equal(parsed(&arena, "12")->text, "12");
    assert_string_equal(parsed(&arena, "\"\"")->text, "");
    assert_string_equal(parsed(&arena, "\xEF\xBB\xBF\"behind a BOM\"")->text, "behind a BOM");
}

static void escapes_become_characters(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root =
        parsed(&arena, "{\"\\u00dcber\":\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fc\\ud83d\\ude00z\"}");

    (void)state;
    assert_string_equal(node_text(root, "Über"), "a\"\\/\b\f\n\r\tü😀z");
}

static void a_long_text_with_escapes_is_kept_whole(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    AUTO(buf_done) struct buf json = {0};
    const struct node *root;

    (void)state;
    buf_char(&json, '"');
    for (int i = 0; i < 10000; i++)
        buf_text(&json, "x\\n");
    buf_char(&json, '"');
    root = parsed(&arena, buf_str(&json));
    assert_int_equal(strlen(root->text), 20000);
    assert_string_equal(root->text + 19996, "x\nx\n");
}

static void of_equal_keys_the_first_is_found(void **state)
{
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    assert_string_equal(node_text(parsed(&arena, "{\"a\":1,\"A\":2,\"a\":3}"), "a"), "1");
}

static void what_is_not_one_whole_value_is_refused(void **state)
{
    (void)state;
    assert_refused_text("", "premature EOF");
    assert_refused_text("   ", "premature EOF");
    assert_refused_text("{\"a\":[1,2", "premature EOF at byte 9");
    assert_refused_text("\"half", "premature EOF");
    assert_refused_text("{} {}", "trailing garbage");
    assert_refused_text("{}x", "at byte");
    assert_refused_text("{\"a\":1,}", "at byte");
    assert_refused_text("[01]", "at byte");
    assert_refused_text("{a:1}", "at byte");
    assert_refused_text("// no\n{}", "at byte");
    assert_refused_text("<html><body>Service unavailable</body></html>", "at byte 1");
}

static void only_sound_text_passes(void **state)
{
    static const char nul[] = "\"a\0b\"";

    (void)state;
    assert_refused(nul, sizeof nul - 1, "not UTF-8");
    assert_refused_text("\"\xFC\"", "not UTF-8");
    assert_refused_text("\"\xC0\xAF\"", "not UTF-8");
    assert_refused_text("{\"\xED\xA0\x80\":1}", "not UTF-8");
    assert_refused_text("\"\\u0000\"", "\\u0000");
    assert_refused_text("{\"a\\u0000\":1}", "\\u0000");
    assert_refused_text("\"\\udc00\"", "surrogate");
    assert_refused_text("\"line\nfeed\"", "at byte");
}

static void nesting_is_bounded(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    char json[TREE_DEPTH_MAX * 2 + 3];
    const struct node *node = NULL;
    struct err err = {0};

    (void)state;
    memset(json, '[', TREE_DEPTH_MAX);
    memset(json + TREE_DEPTH_MAX, ']', TREE_DEPTH_MAX);
    assert_true(json_parse(json, (size_t)TREE_DEPTH_MAX * 2, &arena, &node, &err));
    memset(json, '[', TREE_DEPTH_MAX + 1);
    memset(json + TREE_DEPTH_MAX + 1, ']', TREE_DEPTH_MAX + 1);
    assert_refused(json, (size_t)TREE_DEPTH_MAX * 2 + 2, "too deeply");
}

static void no_error_text_holds_what_the_input_said(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    static const char json[] = "{\"name\":\"Erika Mustermann\" \"oops\"}";
    const struct node *node = NULL;
    struct err err = {0};

    (void)state;
    assert_false(json_parse(json, strlen(json), &arena, &node, &err));
    assert_null(strstr(err.text, "Erika"));
    assert_null(strchr(err.text, '\n'));
}

static void a_parsed_line_costs_no_more_memory_when_the_arena_is_rewound(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    size_t held = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        arena_reset(&arena);
        (void)parsed(&arena,
                     "{\"ref\":\"4711\",\"city\":\"K\\u00f6ln\",\"items\":[{\"sku\":\"a\"}]}");
        if (!held)
            held = arena_held(&arena);
    }
    assert_int_equal(arena_held(&arena), held);
}

static void the_writer_sets_commas_and_colons(void **state)
{
    AUTO(buf_done) struct buf buf = {0};
    struct json_out out = json_begin(&buf);

    (void)state;
    json_map(&out);
    json_field(&out, "ref", "4711");
    json_field(&out, "gone", NULL);
    json_field_int(&out, "weight_g", 3000);
    json_field_int(&out, "unsaid", UNSAID);
    json_key(&out, "items");
    json_list(&out);
    json_map(&out);
    json_map_end(&out);
    json_map(&out);
    json_key(&out, "price");
    json_decimal(&out, 125000, 4, 2);
    json_key(&out, "tax");
    json_decimal_text(&out, 190000, 4, 2);
    json_map_end(&out);
    json_int(&out, -7);
    json_list(&out);
    json_list_end(&out);
    json_list_end(&out);
    json_key(&out, "yes");
    json_bool(&out, true);
    json_key(&out, "no");
    json_bool(&out, false);
    json_key(&out, "none");
    json_text(&out, NULL);
    json_key(&out, "raw");
    json_raw(&out, "[1,2]");
    json_map_end(&out);
    assert_string_equal(buf_str(&buf),
                        "{\"ref\":\"4711\",\"weight_g\":3000,\"items\":[{},{\"price\":12.50,"
                        "\"tax\":\"19.00\"},-7,[]],\"yes\":true,\"no\":false,\"none\":null,"
                        "\"raw\":[1,2]}");
}

static void what_is_written_reads_back(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    AUTO(buf_done) struct buf buf = {0};
    char text[200];

    (void)state;
    for (size_t at = 0; at < 40; at++) {
        for (int c = 1; c < 128; c++) {
            memset(text, 'x', sizeof text);
            text[at] = (char)c;
            text[40] = '\0';
            buf_reset(&buf);
            arena_reset(&arena);
            json_put_text(&buf, text);
            assert_string_equal(parsed(&arena, buf_str(&buf))->text, text);
        }
    }
}

static void text_beyond_ascii_is_written_as_it_is(void **state)
{
    AUTO(buf_done) struct buf buf = {0};

    (void)state;
    json_put_text(&buf, "Grüße 😀 \"x\"\n\x01\x7F");
    assert_string_equal(buf_str(&buf), "\"Grüße 😀 \\\"x\\\"\\n\\u0001\x7F\"");
}

static void a_full_buffer_is_told_and_harmless(void **state)
{
    AUTO(buf_done) struct buf buf = {.max = 10};
    struct json_out out = json_begin(&buf);
    struct err err = {0};

    (void)state;
    json_map(&out);
    json_field(&out, "a", "longer than ten bytes");
    json_map_end(&out);
    assert_false(buf_whole(&buf, "the request", &err));
    assert_says(err, ERR_RECORD, "10 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_becomes_its_node),
        cmocka_unit_test(numbers_keep_their_text),
        cmocka_unit_test(a_value_need_not_be_a_map),
        cmocka_unit_test(escapes_become_characters),
        cmocka_unit_test(a_long_text_with_escapes_is_kept_whole),
        cmocka_unit_test(of_equal_keys_the_first_is_found),
        cmocka_unit_test(what_is_not_one_whole_value_is_refused),
        cmocka_unit_test(only_sound_text_passes),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(no_error_text_holds_what_the_input_said),
        cmocka_unit_test(a_parsed_line_costs_no_more_memory_when_the_arena_is_rewound),
        cmocka_unit_test(the_writer_sets_commas_and_colons),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(text_beyond_ascii_is_written_as_it_is),
        cmocka_unit_test(a_full_buffer_is_told_and_harmless),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
