#include "harness/harness.h"

#include "core/text.h"
#include "model/codec.h"

static struct arena arena;
static struct buf line;

static int end(void **state)
{
    (void)state;
    arena_done(&arena);
    buf_done(&line);
    return 0;
}

/* ---- records with something in every field, made from the tables ---- */

#define ITEMS 2

static const char *some_text(const struct field *field, int64_t seed)
{
    return arena_format(&arena, "%s \"%lld\"\\ \t\r\n\x01 <ä€\xF0\x9F\x98\x80>", field->name,
                        (long long)seed);
}

static void fill(const struct shape *shape, void *base, int64_t seed);

static void fill_field(const struct field *field, void *base, int64_t seed)
{
    if (field->type == FIELD_TEXT) {
        *field_text(field, base) = some_text(field, seed);
    } else if (field->type == FIELD_TEXTS) {
        const char **list = arena_array(&arena, 2, sizeof *list);

        list[0] = some_text(field, seed);
        list[1] = some_text(field, seed + 1);
        *field_texts(field, base) = (struct texts){list, 2};
    } else if (field->type == FIELD_LIST) {
        char *elements = elements_new(field->element, ITEMS, &arena);

        for (size_t i = 0; i < ITEMS; i++)
            fill(field->element, elements + i * field->element->size, seed + 10 * (int64_t)i);
        *(void **)(void *)((char *)base + field->offset) = elements;
        *(size_t *)(void *)((char *)base + field->len_offset) = ITEMS;
    } else {
        *field_number(field, base) = seed;
    }
}

static void fill(const struct shape *shape, void *base, int64_t seed)
{
    for (size_t i = 0; i < shape->fields_len; i++)
        fill_field(&shape->fields[i], base, seed + (int64_t)i);
}

static struct record *full_record(enum kind kind, int64_t seed)
{
    struct record *record = record_new(kind, &arena);

    fill(shape_of(kind), record, seed);
    return record;
}

static void assert_same(const struct shape *shape, void *a, void *b);

static void assert_same_field(const struct field *field, void *a, void *b)
{
    if (field->type == FIELD_TEXT) {
        assert_true(text_same(*field_text(field, a), *field_text(field, b)));
    } else if (field->type == FIELD_TEXTS) {
        const struct texts *one = field_texts(field, a), *other = field_texts(field, b);

        assert_int_equal(one->len, other->len);
        for (size_t i = 0; i < one->len; i++)
            assert_string_equal(one->list[i], other->list[i]);
    } else if (field->type == FIELD_LIST) {
        char *one = *(void **)(void *)((char *)a + field->offset);
        char *other = *(void **)(void *)((char *)b + field->offset);
        size_t len = *(size_t *)(void *)((char *)a + field->len_offset);

        assert_int_equal(*(size_t *)(void *)((char *)b + field->len_offset), len);
        for (size_t i = 0; i < len; i++)
            assert_same(field->element, one + i * field->element->size,
                        other + i * field->element->size);
    } else {
        assert_int_equal(*field_number(field, a), *field_number(field, b));
    }
}

static void assert_same(const struct shape *shape, void *a, void *b)
{
    for (size_t i = 0; i < shape->fields_len; i++)
        assert_same_field(&shape->fields[i], a, b);
}

/* ---- there and back ---- */

static const char *line_of(const struct record *record, unsigned without)
{
    struct json_out out;

    buf_reset(&line);
    out = json_begin(&line);
    record_put(&out, record, without);
    return buf_str(&line);
}

static bool read_back(const char *text, enum kind kind, struct record **out, struct err *err)
{
    const struct node *root;

    if (!json_parse(text, strlen(text), &arena, &root, err))
        fail_msg("%s", err->text);
    return record_get(root, kind, &arena, out, err);
}

static struct record *there_and_back(const struct record *record)
{
    struct record *back;
    struct err err;

    if (!read_back(line_of(record, 0), record->kind, &back, &err))
        fail_msg("%s", err.text);
    return back;
}

