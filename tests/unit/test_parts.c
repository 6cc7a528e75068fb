/* test_parts.c: a bundle in an order becomes its parts, and their prices add up to the cent; no two
 * articles are one. */
#include "harness/aid.h"
#include "harness/harness.h"

#include "core/text.h"
#include "plan/mapping.h"

#include <inttypes.h>

#define HEADER "field,op,value,when,note\n"

static struct arena arena;

/* ---- a catalogue ---- */

static struct part tea_set[] = {{"1", "CUP", 2}, {"2", "POT", 1}, {"1", "CUP", 1}};
static struct part strange[] = {{"9", "NONE", 1}};
static struct part nothing[] = {{"1", "CUP", 0}};
static struct part costless[] = {{"1", "CUP", 1}, {"3", "GIFT", 2}};

static const struct article articles[] = {
    {.head = {.ref = "1"}, .sku = "CUP", .ean = "40", .weight_g = 200, .price_e4 = 50000},
    {.head = {.ref = "2"}, .sku = "POT", .ean = "41", .weight_g = 900, .price_e4 = 199900},
    {.head = {.ref = "3"}, .sku = "GIFT", .weight_g = 10, .price_e4 = UNSAID},
    {.head = {.ref = "10"}, .sku = "SET", .parts = tea_set, .parts_len = 3},
    {.head = {.ref = "11"}, .sku = "ODD", .parts = strange, .parts_len = 1},
    {.head = {.ref = "12"}, .sku = "NIL", .parts = nothing, .parts_len = 1},
    {.head = {.ref = "13"}, .sku = "MIX", .parts = costless, .parts_len = 2},
};

static bool find(void *context, const struct item *item, struct arena *into,
                 const struct article **out, struct err *err)
{
    (void)into;
    *out = NULL;
    if (--*(int *)context == 0)
        return err_set(err, ERR_STORE, "the ledger is damaged");
    for (size_t i = 0; i < ARRAY_LEN(articles); i++)
        if (text_same(articles[i].sku, item->sku))
            *out = &articles[i];
    return true;
}

static bool owner(void *context, const char *field, const char *value, struct arena *into,
                  const char **out, struct err *err)
{
    (void)into;
    *out = NULL;
    if (--*(int *)context == 0)
        return err_set(err, ERR_STORE, "the ledger is damaged");
    for (size_t i = 0; i < ARRAY_LEN(articles); i++)
        if (text_same(text_same(field, "sku") ? articles[i].sku : articles[i].ean, value))
            *out = articles[i].head.ref;
    return true;
}

static int questions_until_it_breaks; /* 0: it never does */
static const struct catalogue catalogue = {find, owner, &questions_until_it_breaks};

static struct mapping *rules(enum kind kind, const char *text)
{
    struct mapping_place here = {.kind = kind, .dir = path_of("."), .lookup_dir = path_of(".")};
    struct mapping *mapping;
    struct err err;

    write_file(path_of(kind == KIND_ORDERS ? "orders.csv" : "articles.csv"), text);
    if (!mapping_load(&here, &arena, &mapping, &err))
        fail_msg("%s", err.text);
    return mapping;
}

static struct mapped map(enum kind kind, const char *text, struct record *record)
{
    struct mapped mapped;
    struct err err;

    if (!mapping_apply(rules(kind, text), &catalogue, record, &arena, &mapped, &err))
        fail_msg("%s", err.text);
    return mapped;
}

#define ALLOCATE HEADER "items,allocate,price_e4,,\n"

static struct order *order_of(const char *sku, int64_t quantity, int64_t total_e4)
{
    struct order *order = ORDER(record_new(KIND_ORDERS, &arena));

    order->head.ref = "1";
    order->items = items_new(2, &arena);
    order->items_len = 2;
    order->items[0].sku = "CUP";
    order->items[0].quantity = 1;
    order->items[0].total_e4 = 50000;
    order->items[1].ref = "L2";
    order->items[1].sku = sku;
    order->items[1].quantity = quantity;
    order->items[1].total_e4 = total_e4;
    return order;
}

static int64_t total_of_parts(const struct order *order)
{
    int64_t sum_e4 = 0;

    for (size_t i = 1; i < order->items_len; i++)
        sum_e4 += order->items[i].total_e4;
    return sum_e4;
}

