/* test_weight.c: what a parcel weighs: the shop's own weights, the article's, or the default, and
 * how each of them shows in the report. */
#include "backend.h"
#include "core/text.h"
#include "harness/harness.h"

#define NO_WEIGHT "\"ItemWeight\":\"0,00\",\"product\":null"

static void an_order_without_weight_gets_the_default(void **state)
{
    /* REQ-A4 */
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"items\":[{" NO_WEIGHT "}]");
    world_order(w, "\"id\":560000002,\"items\":[{\"ItemWeight\":null,\"product\":null}]");
    world_order(w, "\"id\":560000003,\"items\":[{\"ItemWeight\":\"\",\"product\":null}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    for (const char *const *order =
             (const char *const[]){"560000001", "560000002", "560000003", NULL};
         *order; order++) {
        assert_pushed(w, *order, "weight", "3");
        assert_pushed(w, *order, "label", "Kleinpaket");
        assert_line(w, *order, 0, "weight", NULL);
        assert_cell(w, *order, "weight_g", "3000");
        assert_cell(w, *order, "weight_from", "default");
        assert_noted(w, *order, "default:weight_g");
    }
    end_quietly(w);
}

static void default_weight_and_label_are_rows_of_the_mapping(void **state)
{
    /* REQ-A4 */
    struct world *w = *state;

    world_remap(w, "afterbuy-sendcloud/orders.csv", "weight_g,default,3 kg",
                "weight_g,default,750 g");
    world_remap(w, "afterbuy-sendcloud/orders.csv", "delivery_label,set,Kleinpaket",
                "delivery_label,set,Warensendung");
    world_order(w, "\"id\":560000001,\"items\":[{" NO_WEIGHT "}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "weight", "0.75");
    assert_pushed(w, "560000001", "label", "Warensendung");
    assert_cell(w, "560000001", "weight_g", "750");
    end_quietly(w);
}

static void an_order_with_weight_keeps_it_and_its_shipping_method(void **state)
{
    /* REQ-A4 */
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"items\":[{\"ItemQuantity\":12,\"ItemWeight\":\"0,34\"}]");
    world_order(w, "\"id\":560000002,\"shipping\":{\"ShippingMethod\":null}");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "weight", "4.08");
    assert_line(w, "560000001", 0, "weight", "0.34");
    assert_pushed(w, "560000001", "label", "NormalPaket");
    assert_cell(w, "560000001", "weight_from", "source");
    assert_noted(w, "560000001", NULL);
    assert_pushed(w, "560000002", "label", NULL);
    end_quietly(w);
}

static void the_catalogue_tells_the_weight_that_the_order_lacks(void **state)
{
    /* REQ-A4 */
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"items\":[{\"ItemQuantity\":3,\"ItemWeight\":\"0\"}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "weight", "2.55");
    assert_line(w, "560000001", 0, "weight", "0.85");
    assert_pushed(w, "560000001", "label", "NormalPaket");
    assert_cell(w, "560000001", "weight_from", "catalogue");
    end_quietly(w);
}

/* "Kleinpaket" is said only when no weight is known at all; who knows some of it knows that the
 * parcel weighs at least so much. */
static void an_order_that_knows_some_weights_is_no_small_parcel(void **state)
{
    /* REQ-A4 */
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"items\":[{\"ItemWeight\":\"0,85\"},{" NO_WEIGHT "}]");
    world_order(w, "\"id\":560000002,\"items\":[{\"ItemQuantity\":4,\"ItemWeight\":\"5,5\"},"
                   "{" NO_WEIGHT "}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "weight", "3");
    assert_pushed(w, "560000001", "label", "NormalPaket");
    assert_cell(w, "560000001", "weight_from", "default");
    assert_noted(w, "560000001", "default:weight_g");
    assert_pushed(w, "560000002", "weight", "22");
    assert_pushed(w, "560000002", "label", "NormalPaket");
    assert_cell(w, "560000002", "weight_g", "22000");
    assert_noted(w, "560000002", "raised:weight_g");
    end_quietly(w);
}

/* Kilograms in the shop, grams inside, kilograms with three places at Sendcloud. */
static void weights_are_whole_grams(void **state)
{
    /* REQ-A4 */
    static const struct {
        const char *said, *line, *parcel, *grams; /* two pieces */
    } weights[] = {
        {"0,0004", NULL, "3", "3000"}, /* less than half a gram is nothing */
        {"0,0005", "0.001", "0.002", "2"},
        {"0.0015", "0.002", "0.004", "4"},
        {"0,001", "0.001", "0.002", "2"},
        {"22,3", "22.3", "44.6", "44600"},
        {"4,1299", "4.13", "8.26", "8260"},
        {"0,333", "0.333", "0.666", "666"},
        {"1", "1", "2", "2000"},
    };
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(weights); i++)
        world_order(w, arena_format(&w->arena,
                                    "\"id\":56000000%zu,\"items\":[{\"ItemQuantity\":2,"
                                    "\"ItemWeight\":\"%s\",\"product\":null}]",
                                    i, weights[i].said));
    assert_int_equal(world_run(w, "run", NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(weights); i++) {
        const char *order = arena_format(&w->arena, "56000000%zu", i);

        assert_line(w, order, 0, "weight", weights[i].line);
        assert_pushed(w, order, "weight", weights[i].parcel);
        assert_cell(w, order, "weight_g", weights[i].grams);
    }
    end_quietly(w);
}

/* A parcel is never lighter than what is in it, whatever a rule says. */
static void a_parcel_is_not_lighter_than_its_lines(void **state)
{
    /* REQ-A4 */
    struct world *w = *state;

    world_remap(w, "afterbuy-sendcloud/orders.csv", "weight_g,sum,items.weight_g,,",
                "weight_g,set,1 kg,,");
    world_order(w, "\"id\":560000001,\"items\":[{\"ItemQuantity\":2,\"ItemWeight\":\"0,85\"}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "weight", "1.7");
    assert_noted(w, "560000001", "raised:weight_g");
    end_quietly(w);
}

static void an_article_that_learns_its_weight_changes_the_next_order(void **state)
{
    /* REQ-A4 */
    struct world *w = *state;

    (void)world_control(w, "POST", "/afterbuy/products",
                        "[{\"id\":5001,\"Anr\":\"501\",\"Name\":\"Laterne\",\"Weight\":\"0\"}]");
    world_order(w, "\"id\":560000001,\"items\":[{\"ItemWeight\":\"\",\"product\":{\"ProductID\":"
                   "\"5001\"}}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_cell(w, "560000001", "weight_from", "default");
    world_pass(w, HOUR);
    (void)world_control(w, "POST", "/afterbuy/products", "[{\"id\":5001,\"Weight\":\"2,5\"}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "weight", "2.5");
    assert_word(w, TODAY, ORDERS_CSV, "560000001", "sent", "changed");
    assert_cell(w, "560000001", "weight_from", "catalogue");
    end_quietly(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOTH(an_order_without_weight_gets_the_default),
        WITH_BOTH(default_weight_and_label_are_rows_of_the_mapping),
        WITH_BOTH(an_order_with_weight_keeps_it_and_its_shipping_method),
        WITH_BOTH(the_catalogue_tells_the_weight_that_the_order_lacks),
        WITH_BOTH(an_order_that_knows_some_weights_is_no_small_parcel),
        WITH_BOTH(weights_are_whole_grams),
        WITH_BOTH(a_parcel_is_not_lighter_than_its_lines),
        WITH_BOTH(an_article_that_learns_its_weight_changes_the_next_order),
    };

    return cmocka_run_group_tests_name("weight", tests, NULL, NULL);
}
