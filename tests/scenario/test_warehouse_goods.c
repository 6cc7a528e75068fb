/* test_warehouse_goods.c: articles from Billbee to the warehouse, and what an order's lines become
 * of: what is not sent, what is never overwritten, and bundles whose cents add up. */
#include "core/text.h"
#include "depot.h"
#include "harness/harness.h"

#define CAN "\"SKU\":\"KANNE\",\"EAN\":\"4000000000011\",\"Price\":19.99,\"Weight\":850"
#define CUP "\"SKU\":\"TASSE\",\"EAN\":\"4000000000028\",\"Price\":10.00,\"Weight\":300"
#define SIEVE "\"SKU\":\"SIEB\",\"EAN\":\"4000000000035\",\"Price\":4.95,\"Weight\":20"

static int64_t article_calls(struct world *w)
{
    return calls_of(w, "wemalo", CALL_ARTICLES);
}

static const char *there(struct world *w, const char *article, const char *member)
{
    const struct node *found = depot_article(w, article);

    if (!found)
        fail_msg("the warehouse has no article %s", article);
    return node_text(node_at(found, "body"), member);
}

/* ---- articles ---- */

static void every_article_arrives_and_is_not_sent_again(void **state)
{
    /* REQ-B3 REQ-Z4 */
    struct world *w = *state;
    const char *can = goods(w, CAN ",\"TaricNumber\":\"69111000\",\"CountryOfOrigin\":\"CN\"");
    const char *cup = goods(w, CUP);

    assert_int_equal(run_a_minute_later(w), 0);
    assert_string_equal(there(w, can, "sku"), "KANNE");
    assert_string_equal(there(w, can, "ean"), "4000000000011");
    assert_string_equal(there(w, can, "netWeight"), "850");
    assert_string_equal(there(w, can, "customsTariffNumber"), "69111000");
    assert_string_equal(there(w, can, "originCountry"), "CN");
    assert_string_equal(there(w, cup, "sku"), "TASSE");
    assert_row(w, DEPOT_ARTICLES, can, "sent", "new");
    assert_int_equal(run_later(w), 0);
    assert_row(w, DEPOT_ARTICLES, can, "same", "unchanged");
    assert_int_equal(article_calls(w), 1);
    depot_ends_quietly(w);
}

static void articles_without_a_number_are_named_and_stay(void **state)
{
    /* REQ-B3 REQ-Z3 */
    struct world *w = *state;
    const char *no_sku = goods(w, "\"SKU\":null,\"EAN\":\"4000000000042\",\"Price\":1");
    const char *no_ean = goods(w, "\"SKU\":\"OHNE\",\"EAN\":\" \",\"Price\":1");
    const char *good = goods(w, CAN);

    assert_int_equal(run_a_minute_later(w), 1);
    assert_row(w, DEPOT_ARTICLES, no_sku, "refused", "need-sku");
    assert_row(w, DEPOT_ARTICLES, no_ean, "refused", "need-ean");
    assert_row(w, DEPOT_ARTICLES, good, "sent", "new");
    assert_null(depot_article(w, no_sku));
    assert_null(depot_article(w, no_ean));
    assert_non_null(depot_article(w, good));
    depot_ends_quietly(w);
}

static void a_change_of_an_article_is_taken_over(void **state)
{
    /* REQ-B4 */
    struct world *w = *state;
    const char *can = goods(w, CAN);

    assert_int_equal(run_a_minute_later(w), 0);
    (void)goods(w, arena_format(&w->arena,
                                "\"Id\":%s,\"SKU\":\"KANNE-NEU\",\"EAN\":\"4000000000059\","
                                "\"Weight\":900",
                                can));
    /* Its stock was read under the old number, which the shop no longer knows. */
    assert_int_equal(run_later(w), 1);
    assert_row(w, DEPOT_STOCK, can, "refused", "refused-by-target");
    assert_row(w, DEPOT_ARTICLES, can, "sent", "changed");
    assert_string_equal(there(w, can, "sku"), "KANNE-NEU");
    assert_string_equal(there(w, can, "ean"), "4000000000059");
    assert_string_equal(there(w, can, "netWeight"), "900");
    assert_int_equal(run_later(w), 0);
    assert_row(w, DEPOT_STOCK, can, "sent", "new");
    depot_ends_quietly(w);
}