static void a_bundle_becomes_its_parts(void **state)
{
    /* REQ-B5 */
    struct order *order = order_of("SET", 3, 999900);
    struct mapped mapped = map(KIND_ORDERS, ALLOCATE, &order->head);
    const struct item *items = order->items;

    (void)state;
    assert_int_equal(mapped.outcome, OUTCOME_SEND);
    assert_string_equal(mapped.notes, "bundle:SET");
    assert_int_equal(order->items_len, 4);
    assert_string_equal(items[0].sku, "CUP"); /* by itself, as it was */
    assert_int_equal(items[0].total_e4, 50000);
    assert_string_equal(items[1].ref, "L2/1");
    assert_int_equal(items[1].quantity, 6);
    assert_int_equal(items[1].weight_g, 200);
    assert_string_equal(items[1].ean, "40");
    assert_string_equal(items[2].sku, "POT");
    assert_int_equal(items[2].quantity, 3);
    assert_int_equal(items[3].quantity, 3); /* the same article once more */
    assert_int_equal(total_of_parts(order), 999900);
    /* 30.00, 59.97 and 15.00 of 104.97, in cents, of 99.99 */
    assert_int_equal(items[1].total_e4, 285700);
    assert_int_equal(items[2].total_e4, 571300);
    assert_int_equal(items[3].total_e4, 142900);
}

static void the_parts_add_up_whatever_the_price(void **state)
{
    /* REQ-B5: odd cents, discounts, nothing, less than nothing, parts of a cent */
    static const int64_t totals_e4[] = {100,    200,   300,        1,   99,      0,
                                        -19900, 33333, 7777777700, 101, 1234500, 500};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(totals_e4); i++) {
        for (int64_t quantity = 1; quantity < 8; quantity++) {
            struct order *order = order_of("SET", quantity, totals_e4[i]);

            (void)map(KIND_ORDERS, ALLOCATE, &order->head);
            assert_int_equal(order->items_len, 4);
            assert_int_equal(total_of_parts(order), totals_e4[i]);
            for (size_t k = 1; k + 1 < order->items_len; k++)
                assert_int_equal(order->items[k].total_e4 % 100, 0);
        }
    }
}

static void a_part_without_a_price_makes_all_shares_go_by_pieces(void **state)
{
    struct order *order = order_of("MIX", 1, 100000);

    (void)state;
    (void)map(KIND_ORDERS, ALLOCATE, &order->head);
    assert_int_equal(order->items[1].total_e4, 33300);
    assert_int_equal(order->items[2].total_e4, 66700);
}

static void a_line_that_tells_only_the_price_of_one_is_shared_out_too(void **state)
{
    struct order *order = order_of("SET", 2, UNSAID);

    (void)state;
    order->items[1].price_e4 = 333300;
    (void)map(KIND_ORDERS, ALLOCATE, &order->head);
    assert_int_equal(total_of_parts(order), 666600);
    order = order_of("SET", 2, UNSAID); /* or no price at all */
    (void)map(KIND_ORDERS, ALLOCATE, &order->head);
    assert_int_equal(order->items_len, 4);
    assert_false(said(order->items[1].total_e4));
}