static void every_field_of_every_kind_survives(void **state)
{
    static const int64_t seeds[] = {0, 1, -1000, INT64_MAX - 1000, -INT64_MAX};

    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        for (size_t s = 0; s < ARRAY_LEN(seeds); s++) {
            struct record *record = full_record((enum kind)i, seeds[s]);

            assert_same(shape_of((enum kind)i), record, there_and_back(record));
        }
    }
}

static void a_record_is_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++)
        assert_null(strpbrk(line_of(full_record((enum kind)i, 1), 0), "\r\n"));
}

static void what_is_not_said_is_not_written_and_stays_unsaid(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        struct record *record = record_new((enum kind)i, &arena);

        record->ref = "1";
        assert_same(shape_of((enum kind)i), record, there_and_back(record));
        assert_string_equal(buf_str(&line), "{\"ref\":\"1\"}");
    }
}

static void stated_empty_is_not_unsaid(void **state)
{
    struct order *order = ORDER(record_new(KIND_ORDERS, &arena));
    struct order *back;

    (void)state;
    order->head.ref = "1";
    order->number = "";
    order->weight_g = 0;
    back = ORDER(there_and_back(&order->head));
    assert_string_equal(back->number, "");
    assert_null(back->ship_to.city);
    assert_int_equal(back->weight_g, 0);
    assert_int_equal(back->total_e4, UNSAID);
}

/* The table's own words, without the help of a writer: what older staging files hold. */
static void keys_are_flat_field_names_in_any_order(void **state)
{
    struct record *record;
    struct order *order;
    struct err err;

    (void)state;
    assert_true(read_back("{\"items\":[{\"weight_g\":50,\"sku\":\"A\"},{\"quantity\":2}],"
                          "\"ship_to.city\":\"K\\u00f6ln\",\"tracking\":[\"1\",\"2\"],"
                          "\"weight_g\":3000,\"ref\":\"4711\"}",
                          KIND_ORDERS, &record, &err));
    order = ORDER(record);
    assert_string_equal(order->head.ref, "4711");
    assert_string_equal(order->ship_to.city, "Köln");
    assert_int_equal(order->weight_g, 3000);
    assert_int_equal(order->tracking.len, 2);
    assert_int_equal(order->items_len, 2);
    assert_string_equal(order->items[0].sku, "A");
    assert_int_equal(order->items[0].quantity, UNSAID);
    assert_int_equal(order->items[1].quantity, 2);
    assert_null(order->items[1].sku);
}

static void what_a_newer_version_wrote_is_passed_over(void **state)
{
    struct record *record;
    struct err err;

    (void)state;
    assert_true(read_back("{\"later\":{\"deep\":[1]},\"ref\":\"1\",\"ship_to.planet\":\"Mars\","
                          "\"items\":[{\"hue\":3,\"sku\":\"A\"}],\"Ref\":7}",
                          KIND_ORDERS, &record, &err));
    assert_string_equal(record->ref, "1");
    assert_string_equal(ORDER(record)->items[0].sku, "A");
}

static void null_is_not_said(void **state)
{
    struct record *record;
    struct err err;

    (void)state;
    assert_true(read_back("{\"ref\":\"1\",\"weight_g\":null,\"number\":null,\"items\":null,"
                          "\"tracking\":[null,\"2\"],\"tags\":null}",
                          KIND_ORDERS, &record, &err));
    assert_int_equal(ORDER(record)->weight_g, UNSAID);
    assert_null(ORDER(record)->number);
    assert_int_equal(ORDER(record)->items_len, 0);
    assert_int_equal(ORDER(record)->tracking.len, 1);
    assert_string_equal(ORDER(record)->tracking.list[0], "2");
}

/* ---- what is refused ---- */

static void assert_refused(const char *text, const char *why)
{
    struct record *record = NULL;
    struct err err = {0};

    if (read_back(text, KIND_ORDERS, &record, &err))
        fail_msg("passed: %s", text);
    assert_says(err, ERR_RECORD, why);
    assert_null(record);
}