static void dimensions_are_said_of_a_new_article_alone(void **state)
{
    /* REQ-B4 */
    struct world *w = *state;
    const char *can, *known;

    (void)world_control(w, "POST", "/wemalo/articles",
                        "[{\"sku\":\"TASSE\",\"externalId\":\"102\",\"ean\":\"4000000000028\"}]");
    known = goods(w, "\"Id\":102," CUP ",\"LengthCm\":12,\"WidthCm\":8,\"HeightCm\":9");
    can = goods(w, CAN ",\"LengthCm\":22.5,\"WidthCm\":14,\"HeightCm\":16");
    assert_int_equal(run_a_minute_later(w), 0);
    assert_string_equal(there(w, can, "depth"), "22.5");
    assert_null(there(w, known, "depth"));
    (void)goods(w, arena_format(&w->arena,
                                "\"Id\":%s,\"LengthCm\":30,\"Title\":[{\"Text\":\"Kanne\","
                                "\"LanguageCode\":\"DE\"}]",
                                can));
    assert_int_equal(run_later(w), 0);
    assert_string_equal(there(w, can, "name"), "Kanne");
    assert_string_equal(there(w, can, "depth"), "22.5");
    assert_string_equal(node_text(world_state(w, "wemalo"), "dimensions_late"), "0");
    depot_ends_quietly(w);
}

static void a_number_of_another_article_is_refused_before_it_is_sent(void **state)
{
    /* REQ-B4 REQ-Z3 */
    static const char *const changes[][2] = {{"\"SKU\":\"KANNE\"", "sku-taken"},
                                             {"\"EAN\":\"4000000000011\"", "ean-taken"}};

    struct world *w = *state;
    const char *cup = goods(w, CUP);
    int64_t calls;

    (void)goods(w, CAN);
    assert_int_equal(run_a_minute_later(w), 0);
    calls = article_calls(w);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        (void)goods(w, arena_format(&w->arena, "\"Id\":%s,%s,%s", cup, CUP, changes[i][0]));
        assert_int_equal(run_later(w), 1);
        assert_row(w, DEPOT_ARTICLES, cup, "refused", changes[i][1]);
        assert_int_equal(article_calls(w), calls);
        assert_string_equal(there(w, cup, "sku"), "TASSE");
        assert_string_equal(there(w, cup, "ean"), "4000000000028");
    }
    depot_ends_quietly(w);
}

static void one_bad_article_does_not_hold_up_the_others(void **state)
{
    /* REQ-B3 REQ-Z3 */
    struct world *w = *state;
    const char *first, *bad, *last;

    /* Somebody entered it at the warehouse by hand, with an EAN that is the shop's sieve's. */
    (void)world_control(w, "POST", "/wemalo/articles",
                        "[{\"sku\":\"FREMD\",\"ean\":\"4000000000035\"}]");
    first = goods(w, CAN);
    bad = goods(w, SIEVE);
    last = goods(w, CUP);
    assert_int_equal(run_a_minute_later(w), 1);
    assert_row(w, DEPOT_ARTICLES, first, "sent", "new");
    assert_row(w, DEPOT_ARTICLES, last, "sent", "new");
    for (int run = 0; run < 2; run++) { /* why is said as long as it is so */
        assert_row(w, DEPOT_ARTICLES, bad, "refused", "refused-by-target");
        assert_non_null(strstr(depot_cell(w, DEPOT_ARTICLES, bad, "detail"), "NOT_UNIQUE"));
        assert_null(depot_article(w, bad));
        assert_int_equal(run_later(w), 1);
    }
    depot_ends_quietly(w);
}