static void what_cannot_be_taken_apart_is_refused_with_its_name(void **state)
{
    static const struct {
        const char *sku, *role, *says;
    } cases[] = {
        {"ODD", NULL, "bundle ODD: its part NONE is not in the catalogue"},
        {"NIL", NULL, "bundle NIL: a quantity of its parts cannot be read"},
        {"CUP", "bundle", "bundle CUP: the catalogue does not say what it is made of"},
        {"NEW", "bundle", "bundle NEW: the catalogue does not say what it is made of"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct order *order = order_of(cases[i].sku, 1, 1000);
        struct mapped mapped;

        order->items[1].role = cases[i].role;
        mapped = map(KIND_ORDERS, ALLOCATE, &order->head);
        assert_int_equal(mapped.outcome, OUTCOME_REFUSE);
        assert_string_equal(mapped.code, "bundle");
        assert_non_null(strstr(mapped.text, cases[i].says));
        assert_int_equal(order->items_len, 2);
    }
}

static void numbers_too_large_to_share_out_are_refused(void **state)
{
    static const struct {
        int64_t quantity, total_e4;
    } cases[] = {{INT64_C(1000000000000), INT64_MAX - 7}, {INT64_MAX / 2 - 1, 100}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct order *order = order_of("SET", cases[i].quantity, cases[i].total_e4);
        struct mapped mapped = map(KIND_ORDERS, ALLOCATE, &order->head);

        assert_int_equal(mapped.outcome, OUTCOME_REFUSE);
        assert_string_equal(mapped.code, "too-large");
    }
}

static void an_order_without_bundles_is_left_as_it_is(void **state)
{
    struct order *order = order_of("POT", 1, 1000);
    const struct item *items = order->items;
    struct mapped mapped = map(KIND_ORDERS, ALLOCATE, &order->head);

    (void)state;
    assert_ptr_equal(order->items, items);
    assert_string_equal(mapped.rules, "");
}

/* ---- unique ---- */

static void an_article_may_not_take_over_anothers_number(void **state)
{
    /* REQ-B4 */
    const char *text = HEADER "sku,unique,,,\nean,unique,,,\n";
    struct article *article = ARTICLE(record_new(KIND_ARTICLES, &arena));
    struct mapped mapped;

    (void)state;
    article->head.ref = "7";
    article->sku = "NEW";
    article->ean = "41";
    mapped = map(KIND_ARTICLES, text, &article->head);
    assert_int_equal(mapped.outcome, OUTCOME_REFUSE);
    assert_string_equal(mapped.code, "ean-taken");
    assert_string_equal(mapped.text, "ean 41 belongs to article 2");
    article->head.ref = "2"; /* its own */
    assert_int_equal(map(KIND_ARTICLES, text, &article->head).outcome, OUTCOME_SEND);
    article->sku = "CUP";
    mapped = map(KIND_ARTICLES, text, &article->head);
    assert_string_equal(mapped.code, "sku-taken");
    article->sku = NULL;
    article->ean = "";
    assert_int_equal(map(KIND_ARTICLES, text, &article->head).outcome, OUTCOME_SEND);
}

static void a_broken_catalogue_is_no_fault_of_the_record(void **state)
{
    struct article *article = ARTICLE(record_new(KIND_ARTICLES, &arena));
    struct mapped mapped;
    struct err err;

    (void)state;
    article->head.ref = "7";
    article->sku = "X";
    questions_until_it_breaks = 1;
    assert_false(mapping_apply(rules(KIND_ARTICLES, HEADER "sku,unique,,,\n"), &catalogue,
                               &article->head, &arena, &mapped, &err));
    assert_int_equal(err.kind, ERR_STORE);
    for (int line = 1; line <= 4; line++) { /* the first line's, the set's, its parts' */
        questions_until_it_breaks = line;
        assert_false(mapping_apply(rules(KIND_ORDERS, ALLOCATE), &catalogue,
                                   &order_of("SET", 1, 100)->head, &arena, &mapped, &err));
    }
    questions_until_it_breaks = 0;
}

/* ---- loading ---- */

static void mistakes_are_named(void **state)
{
    static const struct {
        enum kind kind;
        const char *rule, *says;
    } cases[] = {
        {KIND_ORDERS, "items,allocate,prize,,\n", "'prize' is no number of an article"},
        {KIND_ORDERS, "items,allocate,title,,\n", "'title' is no number of an article"},
        {KIND_ORDERS, "number,allocate,price_e4,,\n", "'allocate' does not work on 'number'"},
        {KIND_ORDERS, "number,unique,,,\n", "'unique' works on the sku or ean of an article"},
        {KIND_ARTICLES, "title,unique,,,\n", "'unique' works on the sku or ean of an article"},
        {KIND_ARTICLES, "parts,allocate,price_e4,,\n", "'allocate' works on the lines of an order"},
        {KIND_ARTICLES, "sku,unique,x,,\n", "'unique' takes no value"},
        {KIND_ARTICLES, "skuu,unique,,,\n", "did you mean 'sku'"},
        {KIND_ORDERS, "itemss,allocate,price_e4,,\n", "did you mean 'items'"},
        {KIND_ORDERS, "numberr,cover,ref,,\n", "did you mean 'number'"},
        {KIND_ORDERS, "number,cover,reff,,\n", "did you mean 'ref'"},
        {KIND_ORDERS, "number,cover,ship_to.name,,\n", "'ship_to.name' is not for reports"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct mapping_place here = {
            .kind = cases[i].kind, .dir = path_of("."), .lookup_dir = path_of(".")};
        struct mapping *mapping;
        struct err err;

        write_file(path_of(cases[i].kind == KIND_ORDERS ? "orders.csv" : "articles.csv"),
                   arena_format(&arena, HEADER "%s", cases[i].rule));
        assert_false(mapping_load(&here, &arena, &mapping, &err));
        assert_int_equal(err.kind, ERR_SETUP);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s", err.text);
    }
}

static int end(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

static int group_end(void **state)
{
    arena_done(&arena);
    return folder_end(state);
}

#define in_a_folder(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(a_bundle_becomes_its_parts),
        in_a_folder(the_parts_add_up_whatever_the_price),
        in_a_folder(a_part_without_a_price_makes_all_shares_go_by_pieces),
        in_a_folder(a_line_that_tells_only_the_price_of_one_is_shared_out_too),
        in_a_folder(what_cannot_be_taken_apart_is_refused_with_its_name),
        in_a_folder(numbers_too_large_to_share_out_are_refused),
        in_a_folder(an_order_without_bundles_is_left_as_it_is),
        in_a_folder(an_article_may_not_take_over_anothers_number),
        in_a_folder(a_broken_catalogue_is_no_fault_of_the_record),
        in_a_folder(mistakes_are_named),
    };

    return cmocka_run_group_tests_name("parts", tests, folder_begin, group_end);
}