/* A value of that row's type stands at the row's number; all others are wrong for it. */
static const char *const samples[] = {"\"x\"", "[\"x\"]", "1",    "1",    "1",
                                      "1",     "1",       "[{}]", "true", "{}"};

static bool fits(enum field_type type, size_t sample)
{
    return text_same(samples[type], samples[sample]);
}

static void assert_types_matter(enum kind kind, const struct field *field, const char *format)
{
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        AUTO(buf_done) struct buf member = {0};
        struct record *record;
        struct err err = {0};
        bool good;

        buf_format(&member, "\"%s\":%s", field->name, samples[i]);
        buf_reset(&line);
        buf_text(&line, format);
        buf_text(&line, buf_str(&member));
        buf_text(&line, strstr(format, "[{") ? "}]}" : "}");
        good = read_back(buf_str(&line), kind, &record, &err);
        if (good != fits(field->type, i))
            fail_msg("%s: %s", good ? "passed" : "refused", buf_str(&line));
        if (!good)
            assert_says(err, ERR_RECORD, field->name);
    }
}

static void a_wrong_type_is_refused_by_every_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct shape *shape = shape_of((enum kind)i);

        for (size_t f = 1; f < shape->fields_len; f++) /* 0 is ref itself */
            assert_types_matter((enum kind)i, &shape->fields[f], "{\"ref\":\"1\",");
    }
    for (size_t f = 0; f < item_shape.fields_len; f++)
        assert_types_matter(KIND_ORDERS, &item_shape.fields[f], "{\"ref\":\"1\",\"items\":[{");
}

static void what_is_no_record_is_refused(void **state)
{
    struct record *record = NULL;
    struct err err = {0};

    (void)state;
    assert_false(record_get(NULL, KIND_ORDERS, &arena, &record, &err)); /* a line that lacks it */
    assert_says(err, ERR_RECORD, "must be a JSON object");
    assert_refused("[]", "must be a JSON object");
    assert_refused("\"x\"", "must be a JSON object");
    assert_refused("null", "must be a JSON object");
    assert_refused("{}", "without ref");
    assert_refused("{\"ref\":\" \"}", "without ref");
    assert_refused("{\"ref\":null}", "without ref");
    assert_refused("{\"ref\":7}", "ref");
    assert_refused("{\"ref\":\"1\",\"items\":[7]}", "must be a JSON object");
    assert_refused("{\"ref\":\"1\",\"items\":[{\"sku\":7}]}", "sku");
    assert_refused("{\"ref\":\"1\",\"tracking\":[\"a\",7]}", "tracking");
}

static void numbers_are_whole_and_fit(void **state)
{
    (void)state;
    assert_refused("{\"ref\":\"1\",\"weight_g\":1.5}", "weight_g");
    assert_refused("{\"ref\":\"1\",\"weight_g\":1.0}", "weight_g");
    assert_refused("{\"ref\":\"1\",\"weight_g\":1e3}", "weight_g");
    assert_refused("{\"ref\":\"1\",\"weight_g\":9223372036854775808}", "weight_g");
    assert_refused("{\"ref\":\"1\",\"weight_g\":-9223372036854775808}", "weight_g"); /* UNSAID */
}

/* ---- what is left out ---- */

/* REQ-A11 */
static void nothing_private_is_written_when_it_is_left_out(void **state)
{
    struct record *record = full_record(KIND_ORDERS, 1);
    const struct shape *shape = shape_of(KIND_ORDERS);
    const char *text = line_of(record, FIELD_PRIVATE);

    (void)state;
    for (size_t i = 0; i < shape->fields_len; i++) {
        const char *key = arena_format(&arena, "\"%s\":", shape->fields[i].name);

        assert_int_equal(strstr(text, key) == NULL, (shape->fields[i].flags & FIELD_PRIVATE) != 0);
    }
    text = line_of(record, FIELD_PRIVATE | FIELD_STATUS);
    assert_null(strstr(text, "\"tags\":"));
    assert_null(strstr(text, "\"ship_to.name\":"));
    assert_non_null(strstr(text, "\"items\":"));
}