/* ---- articles before orders ---- */

static void an_order_comes_after_its_articles(void **state)
{
    /* REQ-B3 REQ-B6 */
    struct world *w = *state;
    const char *can = goods(w, CAN);
    const char *order = sold(w, "\"OrderItems\":[{\"Product\":{\"SKU\":\"KANNE\"}}]");

    world_fault(w, "{\"system\":\"wemalo\",\"call\":\"" CALL_ARTICLES "\",\"fault\":\"503\","
                   "\"times\":1000}");
    assert_int_equal(run_a_minute_later(w), 2);
    assert_row(w, DEPOT_ARTICLES, can, "waiting", "target-down");
    assert_row(w, DEPOT_ORDERS, order, "waiting", "article-waits");
    assert_int_equal(depot_pushes(w, order), 0);
    clear_faults(w);
    assert_int_equal(run_later(w), 0);
    assert_row(w, DEPOT_ARTICLES, can, "sent", "new");
    assert_row(w, DEPOT_ORDERS, order, "sent", "new");
    assert_string_equal(depot_line(w, order, 0, "sku"), "KANNE");
    assert_int_equal(depot_pushes(w, order), 1);
    depot_ends_quietly(w);
}

static void an_order_of_a_refused_article_waits_for_the_merchant(void **state)
{
    /* REQ-B3 REQ-Z3 */
    struct world *w = *state;
    const char *article = goods(w, "\"SKU\":\"OHNE\",\"EAN\":null,\"Price\":3,\"Weight\":10");
    const char *order = sold(w, "\"OrderItems\":[{\"Product\":{\"SKU\":\"OHNE\"}}]");
    const char *other = sold(w, "");

    assert_int_equal(run_a_minute_later(w), 1);
    assert_row(w, DEPOT_ORDERS, order, "refused", "article-refused");
    assert_non_null(strstr(depot_cell(w, DEPOT_ORDERS, order, "detail"), "OHNE"));
    assert_row(w, DEPOT_ORDERS, other, "sent", "new");
    assert_int_equal(depot_pushes(w, order), 0);
    assert_false(shop_has_tag(w, order, RECEIVED));
    (void)goods(w, arena_format(&w->arena, "\"Id\":%s,\"EAN\":\"4000000000066\"", article));
    world_pass(w, 2 * DAY); /* and nobody touches the order */
    assert_int_equal(run_later(w), 0);
    assert_row(w, DEPOT_ORDERS, order, "sent", "new");
    assert_true(shop_has_tag(w, order, RECEIVED));
    depot_ends_quietly(w);
}

/* ---- bundles ---- */

/* Can, cup and sieve; and a set whose parts are these JSON objects. */
static void open_with_set(struct world *w, const char *price, const char *parts)
{
    (void)goods(w, "\"Id\":101," CAN);
    (void)goods(w, "\"Id\":102," CUP);
    (void)goods(w, "\"Id\":103," SIEVE);
    (void)goods(w, arena_format(&w->arena,
                                "\"Id\":110,\"SKU\":\"SET\",\"EAN\":null,\"Type\":2,\"Price\":%s,"
                                "\"BillOfMaterial\":[%s]",
                                price, parts));
}

