#include "harness/harness.h"

#include "core/text.h"
#include "model/record.h"

static struct arena arena;

static int arena_end(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

#define in_arena(test) cmocka_unit_test_teardown(test, arena_end)

static size_t size_in_struct(const struct field *field)
{
    return field->type == FIELD_TEXTS || field->type == FIELD_LIST ? 16 : 8;
}

static size_t size_of_fields(const struct shape *shape)
{
    size_t sum = 0;

    for (size_t i = 0; i < shape->fields_len; i++)
        sum += size_in_struct(&shape->fields[i]);
    return sum;
}

static void every_kind_has_a_name_that_finds_it(void **state)
{
    enum kind kind;

    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        assert_true(kind_from_name(kind_name((enum kind)i), &kind));
        assert_int_equal(kind, i);
    }
    kind = KIND_MARKS;
    assert_false(kind_from_name("parcels", &kind));
    assert_false(kind_from_name("", &kind));
    assert_false(kind_from_name(NULL, &kind));
    assert_int_equal(kind, KIND_MARKS);
}

/* What others refer to first, what follows from an order after it. */
static void kinds_stand_in_the_order_in_which_a_load_works(void **state)
{
    (void)state;
    assert_true(KIND_ARTICLES < KIND_ORDERS);
    assert_true(KIND_SHIPMENTS < KIND_ORDERS);
    assert_true(KIND_ORDERS < KIND_CANCELS);
    assert_true(KIND_SHIPMENTS < KIND_MARKS);
}

/* A member without a row would silently never be staged. */
static void no_member_is_forgotten_by_its_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct shape *shape = shape_of((enum kind)i);

        if (offsetof(struct record, ref) + size_of_fields(shape) != shape->size)
            fail_msg("the table of %s and its struct differ", shape->name);
    }
    assert_int_equal(size_of_fields(&item_shape), sizeof(struct item));
}

static void assert_rows_are_apart(const struct shape *shape)
{
    for (size_t i = 0; i < shape->fields_len; i++) {
        const struct field *field = &shape->fields[i];

        assert_ptr_equal(field_find(shape, field->name), field); /* the first of its name */
        assert_true(field->offset + size_in_struct(field) <= shape->size);
        assert_true(field->help && *field->help);
        for (size_t j = 0; j < i; j++)
            assert_true(shape->fields[j].offset != field->offset);
    }
}

static void every_row_has_a_name_a_place_and_help_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++)
        assert_rows_are_apart(shape_of((enum kind)i));
    assert_rows_are_apart(&item_shape);
}

static void a_field_is_found_by_its_whole_name(void **state)
{
    const struct shape *order = shape_of(KIND_ORDERS);

    (void)state;
    assert_int_equal(field_find(order, "ship_to.city")->offset,
                     offsetof(struct order, ship_to.city));
    assert_int_equal(field_find(order, "items")->len_offset, offsetof(struct order, items_len));
    assert_ptr_equal(field_find(order, "items")->element, &item_shape);
    assert_null(field_find(order, "ship_to"));
    assert_null(field_find(order, "City"));
    assert_null(field_find(order, ""));
}

/* REQ-A11: what names a person is marked, so that no report or log can take it by accident. */
static void all_of_an_address_but_its_country_is_private(void **state)
{
    const struct shape *order = shape_of(KIND_ORDERS);
    size_t marked = 0;

    (void)state;
    for (size_t i = 0; i < order->fields_len; i++) {
        const struct field *field = &order->fields[i];
        bool of_address = text_starts_nocase(field->name, "ship_to.");
        bool is_country = text_same(field->name, "ship_to.country");

        assert_int_equal((field->flags & FIELD_PRIVATE) != 0, of_address && !is_country);
        marked += of_address;
    }
    assert_int_equal(marked * sizeof(char *), sizeof(struct address));
}

static void of_a_new_record_nothing_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct shape *shape = shape_of((enum kind)i);
        struct record *record = record_new((enum kind)i, &arena);

        assert_int_equal(record->kind, i);
        for (size_t f = 0; f < shape->fields_len; f++) {
            const struct field *field = &shape->fields[f];

            assert_true(field_is_empty(field, record));
            if (field_is_number(field))
                assert_int_equal(*field_number(field, record), UNSAID);
            else if (field->type == FIELD_TEXT)
                assert_null(*field_text(field, record));
        }
    }
}

static void of_new_items_nothing_is_said(void **state)
{
    struct item *items = items_new(3, &arena);

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t f = 0; f < item_shape.fields_len; f++)
            assert_true(field_is_empty(&item_shape.fields[f], &items[i]));
    assert_int_equal(items[2].quantity, UNSAID);
    assert_non_null(items_new(0, &arena));
}