/* ---- fingerprints ---- */

static const char *print_of(const struct record *record)
{
    AUTO(buf_done) struct buf whole = {0};
    struct json_out out = json_begin(&whole);
    char hex[FINGERPRINT_HEX_SIZE];

    record_put_fingerprint(&out, record, &line, hex);
    assert_string_equal(buf_str(&whole), line_of(record, 0));
    assert_int_equal(strlen(hex), FINGERPRINT_HEX_SIZE - 1);
    assert_int_equal(strspn(hex, "0123456789abcdef"), FINGERPRINT_HEX_SIZE - 1);
    return arena_text(&arena, hex);
}

static void assert_moves(const struct record *record, const char *before, const struct field *field)
{
    bool moved = !text_same(print_of(record), before);

    if (moved == ((field->flags & FIELD_STATUS) != 0))
        fail_msg("%s %s the fingerprint", field->name, moved ? "moves" : "does not move");
}

/* REQ-Z4, REQ-B7: a change is sent again, a mere state at the source is not. */
static void the_fingerprint_moves_with_all_that_is_sent_and_with_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct shape *shape = shape_of((enum kind)i);
        struct record *record = full_record((enum kind)i, 5);
        const char *before = print_of(record);

        for (size_t f = 0; f < shape->fields_len; f++) {
            struct record *changed = record_copy(record, &arena);

            fill_field(&shape->fields[f], changed, 777);
            assert_moves(changed, before, &shape->fields[f]);
        }
    }
}

static void the_fingerprint_moves_with_every_field_of_every_item(void **state)
{
    struct order *order = ORDER(full_record(KIND_ORDERS, 5));
    const char *before = print_of(&order->head);

    (void)state;
    for (size_t f = 0; f < item_shape.fields_len; f++) {
        for (size_t i = 0; i < ITEMS; i++) {
            struct order *changed = ORDER(record_copy(&order->head, &arena));

            fill_field(&item_shape.fields[f], &changed->items[i], 777);
            assert_moves(&changed->head, before, &item_shape.fields[f]);
        }
    }
}

static void the_fingerprint_is_of_the_content_not_of_the_place(void **state)
{
    struct record *record = full_record(KIND_ORDERS, 5);
    struct order *fewer = ORDER(record_copy(record, &arena));

    (void)state;
    assert_string_equal(print_of(record), print_of(full_record(KIND_ORDERS, 5)));
    assert_string_equal(print_of(record), print_of(there_and_back(record)));
    fewer->items_len = 1;
    assert_true(!text_same(print_of(record), print_of(&fewer->head)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_field_of_every_kind_survives, end),
        cmocka_unit_test_teardown(a_record_is_one_line, end),
        cmocka_unit_test_teardown(what_is_not_said_is_not_written_and_stays_unsaid, end),
        cmocka_unit_test_teardown(stated_empty_is_not_unsaid, end),
        cmocka_unit_test_teardown(keys_are_flat_field_names_in_any_order, end),
        cmocka_unit_test_teardown(what_a_newer_version_wrote_is_passed_over, end),
        cmocka_unit_test_teardown(null_is_not_said, end),
        cmocka_unit_test_teardown(a_wrong_type_is_refused_by_every_field, end),
        cmocka_unit_test_teardown(what_is_no_record_is_refused, end),
        cmocka_unit_test_teardown(numbers_are_whole_and_fit, end),
        cmocka_unit_test_teardown(nothing_private_is_written_when_it_is_left_out, end),
        cmocka_unit_test_teardown(the_fingerprint_moves_with_all_that_is_sent_and_with_nothing_else,
                                  end),
        cmocka_unit_test_teardown(the_fingerprint_moves_with_every_field_of_every_item, end),
        cmocka_unit_test_teardown(the_fingerprint_is_of_the_content_not_of_the_place, end),
    };

    return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