static void a_set_arrives_as_its_articles_to_the_cent(void **state)
{
    /* REQ-B5 */
    static const struct {
        const char *quantity, *price;
        int64_t cents;
    } cases[] = {{"1", "49.99", 4999},
                 {"3", "100.00", 10000},
                 {"7", "0.03", 3},
                 {"2", "149.97", 14997},
                 {"1", "0", 0}};
    struct world *w = *state;

    open_with_set(w, "49.99",
                  "{\"Amount\":2,\"ArticleId\":101,\"SKU\":\"KANNE\"},"
                  "{\"Amount\":1,\"ArticleId\":102,\"SKU\":\"TASSE\"},"
                  "{\"Amount\":3,\"ArticleId\":103,\"SKU\":\"SIEB\"}");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t sets = strtoll(cases[i].quantity, NULL, 10);
        const char *order = sold(w, arena_format(&w->arena,
                                                 "\"OrderItems\":[{\"Product\":{\"SKU\":\"SET\"},"
                                                 "\"Quantity\":%s,\"TotalPrice\":%s}]",
                                                 cases[i].quantity, cases[i].price));

        assert_int_equal(run_a_minute_later(w), 0);
        assert_int_equal(depot_lines(w, order), 3);
        assert_string_equal(depot_line(w, order, 0, "sku"), "KANNE");
        assert_int_equal(strtoll(depot_line(w, order, 0, "quantity"), NULL, 10), 2 * sets);
        assert_int_equal(strtoll(depot_line(w, order, 1, "quantity"), NULL, 10), sets);
        assert_int_equal(strtoll(depot_line(w, order, 2, "quantity"), NULL, 10), 3 * sets);
        assert_int_equal(depot_total_cents(w, order), cases[i].cents);
        assert_string_equal(depot_cell(w, DEPOT_ORDERS, order, "weight_g"),
                            arena_format(&w->arena, "%d", (int)(2060 * sets)));
        assert_non_null(strstr(depot_cell(w, DEPOT_ORDERS, order, "notes"), "bundle:SET"));
    }
    assert_null(depot_article(w, "110"));
    assert_row(w, DEPOT_ARTICLES, "110", "skipped", "in-parts");
    depot_ends_quietly(w);
}

static void a_component_may_stand_in_a_set_twice_and_beside_it(void **state)
{
    /* REQ-B5 */
    struct world *w = *state;
    const char *order;

    open_with_set(w, "33.33",
                  "{\"Amount\":1,\"ArticleId\":102,\"SKU\":\"TASSE\"},"
                  "{\"Amount\":2,\"ArticleId\":102,\"SKU\":\"TASSE\"}");
    order = sold(w, "\"OrderItems\":[{\"Product\":{\"SKU\":\"SET\"},\"TotalPrice\":33.33},"
                    "{\"Product\":{\"SKU\":\"TASSE\"},\"Quantity\":2,\"TotalPrice\":19.99}]");
    assert_int_equal(run_a_minute_later(w), 0);
    assert_int_equal(depot_lines(w, order), 3);
    assert_int_equal(depot_total_cents(w, order), 3333 + 1999);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(depot_line(w, order, i, "sku"), "TASSE");
        for (size_t k = 0; k < i; k++) /* each position is one by itself */
            assert_string_not_equal(depot_line(w, order, i, "externalPositionIdentifier"),
                                    depot_line(w, order, k, "externalPositionIdentifier"));
    }
    depot_ends_quietly(w);
}

static void coupons_and_discounts_are_no_goods(void **state)
{
    /* REQ-B5 */
    struct world *w = *state;
    const char *order;

    open_with_set(w, "44.99",
                  "{\"Amount\":1,\"ArticleId\":101,\"SKU\":\"KANNE\"},"
                  "{\"Amount\":1,\"ArticleId\":102,\"SKU\":\"TASSE\"}");
    order = sold(w, "\"OrderItems\":["
                    "{\"Product\":{\"SKU\":\"SET\"},\"TotalPrice\":44.99},"
                    "{\"Product\":{\"SKU\":\"SIEB\"},\"TotalPrice\":4.95},"
                    "{\"Product\":{\"Title\":\"Gutschein\",\"SKU\":null},\"IsCoupon\":true,"
                    "\"TotalPrice\":-5},"
                    "{\"Product\":{\"Title\":\"10 % Rabatt\",\"SKU\":null},\"TotalPrice\":-4.99}]");
    assert_int_equal(run_a_minute_later(w), 0);
    assert_int_equal(depot_lines(w, order), 3);
    assert_int_equal(depot_total_cents(w, order), 4499 + 495);
    assert_non_null(strstr(depot_cell(w, DEPOT_ORDERS, order, "notes"), "left-out:coupon"));
    depot_ends_quietly(w);
}