static void what_is_blank_is_empty_and_zero_is_not(void **state)
{
    static const char *const blanks[] = {" ", NULL, ""};
    static const char *const one[] = {"", "JJD0001"};
    struct order *order = ORDER(record_new(KIND_ORDERS, &arena));
    const struct shape *shape = shape_of(KIND_ORDERS);

    (void)state;
    order->number = " \xC2\xA0";
    assert_true(field_is_empty(field_find(shape, "number"), order));
    order->number = "0";
    assert_false(field_is_empty(field_find(shape, "number"), order));
    order->weight_g = 0;
    assert_false(field_is_empty(field_find(shape, "weight_g"), order));
    order->tracking = (struct texts){blanks, ARRAY_LEN(blanks)};
    assert_true(field_is_empty(field_find(shape, "tracking"), order));
    order->tracking = (struct texts){one, ARRAY_LEN(one)};
    assert_false(field_is_empty(field_find(shape, "tracking"), order));
    order->items = items_new(1, &arena);
    assert_true(field_is_empty(field_find(shape, "items"), order));
    order->items_len = 1;
    assert_false(field_is_empty(field_find(shape, "items"), order));
}

static void a_copy_may_be_changed_without_touching_the_original(void **state)
{
    struct order *order = ORDER(record_new(KIND_ORDERS, &arena));
    struct order *copy;

    (void)state;
    order->head.ref = "4711";
    order->ship_to.city = "Köln";
    order->items = items_new(2, &arena);
    order->items_len = 2;
    order->items[0].sku = "A";
    order->items[1].weight_g = 50;
    copy = ORDER(record_copy(&order->head, &arena));
    assert_int_equal(copy->head.kind, KIND_ORDERS);
    assert_string_equal(copy->ship_to.city, "Köln");
    assert_int_equal(copy->items_len, 2);
    assert_string_equal(copy->items[0].sku, "A");
    copy->ship_to.city = "Bonn";
    copy->items[0].sku = "B";
    copy->items[1].weight_g = 70;
    copy->items_len = 1;
    assert_string_equal(order->ship_to.city, "Köln");
    assert_string_equal(order->items[0].sku, "A");
    assert_int_equal(order->items[1].weight_g, 50);
    assert_int_equal(order->items_len, 2);
}

static void any_kind_can_be_copied(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        struct record *record = record_new((enum kind)i, &arena);
        struct record *copy;

        record->ref = "4711";
        copy = record_copy(record, &arena);
        assert_ptr_not_equal(copy, record);
        assert_int_equal(copy->kind, i);
        assert_string_equal(copy->ref, "4711");
        copy->ref = "other";
        assert_string_equal(record->ref, "4711");
    }
}

/* Every text of every kind, the items' too. */
static void a_damaged_text_is_found_by_its_name_in_any_field(void **state)
{
    static const char *const damaged[] = {"whole", "K\uFFFDln"};

    (void)state;
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        const struct shape *shape = shape_of((enum kind)kind);

        for (size_t i = 0; i < shape->fields_len; i++) {
            const struct field *field = &shape->fields[i];
            struct record *record = record_new((enum kind)kind, &arena);

            assert_null(record_damage(record));
            if (field->type == FIELD_TEXT)
                *field_text(field, record) = damaged[1];
            else if (field->type == FIELD_TEXTS)
                *field_texts(field, record) = (struct texts){damaged, ARRAY_LEN(damaged)};
            else
                continue;
            assert_string_equal(record_damage(record), field->name);
        }
    }
}

static void a_damaged_item_damages_its_order(void **state)
{
    struct order *order = ORDER(record_new(KIND_ORDERS, &arena));

    (void)state;
    order->items = items_new(2, &arena);
    order->items_len = 2;
    order->items[0].title = "M\xC3\xBCtze";
    assert_null(record_damage(&order->head));
    order->items[1].title = "M\uFFFDtze";
    assert_string_equal(record_damage(&order->head), "title");
    order->items_len = 1;
    assert_null(record_damage(&order->head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_arena(every_kind_has_a_name_that_finds_it),
        in_arena(kinds_stand_in_the_order_in_which_a_load_works),
        in_arena(no_member_is_forgotten_by_its_table),
        in_arena(every_row_has_a_name_a_place_and_help_of_its_own),
        in_arena(a_field_is_found_by_its_whole_name),
        in_arena(all_of_an_address_but_its_country_is_private),
        in_arena(of_a_new_record_nothing_is_said),
        in_arena(of_new_items_nothing_is_said),
        in_arena(what_is_blank_is_empty_and_zero_is_not),
        in_arena(a_damaged_text_is_found_by_its_name_in_any_field),
        in_arena(a_damaged_item_damages_its_order),
        in_arena(a_copy_may_be_changed_without_touching_the_original),
        in_arena(any_kind_can_be_copied),
    };

    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
