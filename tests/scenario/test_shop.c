/* test_shop.c: a whole shop, a day and a half of it. What the reports say of each order is held
 * against what shop and Sendcloud know, from outside. */
#include "backend.h"
#include "core/text.h"
#include "harness/harness.h"

#define SHOP "{\"seed\":7,\"orders\":300,\"articles\":80}"
#define YESTERDAY "2024-06-03"

/* All that is looked at, read once. */
struct sight {
    const struct node *shop, *pushes; /* the shop as it was before */
    struct csv_table days[2];
};

static const char *const files[] = {"reports/" YESTERDAY "/" ORDERS_CSV,
                                    "reports/" TODAY "/" ORDERS_CSV};

static struct sight look(struct world *w, const struct node *shop)
{
    struct sight sight = {node_at(shop, "orders"), node_at(world_state(w, "sendcloud"), "pushes"),
                          .days = {world_csv(w, files[0]), world_csv(w, files[1])}};

    return sight;
}

static size_t column_of(const struct csv_table *table, const char *name)
{
    size_t at = 0;

    while (at < table->header.cells_len && !text_same(table->header.cells[at], name))
        at++;
    assert_true(at < table->header.cells_len);
    return at;
}

/* The state that a day's report has of the order; NULL: no row. */
static const char *state_on(const struct csv_table *day, const char *order)
{
    size_t ref = column_of(day, "source_id"), at = column_of(day, "state");
    const char *state = NULL;

    for (size_t r = 0; r < day->rows_len; r++) {
        if (!text_same(day->rows[r].cells[ref], order))
            continue;
        assert_null(state);
        state = day->rows[r].cells[at];
    }
    return state;
}

static const char *state_of(const struct sight *sight, const char *order)
{
    const char *yesterday = state_on(&sight->days[0], order);
    const char *today = state_on(&sight->days[1], order);

    if (yesterday && today)
        fail_msg("order %s stands in the reports of both days", order);
    return today ? today : yesterday;
}

static bool is_tracked(const struct node *order)
{
    const struct node *labels = node_at(order, "labels");

    return !text_is_empty(node_text(order, "tracking")) || node_first(labels, NULL);
}

static bool is_hidden(const struct node *order)
{
    return text_same(node_text(order, "hidden"), "true");
}

static void check_order(const struct sight *sight, const struct node *order, size_t *sent)
{
    const char *id = node_text(order, "id"), *state = state_of(sight, id);
    const char *pushes = node_text(sight->pushes, id);

    if (is_hidden(order) && (state || pushes))
        fail_msg("order %s is hidden and was read", id);
    if (is_tracked(order) && state && !text_same(state, "skipped"))
        fail_msg("order %s is tracked and %s", id, state);
    if (text_same(state, "sent") != text_same(pushes, "1") || (pushes && !text_same(pushes, "1")))
        fail_msg("order %s is %s in the reports and was pushed %s times", id,
                 state ? state : "missing", pushes ? pushes : "0");
    *sent += text_same(state, "sent");
}

static void every_order_of_a_shop_is_in_one_explained_state(void **state)
{
    /* REQ-A1 REQ-A3 REQ-Z3 */
    struct world *w = *state;
    const struct node *made = world_control(w, "POST", "/fill", SHOP);
    const struct node *shop = world_state(w, "afterbuy");
    struct sight sight;
    size_t sent = 0, seen = 0;

    assert_int_equal(world_run(w, "run", NULL), 1); /* a few broken ones */
    sight = look(w, shop);
    for (const struct node *order = node_first(sight.shop, NULL); order; order = order->next) {
        check_order(&sight, order, &sent);
        seen += state_of(&sight, node_text(order, "id")) || is_hidden(order);
    }
    /* Without finished checkout a sale is no order yet, and nobody is told of it. */
    assert_int_equal(seen + (size_t)strtoul(node_text(made, "no_process"), NULL, 10), 300);
    assert_int_equal(incoming_count(w), sent);
    assert_true(sent > 200);
    assert_int_equal(world_summary(w, YESTERDAY, "orders", "sent") +
                         world_summary(w, TODAY, "orders", "sent"),
                     sent);
    end_quietly(w);
}

static size_t came_back(struct world *w)
{
    const struct node *orders = node_at(world_state(w, "afterbuy"), "orders");
    size_t count = 0;

    for (const struct node *order = node_first(orders, NULL); order; order = order->next)
        for (const struct node *tag = node_first(node_at(order, "tags"), NULL); tag;
             tag = tag->next)
            count += text_same(tag->text, TAG) && is_tracked(order);
    return count;
}

static void every_label_comes_back_to_its_order_once(void **state)
{
    /* REQ-A6 REQ-A7 REQ-Z4 */
    struct world *w = *state;
    size_t sent;

    (void)world_control(w, "POST", "/fill", SHOP);
    assert_int_equal(world_run(w, "run", NULL), 1);
    sent = incoming_count(w);
    (void)world_control(w, "POST", "/sendcloud/print", "{\"all\":true}");
    world_pass(w, HOUR);
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_int_equal(came_back(w), sent);
    assert_int_equal(incoming_count(w), 0);
    end_quietly(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOTH(every_order_of_a_shop_is_in_one_explained_state),
        WITH_BOTH(every_label_comes_back_to_its_order_once),
    };

    return cmocka_run_group_tests_name("shop", tests, NULL, NULL);
}