static void a_set_that_cannot_be_taken_apart_is_refused(void **state)
{
    /* REQ-B5 REQ-Z3 */
    struct world *w = *state;
    const char *order;

    open_with_set(w, "44.99", "{\"Amount\":1,\"ArticleId\":199,\"SKU\":\"WEG\"}");
    order = sold(w, "\"OrderItems\":[{\"Product\":{\"SKU\":\"SET\"},\"TotalPrice\":44.99}]");
    assert_int_equal(run_a_minute_later(w), 1);
    assert_row(w, DEPOT_ORDERS, order, "refused", "bundle");
    assert_non_null(strstr(depot_cell(w, DEPOT_ORDERS, order, "detail"), "WEG"));
    assert_null(depot_order(w, order));
    (void)goods(w, "\"Id\":199,\"SKU\":\"WEG\",\"EAN\":\"4000000000073\",\"Price\":5,"
                   "\"Weight\":5");
    assert_int_equal(run_later(w), 0);
    assert_row(w, DEPOT_ORDERS, order, "sent", "new");
    assert_int_equal(depot_total_cents(w, order), 4499);
    depot_ends_quietly(w);
}

/* A change of the set's parts is a change of what its orders are made of, but none of an order that
 * was handed over. */
static void a_set_that_changes_does_not_change_what_was_handed_over(void **state)
{
    /* REQ-B5 REQ-Z4 */
    struct world *w = *state;
    const char *order, *later;

    open_with_set(w, "20.00", "{\"Amount\":1,\"ArticleId\":101,\"SKU\":\"KANNE\"}");
    order = sold(w, "\"OrderItems\":[{\"Product\":{\"SKU\":\"SET\"},\"TotalPrice\":20}]");
    assert_int_equal(run_a_minute_later(w), 0);
    (void)goods(w, "\"Id\":110,\"BillOfMaterial\":["
                   "{\"Amount\":2,\"ArticleId\":102,\"SKU\":\"TASSE\"}]");
    later = sold(w, "\"OrderItems\":[{\"Product\":{\"SKU\":\"SET\"},\"TotalPrice\":20}]");
    assert_int_equal(run_later(w), 0);
    assert_string_equal(depot_line(w, order, 0, "sku"), "KANNE");
    assert_string_equal(depot_line(w, later, 0, "sku"), "TASSE");
    assert_string_equal(depot_line(w, later, 0, "quantity"), "2");
    assert_int_equal(depot_pushes(w, order), 1);
    depot_ends_quietly(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DEPOT(every_article_arrives_and_is_not_sent_again),
        IN_DEPOT(articles_without_a_number_are_named_and_stay),
        IN_DEPOT(a_change_of_an_article_is_taken_over),
        IN_DEPOT(dimensions_are_said_of_a_new_article_alone),
        IN_DEPOT(a_number_of_another_article_is_refused_before_it_is_sent),
        IN_DEPOT(one_bad_article_does_not_hold_up_the_others),
        IN_DEPOT(an_order_comes_after_its_articles),
        IN_DEPOT(an_order_of_a_refused_article_waits_for_the_merchant),
        IN_DEPOT(a_set_arrives_as_its_articles_to_the_cent),
        IN_DEPOT(a_component_may_stand_in_a_set_twice_and_beside_it),
        IN_DEPOT(coupons_and_discounts_are_no_goods),
        IN_DEPOT(a_set_that_cannot_be_taken_apart_is_refused),
        IN_DEPOT(a_set_that_changes_does_not_change_what_was_handed_over),
    };

    return cmocka_run_group_tests_name("warehouse: goods", tests, NULL, NULL);
}
